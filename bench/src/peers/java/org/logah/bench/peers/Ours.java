package org.logah.bench.peers;

import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;

/** The CPU device with its vector kernels. */
final class Ours implements Contestant {
    private final Device device;

    Ours(int threads) { device = new CpuDevice(threads, KernelChoice.VECTOR); }

    @Override
    public String name() { return "ours"; }

    private Tensor tensor(float[] values, int... dims) { return device.allocate(Shape.of(dims), DType.F32).set(values); }

    private record Prepared(Runnable body, Tensor out) implements Operation {
        @Override
        public void run() { body.run(); }

        @Override
        public float[] result() { return out.toFloats(); }
    }

    @Override
    public Operation product(Product p, float[] a, float[] b) {
        Tensor left = tensor(a, a.length);
        Tensor right = tensor(b, b.length);
        Tensor out = device.zeros(Shape.of(p.batch(), p.m(), p.n()));
        return new Prepared(() -> device.kernels().product(p, left, right, null, out), out);
    }

    @Override
    public Operation rows(RowOperation operation, int rows, int width, float[] x) {
        Tensor in = tensor(x, rows, width);
        Tensor out = device.zeros(Shape.of(rows, width));
        Tensor one = device.zeros(Shape.of(width));
        device.kernels().fill(one, 1f);
        Tensor zero = device.zeros(Shape.of(width));
        Tensor mean = device.zeros(Shape.of(rows));
        Tensor rstd = device.zeros(Shape.of(rows));
        return new Prepared(switch (operation) {
            case SOFTMAX -> () -> device.kernels().softmax(in, out);
            case GELU_TANH -> () -> device.kernels().unary(Unary.GELU_TANH, in, out);
            case LAYER_NORM -> () -> device.kernels().layerNorm(1e-5f, in, one, zero, out, mean, rstd);
        }, out);
    }

    @Override
    public void close() { device.close(); }
}
