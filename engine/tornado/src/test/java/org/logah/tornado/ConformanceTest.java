package org.logah.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.logah.autograd.OpCases;
import org.logah.autograd.OpRun;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;

/** Every operation, forward and backward, at random shapes: the device against the plain loops. */
class ConformanceTest {
    private static final int DRAWS = 6;
    private static Device device;

    static List<OpCases.Case> cases() { return OpCases.all(); }

    @BeforeAll
    static void open() {
        device = TestDevices.open();
        OpRun.poison(device);
    }

    @AfterAll
    static void close() { if (device != null) device.close(); }

    /** An operation that has only its plain loop yet is skipped, with its name. */
    private static float[][] run(OpCases.Case c, int seed) {
        try {
            return OpRun.run(c, seed, device);
        } catch (TensorException e) {
            Assumptions.assumeFalse(e.getMessage().contains("has no kernel on"), e.getMessage());
            throw e;
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesThePlainValuesAndGradients(OpCases.Case c) {
        for (int seed = 0; seed < DRAWS; seed++) {
            float[][] plain;
            try (CpuDevice cpu = new CpuDevice(1, KernelChoice.PLAIN)) {
                plain = OpRun.run(c, seed, cpu);
            }
            float[][] ours = run(c, seed);
            for (int i = 0; i < plain.length; i++) {
                String where = c.name() + ", seed " + seed + (i == 0 ? ", value" : ", gradient of input " + (i - 1));
                assertEquals(plain[i].length, ours[i].length, where);
                double scale = 1;
                for (float v : plain[i]) scale = Math.max(scale, Math.abs(v));
                for (int k = 0; k < plain[i].length; k++)
                    assertEquals(plain[i][k], ours[i][k], 1e-5 * scale, where + ", element " + k);
            }
        }
    }
}
