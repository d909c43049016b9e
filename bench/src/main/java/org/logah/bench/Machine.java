package org.logah.bench;

import java.util.Locale;

import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.DeviceProvider.Settings;
import org.logah.engine.DeviceProviders;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;

/** A device and seeded random tensors on it. */
final class Machine implements AutoCloseable {
    final Device device;
    private final RandomStream random = new RandomStream(1);

    Machine(int threads, String kernels) { device = new CpuDevice(threads, KernelChoice.parse(kernels)); }

    /**
     * @param name {@code cpu} with all its threads, or an accelerator such as {@code tornado:0}
     * @param precision what an accelerator's products compute in: {@code f32}, {@code bf16} or {@code f16}
     * @param replay whether an accelerator replays what comes again
     */
    Machine(String name, String precision, boolean replay) {
        DType products = DType.valueOf(precision.toUpperCase(Locale.ROOT));
        this.device = name.equals("cpu")
                ? new CpuDevice()
                : DeviceProviders.open(name, new Settings(products, replay));
    }

    Tensor random(int... dims) {
        Tensor t = device.allocate(Shape.of(dims), DType.F32);
        random.fillNormal(t, 0, 1);
        return t;
    }

    @Override
    public void close() { device.close(); }
}
