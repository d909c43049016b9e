package org.logah.engine.cpu.plain;

import static org.logah.engine.cpu.plain.PlainKernels.F;

import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Tensor;

/** Operations along the last axis: softmax, layer norm, the GRU's gates. */
final class PlainRows {
    private PlainRows() {}

    static void softmax(Tensor x, Tensor out) {
        int width = x.shape().last();
        MemorySegment in = x.segment();
        MemorySegment o = out.segment();
        for (long r = 0, n = rows(x); r < n; r++) {
            long at = r * width;
            double max = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < width; j++) max = Math.max(max, in.getAtIndex(F, at + j));
            double sum = 0;
            for (int j = 0; j < width; j++) sum += Math.exp(in.getAtIndex(F, at + j) - max);
            for (int j = 0; j < width; j++)
                o.setAtIndex(F, at + j, (float) (Math.exp(in.getAtIndex(F, at + j) - max) / sum));
        }
    }

    static void softmaxGradient(Tensor y, Tensor dy, Tensor dx) {
        int width = y.shape().last();
        MemorySegment p = y.segment();
        MemorySegment g = dy.segment();
        MemorySegment o = dx.segment();
        for (long r = 0, n = rows(y); r < n; r++) {
            long at = r * width;
            double dot = 0;
            for (int j = 0; j < width; j++) dot += (double) p.getAtIndex(F, at + j) * g.getAtIndex(F, at + j);
            for (int j = 0; j < width; j++) {
                o.setAtIndex(F, at + j, (float) (p.getAtIndex(F, at + j) * (g.getAtIndex(F, at + j) - dot)));
            }
        }
    }

    static void layerNorm(float eps, Tensor x, Tensor weight, Tensor bias, Tensor out, Tensor mean, Tensor rstd) {
        int width = x.shape().last();
        MemorySegment in = x.segment();
        MemorySegment w = weight.segment();
        MemorySegment b = bias.segment();
        MemorySegment o = out.segment();
        for (long r = 0, n = rows(x); r < n; r++) {
            long at = r * width;
            double sum = 0;
            for (int j = 0; j < width; j++) sum += in.getAtIndex(F, at + j);
            double mu = sum / width;
            double squares = 0;
            for (int j = 0; j < width; j++) {
                double d = in.getAtIndex(F, at + j) - mu;
                squares += d * d;
            }
            double scale = 1 / Math.sqrt(squares / width + eps);
            for (int j = 0; j < width; j++) {
                double normal = (in.getAtIndex(F, at + j) - mu) * scale;
                o.setAtIndex(F, at + j, (float) (normal * w.getAtIndex(F, j) + b.getAtIndex(F, j)));
            }
            mean.segment().setAtIndex(F, r, (float) mu);
            rstd.segment().setAtIndex(F, r, (float) scale);
        }
    }

    static void layerNormGradient(Tensor x, Tensor weight, Tensor mean, Tensor rstd, Tensor dy, @Nullable Tensor dx,
            @Nullable Tensor dWeight, @Nullable Tensor dBias) {
        int width = x.shape().last();
        MemorySegment in = x.segment();
        MemorySegment w = weight.segment();
        MemorySegment g = dy.segment();
        MemorySegment o = dx == null ? null : dx.segment();
        double[] weights = new double[width];
        double[] biases = new double[width];
        for (long r = 0, n = rows(x); r < n; r++) {
            long at = r * width;
            double mu = mean.segment().getAtIndex(F, r);
            double scale = rstd.segment().getAtIndex(F, r);
            double sum = 0;
            double dot = 0;
            for (int j = 0; j < width; j++) {
                double normal = (in.getAtIndex(F, at + j) - mu) * scale;
                double d = g.getAtIndex(F, at + j);
                weights[j] += d * normal;
                biases[j] += d;
                sum += d * w.getAtIndex(F, j);
                dot += d * w.getAtIndex(F, j) * normal;
            }
            if (o == null) continue;
            for (int j = 0; j < width; j++) {
                double normal = (in.getAtIndex(F, at + j) - mu) * scale;
                double d = g.getAtIndex(F, at + j) * w.getAtIndex(F, j);
                o.setAtIndex(F, at + j, (float) (scale * (d - sum / width - normal * dot / width)));
            }
        }
        if (dWeight != null) write(weights, dWeight);
        if (dBias != null) write(biases, dBias);
    }

    private static void write(double[] values, Tensor to) {
        MemorySegment o = to.segment();
        for (int j = 0; j < values.length; j++) o.setAtIndex(F, j, (float) values[j]);
    }

    static void gru(Tensor gi, Tensor gh, Tensor h, Tensor out) {
        int d = h.shape().last();
        MemorySegment i = gi.segment();
        MemorySegment s = gh.segment();
        MemorySegment state = h.segment();
        MemorySegment o = out.segment();
        for (long row = 0, n = rows(h); row < n; row++) {
            long at = row * 3 * d;
            for (int j = 0; j < d; j++) {
                double r = sigmoid(i.getAtIndex(F, at + j) + s.getAtIndex(F, at + j));
                double z = sigmoid(i.getAtIndex(F, at + d + j) + s.getAtIndex(F, at + d + j));
                double c = Math.tanh(i.getAtIndex(F, at + 2 * d + j) + r * s.getAtIndex(F, at + 2 * d + j));
                double before = state.getAtIndex(F, row * d + j);
                o.setAtIndex(F, row * d + j, (float) ((1 - z) * c + z * before));
            }
        }
    }

    static void gruGradient(Tensor gi, Tensor gh, Tensor h, Tensor dOut, Tensor dGi, Tensor dGh, Tensor dH) {
        int d = h.shape().last();
        MemorySegment i = gi.segment();
        MemorySegment s = gh.segment();
        MemorySegment state = h.segment();
        MemorySegment dy = dOut.segment();
        MemorySegment di = dGi.segment();
        MemorySegment ds = dGh.segment();
        MemorySegment dState = dH.segment();
        for (long row = 0, n = rows(h); row < n; row++) {
            long at = row * 3 * d;
            for (int j = 0; j < d; j++) {
                double r = sigmoid(i.getAtIndex(F, at + j) + s.getAtIndex(F, at + j));
                double z = sigmoid(i.getAtIndex(F, at + d + j) + s.getAtIndex(F, at + d + j));
                double hidden = s.getAtIndex(F, at + 2 * d + j);
                double c = Math.tanh(i.getAtIndex(F, at + 2 * d + j) + r * hidden);
                double before = state.getAtIndex(F, row * d + j);
                double g = dy.getAtIndex(F, row * d + j);
                double dc = g * (1 - z) * (1 - c * c);
                double dz = g * (before - c) * z * (1 - z);
                double dr = dc * hidden * r * (1 - r);
                di.setAtIndex(F, at + j, (float) dr);
                ds.setAtIndex(F, at + j, (float) dr);
                di.setAtIndex(F, at + d + j, (float) dz);
                ds.setAtIndex(F, at + d + j, (float) dz);
                di.setAtIndex(F, at + 2 * d + j, (float) dc);
                ds.setAtIndex(F, at + 2 * d + j, (float) (dc * r));
                dState.setAtIndex(F, row * d + j, (float) (g * z));
            }
        }
    }

    private static double sigmoid(double x) { return 1 / (1 + Math.exp(-x)); }

    /** Rows of the last axis; none where the tensor is empty. */
    static long rows(Tensor t) {
        return t.elements() == 0 ? 0 : t.elements() / t.shape().last();
    }
}
