package org.logah.tornado;

import java.util.List;

import org.junit.jupiter.api.Assumptions;
import org.logah.engine.DeviceProvider.Settings;
import org.logah.engine.DeviceProvider.UnavailableException;

/** The first device there is. Where TornadoVM runs and sees none, tests are skipped, aloud. */
final class TestDevices {
    private TestDevices() {}

    static GpuDevice open() {
        requireOne();
        return (GpuDevice) new TornadoProvider().open(0, Settings.PLAIN);
    }

    static GpuDevice open(Settings settings) {
        requireOne();
        return (GpuDevice) new TornadoProvider().open(0, settings);
    }

    static GpuDevice open(long bytes, List<GpuKernel> kernels) {
        requireOne();
        return new GpuDevice("tornado:0", TornadoProvider.devices().getFirst(), bytes, kernels, Settings.PLAIN, false);
    }

    static void requireOne() {
        try {
            TornadoProvider.devices();
        } catch (UnavailableException e) {
            if (!e.getMessage().startsWith(TornadoProvider.NO_DEVICE)) throw e;
            System.err.println("skipped: " + e.getMessage());
            Assumptions.abort(e.getMessage());
        }
    }
}
