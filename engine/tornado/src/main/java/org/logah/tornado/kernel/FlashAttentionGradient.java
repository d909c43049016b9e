package org.logah.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The gradients of {@link FlashAttention}, with its arguments and tiles: weights are made again from lse. */
public final class FlashAttentionGradient {
    private FlashAttentionGradient() {}

    /** Writes dq. */
    public static void attentionQueryGradient(KernelContext c, IntArray a, FloatArray f, FloatArray memory,
            IntArray words) {
        float[] left = c.allocateFloatLocalArray(1088);
        float[] right = c.allocateFloatLocalArray(1088);
        float[] weights = c.allocateFloatLocalArray(4160);
        float[] dots = new float[16];
        float[] slopes = new float[16];
        float[] sum = new float[16];
        int x = c.localIdx;
        int y = c.localIdy;
        int thread = y * 16 + x;
        int head = c.groupIdy;
        int batch = c.groupIdz;
        int width = a.get(0);
        int queries = a.get(1);
        int heads = a.get(4);
        int columns = (width + 63) / 64;
        int tile = c.groupIdx / columns;
        int column = (c.groupIdx - tile * columns) * 64;
        int first = tile * 64;
        int rows = queries - first < 64 ? queries - first : 64;
        int query = (batch * queries + first) * a.get(5) + head * width;
        int atK = a.get(8) + batch * a.get(10) + head * width;
        int atV = a.get(9) + batch * a.get(10) + head * width;
        int atOut = a.get(15) + ((batch * queries + first) * heads + head) * width;
        int perRow = (batch * heads + head) * queries + first;
        int end = FlashAttention.seen(a, first + rows - 1);
        for (int q = 0; q < 16; q++) {
            dots[q] = 0f;
            sum[q] = 0f;
        }
        for (int j0 = 0; j0 < end; j0 += 64) {
            int keys = a.get(2) - j0 < 64 ? a.get(2) - j0 : 64;
            // First dOut by the values, then queries by keys; what the first pass made moves over to slopes.
            for (int pass = 0; pass < 2; pass++) {
                int atX = pass == 0 ? atOut : a.get(6) + query;
                int atY = pass == 0 ? atV + j0 * a.get(7) : atK + j0 * a.get(7);
                int strideX = pass == 0 ? heads * width : a.get(5);
                int strideY = pass == 0 ? a.get(7) : a.get(7);
                for (int q = 0; q < 16; q++) {
                    slopes[q] = dots[q];
                    dots[q] = 0f;
                }
                for (int d = 0; d < width; d += 16) {
                    c.localBarrier();
                    for (int l = 0; l < 4; l++) {
                        int r = thread / 16 + l * 16;
                        int e = thread - thread / 16 * 16;
                        float u = 0f;
                        float v = 0f;
                        if (d + e < width) {
                            if (r < rows) u = memory.get(atX + r * strideX + d + e);
                            if (r < keys) v = memory.get(atY + r * strideY + d + e);
                        }
                        left[r * 17 + e] = u;
                        right[r * 17 + e] = v;
                    }
                    c.localBarrier();
                    for (int e = 0; e < 16; e++) {
                        float v0 = right[x * 17 + e];
                        float v1 = right[(x + 16) * 17 + e];
                        float v2 = right[(x + 32) * 17 + e];
                        float v3 = right[(x + 48) * 17 + e];
                        for (int i = 0; i < 4; i++) {
                            float u = left[(y + 16 * i) * 17 + e];
                            dots[i * 4] += u * v0;
                            dots[i * 4 + 1] += u * v1;
                            dots[i * 4 + 2] += u * v2;
                            dots[i * 4 + 3] += u * v3;
                        }
                    }
                }
            }
            for (int i = 0; i < 4; i++) {
                int row = y + 16 * i;
                for (int j = 0; j < 4; j++) {
                    int key = x + 16 * j;
                    float ds = 0f;
                    if (row < rows && key < keys && j0 + key < FlashAttention.seen(a, first + row)) {
                        float logit = dots[i * 4 + j] * f.get(0)
                                + FlashAttention.bias(a, memory, batch, head, first + row, j0 + key);
                        float p = TornadoMath.exp(logit - memory.get(a.get(14) + perRow + row));
                        ds = p * (slopes[i * 4 + j] - memory.get(a.get(16) + perRow + row)) * f.get(0);
                    }
                    weights[row * 65 + key] = ds;
                }
            }
            for (int r0 = 0; r0 < 64; r0 += 16) {
                c.localBarrier();
                for (int l = 0; l < 4; l++) {
                    int r = r0 + thread / 64 + l * 4;
                    int s = thread - thread / 64 * 64;
                    float v = 0f;
                    if (r < keys && column + s < width) v = memory.get(atK + j0 * a.get(7) + r * a.get(7) + column + s);
                    right[(r - r0) * 64 + s] = v;
                }
                c.localBarrier();
                for (int r = 0; r < 16; r++) {
                    float v0 = right[r * 64 + x];
                    float v1 = right[r * 64 + x + 16];
                    float v2 = right[r * 64 + x + 32];
                    float v3 = right[r * 64 + x + 48];
                    for (int i = 0; i < 4; i++) {
                        float u = weights[(y + 16 * i) * 65 + r0 + r];
                        sum[i * 4] += u * v0;
                        sum[i * 4 + 1] += u * v1;
                        sum[i * 4 + 2] += u * v2;
                        sum[i * 4 + 3] += u * v3;
                    }
                }
            }
        }
        for (int i = 0; i < 4; i++) {
            int row = y + 16 * i;
            for (int j = 0; j < 4; j++) {
                int s = column + x + 16 * j;
                if (row < rows && s < width) memory.set(a.get(17) + query + row * a.get(5) + s, sum[i * 4 + j]);
            }
        }
    }

    /** Writes dk and dv; a row of a tile is a key, a column a query. */
    public static void attentionKeyGradient(KernelContext c, IntArray a, FloatArray f, FloatArray memory,
            IntArray words) {
        float[] left = c.allocateFloatLocalArray(1088);
        float[] right = c.allocateFloatLocalArray(1088);
        float[] weights = c.allocateFloatLocalArray(4160);
        float[] dots = new float[16];
        float[] slopes = new float[16];
        float[] keySum = new float[16];
        float[] valueSum = new float[16];
        int x = c.localIdx;
        int y = c.localIdy;
        int thread = y * 16 + x;
        int head = c.groupIdy;
        int batch = c.groupIdz;
        int width = a.get(0);
        int queries = a.get(1);
        int heads = a.get(4);
        int columns = (width + 63) / 64;
        int tile = c.groupIdx / columns;
        int column = (c.groupIdx - tile * columns) * 64;
        int first = tile * 64;
        int rows = a.get(2) - first < 64 ? a.get(2) - first : 64;
        int key = batch * a.get(10) + first * a.get(7) + head * width;
        // Queries before the first that sees one of these keys have nothing to say.
        int before = first - (a.get(2) - queries);
        int from = a.get(3) == 0 || before < 0 ? 0 : before / 64 * 64;
        for (int q = 0; q < 16; q++) {
            dots[q] = 0f;
            keySum[q] = 0f;
            valueSum[q] = 0f;
        }
        for (int i0 = from; i0 < queries; i0 += 64) {
            int count = queries - i0 < 64 ? queries - i0 : 64;
            int atQ = a.get(6) + (batch * queries + i0) * a.get(5) + head * width;
            int atOut = a.get(15) + ((batch * queries + i0) * heads + head) * width;
            int perRow = (batch * heads + head) * queries + i0;
            // First the values by dOut, then keys by queries; what the first pass made moves over to slopes.
            for (int pass = 0; pass < 2; pass++) {
                int atX = pass == 0 ? a.get(9) + key : a.get(8) + key;
                int atY = pass == 0 ? atOut : atQ;
                int strideX = pass == 0 ? a.get(7) : a.get(7);
                int strideY = pass == 0 ? heads * width : a.get(5);
                for (int q = 0; q < 16; q++) {
                    slopes[q] = dots[q];
                    dots[q] = 0f;
                }
                for (int d = 0; d < width; d += 16) {
                    c.localBarrier();
                    for (int l = 0; l < 4; l++) {
                        int r = thread / 16 + l * 16;
                        int e = thread - thread / 16 * 16;
                        float u = 0f;
                        float v = 0f;
                        if (d + e < width) {
                            if (r < rows) u = memory.get(atX + r * strideX + d + e);
                            if (r < count) v = memory.get(atY + r * strideY + d + e);
                        }
                        left[r * 17 + e] = u;
                        right[r * 17 + e] = v;
                    }
                    c.localBarrier();
                    for (int e = 0; e < 16; e++) {
                        float v0 = right[x * 17 + e];
                        float v1 = right[(x + 16) * 17 + e];
                        float v2 = right[(x + 32) * 17 + e];
                        float v3 = right[(x + 48) * 17 + e];
                        for (int i = 0; i < 4; i++) {
                            float u = left[(y + 16 * i) * 17 + e];
                            dots[i * 4] += u * v0;
                            dots[i * 4 + 1] += u * v1;
                            dots[i * 4 + 2] += u * v2;
                            dots[i * 4 + 3] += u * v3;
                        }
                    }
                }
            }
            for (int i = 0; i < 4; i++) {
                int row = y + 16 * i;
                for (int j = 0; j < 4; j++) {
                    int query = x + 16 * j;
                    float p = 0f;
                    float ds = 0f;
                    if (row < rows && query < count && first + row < FlashAttention.seen(a, i0 + query)) {
                        float logit = dots[i * 4 + j] * f.get(0)
                                + FlashAttention.bias(a, memory, batch, head, i0 + query, first + row);
                        p = TornadoMath.exp(logit - memory.get(a.get(14) + perRow + query));
                        ds = p * (slopes[i * 4 + j] - memory.get(a.get(16) + perRow + query)) * f.get(0);
                    }
                    weights[row * 65 + query] = p;
                    slopes[i * 4 + j] = ds;
                }
            }
            for (int r0 = 0; r0 < 64; r0 += 16) {
                c.localBarrier();
                for (int l = 0; l < 4; l++) {
                    int r = r0 + thread / 64 + l * 4;
                    int s = thread - thread / 64 * 64;
                    float v = 0f;
                    if (r < count && column + s < width) v = memory.get(atOut + r * heads * width + column + s);
                    right[(r - r0) * 64 + s] = v;
                }
                c.localBarrier();
                for (int r = 0; r < 16; r++) {
                    float v0 = right[r * 64 + x];
                    float v1 = right[r * 64 + x + 16];
                    float v2 = right[r * 64 + x + 32];
                    float v3 = right[r * 64 + x + 48];
                    for (int i = 0; i < 4; i++) {
                        float u = weights[(y + 16 * i) * 65 + r0 + r];
                        valueSum[i * 4] += u * v0;
                        valueSum[i * 4 + 1] += u * v1;
                        valueSum[i * 4 + 2] += u * v2;
                        valueSum[i * 4 + 3] += u * v3;
                    }
                }
            }
            c.localBarrier();
            for (int i = 0; i < 4; i++)
                for (int j = 0; j < 4; j++) weights[(y + 16 * i) * 65 + x + 16 * j] = slopes[i * 4 + j];
            for (int r0 = 0; r0 < 64; r0 += 16) {
                c.localBarrier();
                for (int l = 0; l < 4; l++) {
                    int r = r0 + thread / 64 + l * 4;
                    int s = thread - thread / 64 * 64;
                    float v = 0f;
                    if (r < count && column + s < width) v = memory.get(atQ + r * a.get(5) + column + s);
                    right[(r - r0) * 64 + s] = v;
                }
                c.localBarrier();
                for (int r = 0; r < 16; r++) {
                    float v0 = right[r * 64 + x];
                    float v1 = right[r * 64 + x + 16];
                    float v2 = right[r * 64 + x + 32];
                    float v3 = right[r * 64 + x + 48];
                    for (int i = 0; i < 4; i++) {
                        float u = weights[(y + 16 * i) * 65 + r0 + r];
                        keySum[i * 4] += u * v0;
                        keySum[i * 4 + 1] += u * v1;
                        keySum[i * 4 + 2] += u * v2;
                        keySum[i * 4 + 3] += u * v3;
                    }
                }
            }
        }
        for (int i = 0; i < 4; i++) {
            int row = y + 16 * i;
            for (int j = 0; j < 4; j++) {
                int s = column + x + 16 * j;
                if (row < rows && s < width) {
                    memory.set(a.get(18) + key + row * a.get(7) + s, keySum[i * 4 + j]);
                    memory.set(a.get(19) + key + row * a.get(7) + s, valueSum[i * 4 + j]);
                }
            }
        }
    }
}
