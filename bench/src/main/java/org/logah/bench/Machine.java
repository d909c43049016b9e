package org.logah.bench;

import org.logah.engine.DType;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;

/** A device and seeded random tensors on it. */
final class Machine implements AutoCloseable {
    final CpuDevice device;
    private final RandomStream random = new RandomStream(1);

    Machine(int threads, String kernels) { device = new CpuDevice(threads, KernelChoice.parse(kernels)); }

    Tensor random(int... dims) {
        Tensor t = device.allocate(Shape.of(dims), DType.F32);
        random.fillNormal(t, 0, 1);
        return t;
    }

    @Override
    public void close() { device.close(); }
}
