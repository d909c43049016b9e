package org.logah.engine.cpu.loop;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Bf16;
import org.logah.engine.Binary;
import org.logah.engine.DType;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;
import org.logah.engine.cpu.plain.PlainKernels;
import org.logah.engine.cpu.threads.WorkerPool;

/**
 * Kernels for programs that end soon, and for Java started without the Vector API. Code on that API makes an object for each
 * vector until it is compiled, which takes seconds; these loops are fast as soon as they run. They cover what a prediction
 * needs; everything else is inherited from the plain loops.
 */
public final class LoopKernels extends PlainKernels {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    private static final int TILE = 1 << 13;
    private final WorkerPool workers;

    /**
     * Kernels that compute on a pool's threads.
     *
     * @param workers the pool
     */
    public LoopKernels(WorkerPool workers) { this.workers = workers; }

    @Override
    public String name() { return "loops"; }

    private interface Run { void elements(long from, int count); }

    private void tiles(long n, int tile, Run run) {
        int tasks = Math.toIntExact((n + tile - 1) / tile);
        workers.run(tasks, t -> run.elements((long) t * tile, (int) Math.min(tile, n - (long) t * tile)));
    }

    private static float[] read(MemorySegment s, long from, int count) {
        float[] to = new float[count];
        MemorySegment.copy(s, F, from * 4, to, 0, count);
        return to;
    }

    private static void write(float[] x, MemorySegment s, long to) { MemorySegment.copy(x, 0, s, F, to * 4, x.length); }

    @Override
    public void unary(Unary op, Tensor x, Tensor out) {
        tiles(x.elements(), TILE, (from, n) -> {
            float[] values = read(x.segment(), from, n);
            if (op == Unary.GELU_ERF) geluErf(values);
            else for (int i = 0; i < n; i++) values[i] = (float) op.apply(values[i]);
            write(values, out.segment(), from);
        });
    }

    private static void geluErf(float[] x) {
        for (int i = 0; i < x.length; i++) x[i] = 0.5f * x[i] * (LoopMath.erf(0.70710678f * x[i]) + 1f);
    }

    @Override
    public void permute(int[] axes, Tensor x, Tensor out) {
        if (AxisRotation.is(axes, x)) AxisRotation.of(axes, x).run(workers, x, out);
        else super.permute(axes, x, out);
    }

    @Override
    public void affine(float scale, float shift, Tensor x, Tensor out) {
        tiles(x.elements(), TILE, (from, n) -> {
            float[] values = read(x.segment(), from, n);
            for (int i = 0; i < n; i++) values[i] = Math.fma(values[i], scale, shift);
            write(values, out.segment(), from);
        });
    }

    @Override
    public void binary(Binary op, Tensor a, Tensor b, Tensor out) {
        if (op != Binary.ADD || !a.shape().equals(b.shape())) {
            super.binary(op, a, b, out);
            return;
        }
        tiles(out.elements(), TILE, (from, n) -> {
            float[] x = read(a.segment(), from, n);
            float[] y = read(b.segment(), from, n);
            for (int i = 0; i < n; i++) x[i] += y[i];
            write(x, out.segment(), from);
        });
    }

    @Override
    public void product(Product p, Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        LoopProduct.run(workers, p, a.segment(), Bf16.widened(b).segment(), bias == null ? null : bias.segment(),
                out.segment());
    }

    @Override
    public void attention(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse) {
        workers.run(a.batch() * a.heads(),
                t -> LoopAttention.forward(a, q, k, v, bias, out, lse, t / a.heads(), t % a.heads()));
    }

    @Override
    public void layerNorm(float eps, Tensor x, Tensor weight, Tensor bias, Tensor out, Tensor mean, Tensor rstd) {
        int n = x.shape().last();
        if (x.elements() == 0) return;
        float[] w = read(weight.segment(), 0, n);
        float[] b = read(bias.segment(), 0, n);
        int each = Math.max(1, TILE / n);
        tiles(x.elements(), each * n, (from, count) -> {
            float[] values = read(x.segment(), from, count);
            for (int at = 0; at < count; at += n) {
                double mu = 0;
                for (int i = at; i < at + n; i++) mu += values[i];
                mu /= n;
                double variance = 0;
                for (int i = at; i < at + n; i++) variance += (values[i] - mu) * (values[i] - mu);
                double scale = 1 / Math.sqrt(variance / n + eps);
                for (int i = 0; i < n; i++) values[at + i] = (float) ((values[at + i] - mu) * scale * w[i] + b[i]);
                mean.segment().setAtIndex(F, (from + at) / n, (float) mu);
                rstd.segment().setAtIndex(F, (from + at) / n, (float) scale);
            }
            write(values, out.segment(), from);
        });
    }

    /** Short rows of a small table are copied between arrays: a graph takes one for each pair of its nodes. */
    @Override
    public void gather(Tensor table, Tensor indices, Tensor out) {
        int row = table.shape().last();
        if (table.type() != DType.F32 || table.elements() == 0 || table.elements() > TILE || row > 64) {
            super.gather(table, indices, out);
            return;
        }
        float[] all = read(table.segment(), 0, (int) table.elements());
        tiles(indices.elements(), TILE / row, (from, count) -> {
            int[] index = new int[count];
            MemorySegment.copy(indices.segment(), ValueLayout.JAVA_INT, from * 4, index, 0, count);
            float[] rows = new float[count * row];
            for (int i = 0; i < count; i++)
                for (int j = 0; j < row; j++) rows[i * row + j] = all[index[i] * row + j];
            write(rows, out.segment(), from * row);
        });
    }
}
