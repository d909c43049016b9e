package org.logah.bench.peers;

import org.logah.engine.Binary;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Kernels;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;

/** The CPU device with its vector kernels. */
final class Ours implements Contestant {
    private final int threads;
    private final Device device;
    private final Kernels kernels;

    Ours(int threads) {
        this.threads = threads;
        device = new CpuDevice(threads, KernelChoice.VECTOR);
        kernels = device.kernels();
    }

    @Override
    public String name() { return "ours"; }

    @Override
    public Operation prepare(Workload workload) {
        return switch (workload) {
            case Workload.Multiply w -> product(w);
            case Workload.Rows w -> rows(w);
            case Workload.Attend w -> attention(w);
            case Workload.TrainingStep w -> OurTraining.of(w, threads);
            case Workload.MetaStep w -> OurTraining.of(w, threads);
        };
    }

    private Tensor tensor(float[] values, int... dims) { return device.allocate(Shape.of(dims), DType.F32).set(values); }

    private record Prepared(Runnable body, Tensor out) implements Operation {
        @Override
        public void run() { body.run(); }

        @Override
        public float[] result() { return out.toFloats(); }
    }

    private Operation product(Workload.Multiply w) {
        Product p = w.product();
        Tensor left = tensor(w.a(), p.batch() * p.m() * p.k());
        Tensor right = tensor(w.b(), p.batch() * p.k() * p.n());
        Tensor out = device.zeros(Shape.of(p.batch(), p.m(), p.n()));
        return new Prepared(() -> kernels.product(p, left, right, null, out), out);
    }

    private Operation rows(Workload.Rows w) {
        int rows = w.rows();
        int width = w.width();
        Tensor x = tensor(w.operand(0), rows, width);
        Tensor y = tensor(w.operand(1), rows, width);
        Tensor out = device.zeros(Shape.of(rows, width));
        Tensor one = device.zeros(Shape.of(width));
        kernels.fill(one, 1f);
        Tensor zero = device.zeros(Shape.of(width));
        Tensor mean = device.zeros(Shape.of(rows));
        Tensor rstd = device.zeros(Shape.of(rows));
        return switch (w.kind()) {
            case RESIDUAL_ADD -> new Prepared(() -> kernels.addScaled(1f, y, x), x);
            case BIAS_GELU -> {
                Tensor bias = tensor(w.row(), width);
                yield new Prepared(() -> {
                    kernels.binary(Binary.ADD, x, bias, out);
                    kernels.unary(Unary.GELU_TANH, out, out);
                }, out);
            }
            case GELU -> new Prepared(() -> kernels.unary(Unary.GELU_TANH, x, out), out);
            case GELU_GRADIENT -> new Prepared(() -> kernels.unaryGradient(Unary.GELU_TANH, x, y, out), out);
            case SOFTMAX -> new Prepared(() -> kernels.softmax(x, out), out);
            case SOFTMAX_GRADIENT -> new Prepared(() -> kernels.softmaxGradient(x, y, out), out);
            case LAYER_NORM -> new Prepared(() -> kernels.layerNorm(1e-5f, x, one, zero, out, mean, rstd), out);
            case LAYER_NORM_GRADIENT -> {
                kernels.layerNorm(1e-5f, x, one, zero, out, mean, rstd);
                Tensor dWeight = device.zeros(Shape.of(width));
                Tensor dBias = device.zeros(Shape.of(width));
                yield new Prepared(() -> kernels.layerNormGradient(x, one, mean, rstd, y, out, dWeight, dBias), out);
            }
            case CROSS_ENTROPY_WITH_GRADIENT -> {
                Tensor targets = device.ofInts(Shape.of(rows), w.indices(width));
                Tensor loss = device.zeros(Shape.scalar());
                Tensor unit = device.zeros(Shape.scalar());
                kernels.fill(unit, 1f);
                yield new Prepared(() -> {
                    kernels.crossEntropy(0f, x, targets, loss, mean);
                    kernels.crossEntropyGradient(0f, x, targets, mean, unit, out);
                }, out);
            }
            case ADAMW -> {
                Tensor m = device.zeros(Shape.of(rows, width));
                Tensor v = device.zeros(Shape.of(rows, width));
                Kernels.AdamWStep step = new Kernels.AdamWStep(1e-3f, 0.9f, 0.999f, 1e-8f, 0.01f, 1f, 1);
                yield new Prepared(() -> kernels.adamW(step, x, y, m, v), x);
            }
            case EMBEDDING -> {
                Tensor table = tensor(w.table(), Workload.Rows.TABLE_ROWS, width);
                Tensor indices = device.ofInts(Shape.of(rows), w.indices(Workload.Rows.TABLE_ROWS));
                yield new Prepared(() -> kernels.gather(table, indices, out), out);
            }
            case EMBEDDING_GRADIENT -> {
                Tensor table = device.zeros(Shape.of(Workload.Rows.TABLE_ROWS, width));
                Tensor indices = device.ofInts(Shape.of(rows), w.indices(Workload.Rows.TABLE_ROWS));
                yield new Prepared(() -> {
                    kernels.fill(table, 0f);
                    kernels.scatterAdd(x, indices, table);
                }, table);
            }
        };
    }

    private Operation attention(Workload.Attend w) {
        Attention layout = Attention.packed(w.batch(), w.tokens(), w.heads(), w.headSize(), true);
        Tensor qkv = tensor(w.qkv(), w.batch(), w.tokens(), 3 * w.width());
        Tensor dOut = tensor(w.dOut(), w.batch(), w.tokens(), w.width());
        Tensor out = device.zeros(dOut.shape());
        Tensor lse = device.zeros(Shape.of(w.batch(), w.heads(), w.tokens()));
        Tensor gradient = device.zeros(qkv.shape());
        return new Prepared(() -> {
            kernels.attention(layout, qkv, qkv, qkv, null, out, lse);
            kernels.attentionGradient(layout, qkv, qkv, qkv, null, out, lse, dOut, gradient, gradient, gradient, null);
        }, gradient);
    }

    @Override
    public void close() { device.close(); }
}
