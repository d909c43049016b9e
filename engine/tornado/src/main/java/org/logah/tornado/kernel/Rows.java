package org.logah.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Operations along the last axis, one work-group a row. */
public final class Rows {
    static final float LOWEST = -3.4e38f;

    private Rows() {}

    /**
     * The largest element and the sum of exponentials in one pass: a sum is scaled down where a larger element comes
     * (arXiv 1805.02867). a: width, x, out.
     */
    public static void softmax(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int width = a.get(0);
        int x = a.get(1) + c.groupIdx * width;
        int out = a.get(2) + c.groupIdx * width;
        float top = LOWEST;
        float sum = 0f;
        for (int i = c.localIdx; i < width; i += 128) {
            float v = memory.get(x + i);
            float higher = TornadoMath.max(top, v);
            sum = sum * TornadoMath.exp(top - higher) + TornadoMath.exp(v - higher);
            top = higher;
        }
        float most = Reductions.max(c, top);
        float scale = 1f / Reductions.sum(c, sum * TornadoMath.exp(top - most));
        for (int i = c.localIdx; i < width; i += 128)
            memory.set(out + i, TornadoMath.exp(memory.get(x + i) - most) * scale);
    }

    /** a: width, y, dy, dx. */
    public static void softmaxGradient(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int width = a.get(0);
        int y = a.get(1) + c.groupIdx * width;
        int dy = a.get(2) + c.groupIdx * width;
        int dx = a.get(3) + c.groupIdx * width;
        float mine = 0f;
        for (int i = c.localIdx; i < width; i += 128) mine += memory.get(y + i) * memory.get(dy + i);
        float dot = Reductions.sum(c, mine);
        for (int i = c.localIdx; i < width; i += 128)
            memory.set(dx + i, memory.get(y + i) * (memory.get(dy + i) - dot));
    }

    /**
     * Mean and squares of deviations in one pass (Welford 1962), each thread's joined with the others' (Chan, Golub and LeVeque
     * 1979). a: width, x, weight, bias, out, mean, rstd; f: eps.
     */
    public static void layerNorm(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        int width = a.get(0);
        int row = c.groupIdx;
        int x = a.get(1) + row * width;
        int out = a.get(4) + row * width;
        float count = 0f;
        float mean = 0f;
        float square = 0f;
        for (int i = c.localIdx; i < width; i += 128) {
            float v = memory.get(x + i);
            float d = v - mean;
            count += 1f;
            mean += d / count;
            square += d * (v - mean);
        }
        float mine = mean;
        mean = Reductions.sum(c, count * mine) / width;
        square += count * (mine - mean) * (mine - mean);
        float rstd = 1f / TornadoMath.sqrt(Reductions.sum(c, square) / width + f.get(0));
        for (int i = c.localIdx; i < width; i += 128) {
            float normal = (memory.get(x + i) - mean) * rstd;
            memory.set(out + i, normal * memory.get(a.get(2) + i) + memory.get(a.get(3) + i));
        }
        if (c.localIdx == 0) {
            memory.set(a.get(5) + row, mean);
            memory.set(a.get(6) + row, rstd);
        }
    }

    /** a: width, x, weight, mean, rstd, dy, dx. */
    public static void layerNormGradient(KernelContext c, IntArray a, FloatArray memory,
            IntArray words) {
        int width = a.get(0);
        int row = c.groupIdx;
        int x = a.get(1) + row * width;
        int dy = a.get(5) + row * width;
        int dx = a.get(6) + row * width;
        float mean = memory.get(a.get(3) + row);
        float rstd = memory.get(a.get(4) + row);
        float sum = 0f;
        float dot = 0f;
        for (int i = c.localIdx; i < width; i += 128) {
            float g = memory.get(dy + i) * memory.get(a.get(2) + i);
            sum += g;
            dot += g * (memory.get(x + i) - mean) * rstd;
        }
        sum = Reductions.sum(c, sum) / width;
        dot = Reductions.sum(c, dot) / width;
        for (int i = c.localIdx; i < width; i += 128) {
            float g = memory.get(dy + i) * memory.get(a.get(2) + i);
            memory.set(dx + i, rstd * (g - sum - (memory.get(x + i) - mean) * rstd * dot));
        }
    }

    /** Gradients of weight and bias, 16 columns a group. a: rows, width, x, mean, rstd, dy, dWeight, dBias (-1: not wanted). */
    public static void layerNormColumns(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        float[] weights = c.allocateFloatLocalArray(256);
        float[] biases = c.allocateFloatLocalArray(256);
        int x = c.localIdx;
        int y = c.localIdy;
        int rows = a.get(0);
        int width = a.get(1);
        int column = c.groupIdx * 16 + x;
        float weight = 0f;
        float bias = 0f;
        if (column < width) {
            for (int r = y; r < rows; r += 16) {
                float g = memory.get(a.get(5) + r * width + column);
                float normal = (memory.get(a.get(2) + r * width + column) - memory.get(a.get(3) + r))
                        * memory.get(a.get(4) + r);
                weight += g * normal;
                bias += g;
            }
        }
        weights[y * 16 + x] = weight;
        biases[y * 16 + x] = bias;
        for (int s = 8; s > 0; s = s / 2) {
            c.localBarrier();
            if (y < s) {
                weights[y * 16 + x] = weights[y * 16 + x] + weights[(y + s) * 16 + x];
                biases[y * 16 + x] = biases[y * 16 + x] + biases[(y + s) * 16 + x];
            }
        }
        c.localBarrier();
        if (y == 0 && column < width) {
            if (a.get(6) >= 0) memory.set(a.get(6) + column, weights[x]);
            if (a.get(7) >= 0) memory.set(a.get(7) + column, biases[x]);
        }
    }

    /** a: classes, logits, targets (words), lse, loss of each row; f: smoothing. */
    public static void crossEntropy(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        int classes = a.get(0);
        int row = c.groupIdx;
        int x = a.get(1) + row * classes;
        float top = LOWEST;
        float sum = 0f;
        float all = 0f;
        for (int i = c.localIdx; i < classes; i += 128) {
            float v = memory.get(x + i);
            float higher = TornadoMath.max(top, v);
            sum = sum * TornadoMath.exp(top - higher) + TornadoMath.exp(v - higher);
            top = higher;
            all += v;
        }
        all = Reductions.sum(c, all);
        float most = Reductions.max(c, top);
        float lse = most + TornadoMath.log(Reductions.sum(c, sum * TornadoMath.exp(top - most)));
        if (c.localIdx == 0) {
            memory.set(a.get(3) + row, lse);
            int target = words.get(a.get(2) + row);
            float loss = 0f;
            if (target >= 0) {
                loss = lse - (1f - f.get(0)) * memory.get(x + target);
                // Where nothing is smoothed nobody asks for the other logits, of which one may be minus infinity.
                if (f.get(0) != 0f) loss = loss - f.get(0) * all / classes;
            }
            memory.set(a.get(4) + row, loss);
        }
    }

    /** a: rows, classes, logits, targets (words), lse, dLoss, dLogits; f: smoothing, 1 / rows that count. */
    public static void crossEntropyGradient(KernelContext c, IntArray a, FloatArray f, FloatArray memory,
            IntArray words) {
        int i = c.globalIdx;
        int classes = a.get(1);
        if (i < a.get(0) * classes) {
            int row = i / classes;
            int column = i - row * classes;
            int target = words.get(a.get(3) + row);
            float p = TornadoMath.exp(memory.get(a.get(2) + i) - memory.get(a.get(4) + row)) - f.get(0) / classes;
            if (column == target) p = p - (1f - f.get(0));
            float d = p * memory.get(a.get(5)) * f.get(1);
            memory.set(a.get(6) + i, target < 0 ? 0f : d);
        }
    }
}
