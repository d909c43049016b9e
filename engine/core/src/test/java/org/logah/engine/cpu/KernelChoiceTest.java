package org.logah.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.logah.engine.TensorException;

class KernelChoiceTest {
    /** What the forked JVM runs. */
    static final class Probe {
        public static void main(String[] args) {
            try (CpuDevice device = new CpuDevice(1, KernelChoice.parse(args[0]))) {
                System.out.println(device.kernels().name());
            } catch (TensorException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void withTheModuleVectorKernelsAreChosen() {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            assertTrue(device.kernels().name().startsWith("vector"), device.kernels().name());
        }
        assertThrows(TensorException.class, () -> KernelChoice.parse("fast"));
    }

    @Test
    void withoutTheModulePlainKernelsAreChosenAndVectorOnesRefused() throws IOException, InterruptedException {
        assertEquals("loops", fork("auto"));
        assertTrue(fork("vector").contains("--add-modules jdk.incubator.vector"));
    }

    private static String fork(String choice) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process p = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), Probe.class.getName(),
                choice).start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        assertEquals(0, p.waitFor());
        return out;
    }
}
