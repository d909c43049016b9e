package org.logah.engine.cpu.plain;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Bf16;
import org.logah.engine.Binary;
import org.logah.engine.DType;
import org.logah.engine.Kernels;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;

/**
 * Every operation as the plainest loop that says what it means: one thread, sums in double, no cleverness. This is the
 * definition that faster kernels are tested against, and what runs where the Vector API is absent.
 */
public class PlainKernels implements Kernels {
    static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    static final ValueLayout.OfInt I = ValueLayout.JAVA_INT;

    /** Kernels that keep nothing between calls. */
    public PlainKernels() {}

    @Override
    public String name() { return "plain"; }

    @Override
    public void plainLoop(String operation, Runnable loop) { loop.run(); }

    @Override
    public void fill(Tensor out, float value) {
        MemorySegment o = out.segment();
        for (long i = 0, n = out.elements(); i < n; i++) o.setAtIndex(F, i, value);
    }

    @Override
    public void copyBlocks(BlockCopy c, Tensor src, Tensor dst) {
        MemorySegment s = src.segment();
        MemorySegment d = dst.segment();
        for (long o = 0; o < c.outer(); o++) {
            MemorySegment.copy(s, (o * c.srcStride() + c.srcOffset()) * 4, d, (o * c.dstStride() + c.dstOffset()) * 4,
                    c.inner() * 4L);
        }
    }

    @Override
    public void permute(int[] axes, Tensor x, Tensor out) {
        int rank = axes.length;
        long[] sourceStrides = x.shape().broadcastStrides(x.shape());
        long[] strides = new long[rank];
        for (int i = 0; i < rank; i++) strides[i] = sourceStrides[axes[i]];
        MemorySegment in = x.segment();
        MemorySegment o = out.segment();
        IndexWalk walk = new IndexWalk(out.shape(), strides);
        for (long i = 0, n = out.elements(); i < n; i++) {
            o.setAtIndex(F, i, in.getAtIndex(F, walk.offset(0)));
            walk.next();
        }
    }

    @Override
    public void unary(Unary op, Tensor x, Tensor out) {
        MemorySegment in = x.segment();
        MemorySegment o = out.segment();
        for (long i = 0, n = x.elements(); i < n; i++) o.setAtIndex(F, i, (float) op.apply(in.getAtIndex(F, i)));
    }

    @Override
    public void unaryGradient(Unary op, Tensor x, Tensor dy, Tensor dx) {
        MemorySegment in = x.segment();
        MemorySegment g = dy.segment();
        MemorySegment o = dx.segment();
        for (long i = 0, n = x.elements(); i < n; i++) {
            o.setAtIndex(F, i, (float) (g.getAtIndex(F, i) * op.derivative(in.getAtIndex(F, i))));
        }
    }

    @Override
    public void binary(Binary op, Tensor a, Tensor b, Tensor out) {
        MemorySegment x = a.segment();
        MemorySegment y = b.segment();
        MemorySegment o = out.segment();
        IndexWalk walk = new IndexWalk(out.shape(), a.shape().broadcastStrides(out.shape()),
                b.shape().broadcastStrides(out.shape()));
        for (long i = 0, n = out.elements(); i < n; i++) {
            o.setAtIndex(F, i, (float) op.apply(x.getAtIndex(F, walk.offset(0)), y.getAtIndex(F, walk.offset(1))));
            walk.next();
        }
    }

    @Override
    public void affine(float scale, float shift, Tensor x, Tensor out) {
        MemorySegment in = x.segment();
        MemorySegment o = out.segment();
        for (long i = 0, n = x.elements(); i < n; i++) o.setAtIndex(F, i, scale * in.getAtIndex(F, i) + shift);
    }

    @Override
    public void addScaled(float scale, Tensor x, Tensor y) {
        MemorySegment in = x.segment();
        MemorySegment o = y.segment();
        for (long i = 0, n = x.elements(); i < n; i++) {
            o.setAtIndex(F, i, o.getAtIndex(F, i) + scale * in.getAtIndex(F, i));
        }
    }

    @Override
    public void sumTo(Tensor x, Tensor out) {
        MemorySegment in = x.segment();
        double[] sums = new double[Math.toIntExact(out.elements())];
        IndexWalk walk = new IndexWalk(x.shape(), out.shape().broadcastStrides(x.shape()));
        for (long i = 0, n = x.elements(); i < n; i++) {
            sums[(int) walk.offset(0)] += in.getAtIndex(F, i);
            walk.next();
        }
        MemorySegment o = out.segment();
        for (int i = 0; i < sums.length; i++) o.setAtIndex(F, i, (float) sums[i]);
    }

    @Override
    public double sumOfSquares(Tensor x) {
        MemorySegment in = x.segment();
        double sum = 0;
        for (long i = 0, n = x.elements(); i < n; i++) {
            double v = in.getAtIndex(F, i);
            sum += v * v;
        }
        return sum;
    }

    @Override
    public void product(Product p, Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
        PlainProduct.run(p, a.segment(), Bf16.widened(b).segment(), bias == null ? null : bias.segment(),
                out.segment());
    }

    @Override
    public void softmax(Tensor x, Tensor out) { PlainRows.softmax(x, out); }

    @Override
    public void softmaxGradient(Tensor y, Tensor dy, Tensor dx) { PlainRows.softmaxGradient(y, dy, dx); }

    @Override
    public void layerNorm(float eps, Tensor x, Tensor weight, Tensor bias, Tensor out, Tensor mean, Tensor rstd) {
        PlainRows.layerNorm(eps, x, weight, bias, out, mean, rstd);
    }

    @Override
    public void layerNormGradient(Tensor x, Tensor weight, Tensor mean, Tensor rstd, Tensor dy, @Nullable Tensor dx,
            @Nullable Tensor dWeight, @Nullable Tensor dBias) {
        PlainRows.layerNormGradient(x, weight, mean, rstd, dy, dx, dWeight, dBias);
    }

    @Override
    public void attention(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse) {
        PlainAttention.forward(a, q, k, v, bias, out, lse);
    }

    @Override
    public void attentionGradient(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out,
            Tensor lse, Tensor dOut, Tensor dq, Tensor dk, Tensor dv, @Nullable Tensor dBias) {
        PlainAttention.gradient(a, q, k, v, bias, out, lse, dOut, dq, dk, dv, dBias);
    }

    @Override
    public void gather(Tensor table, Tensor indices, Tensor out) {
        long row = table.shape().last();
        MemorySegment t = table.segment();
        MemorySegment index = indices.segment();
        MemorySegment o = out.segment();
        if (table.type() == DType.BF16) {
            for (long i = 0, n = out.elements(); i < n; i++) {
                long at = index.getAtIndex(I, i / row) * row + i % row;
                o.setAtIndex(F, i, Bf16.toFloat(t.getAtIndex(ValueLayout.JAVA_SHORT, at)));
            }
            return;
        }
        for (long i = 0, n = indices.elements(); i < n; i++) {
            MemorySegment.copy(t, index.getAtIndex(I, i) * row * 4, o, i * row * 4, row * 4);
        }
    }

    @Override
    public void scatterAdd(Tensor rows, Tensor indices, Tensor table) {
        int row = table.shape().last();
        MemorySegment r = rows.segment();
        MemorySegment index = indices.segment();
        MemorySegment t = table.segment();
        for (long i = 0, n = indices.elements(); i < n; i++) {
            long to = (long) index.getAtIndex(I, i) * row;
            for (int j = 0; j < row; j++) {
                t.setAtIndex(F, to + j, t.getAtIndex(F, to + j) + r.getAtIndex(F, i * row + j));
            }
        }
    }

    @Override
    public void crossEntropy(float smoothing, Tensor logits, Tensor targets, Tensor loss, Tensor lse) {
        PlainLosses.crossEntropy(smoothing, logits, targets, loss, lse);
    }

    @Override
    public void crossEntropyGradient(float smoothing, Tensor logits, Tensor targets, Tensor lse, Tensor dLoss,
            Tensor dLogits) {
        PlainLosses.crossEntropyGradient(smoothing, logits, targets, lse, dLoss, dLogits);
    }

    @Override
    public void gru(Tensor gi, Tensor gh, Tensor h, Tensor out) { PlainRows.gru(gi, gh, h, out); }

    @Override
    public void gruGradient(Tensor gi, Tensor gh, Tensor h, Tensor dOut, Tensor dGi, Tensor dGh, Tensor dH) {
        PlainRows.gruGradient(gi, gh, h, dOut, dGi, dGh, dH);
    }

    @Override
    public void adamW(AdamWStep s, Tensor parameter, Tensor gradient, Tensor m, Tensor v) {
        PlainOptimizers.adamW(s, parameter, gradient, m, v);
    }

    /**
     * How many rows cross-entropy counts.
     *
     * @param targets a class for each row, negative for those that do not count
     * @return the number of rows whose target is a class
     */
    protected static int counted(Tensor targets) { return PlainLosses.counted(targets); }
}
