package org.logah.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Attention in tiles of 64 queries by 64 keys (arXiv 2205.14135): no more of the T x T matrix exists than a tile. A work-group
 * has 16 x 16 threads and takes one tile of queries (or of keys, for their gradients), and of a head's columns 64, of head y
 * and batch z; a thread has 4 x 4 results, 16 apart.
 *
 * <p>Local memory holds 64 x 16 numbers of both operands while logits are made, rows of 17 so that neighbours lie in different
 * banks; then 16 x 64 numbers of what the weights multiply. Helpers cannot take arrays, so each kernel has these loops.
 *
 * <p>a: 0 head size, 1 queries, 2 keys, 3 causal, 4 heads, 5 q stride, 6 q, 7 kv stride, 8 k, 9 v, 10 kv batch stride,
 * 11 bias (-1: none), 12 bias has a batch axis, 13 out, 14 lse, 15 dOut, 16 row means, 17 dq, 18 dk, 19 dv, 20 dBias,
 * 21 batch; f: scale.
 */
public final class FlashAttention {
    /** Queries and keys of a tile, and columns of a head. */
    public static final int SIDE = 64;

    private FlashAttention() {}

    /** Keys that a query sees. */
    static int seen(IntArray a, int query) {
        int keys = a.get(2);
        int last = query + keys - a.get(1) + 1;
        int some = last < keys ? last : keys;
        return a.get(3) == 0 ? keys : some;
    }

    static float bias(IntArray a, FloatArray memory, int batch, int head, int i, int j) {
        float b = 0f;
        if (a.get(11) >= 0) {
            int plane = a.get(12) == 0 ? head : batch * a.get(4) + head;
            b = memory.get(a.get(11) + (plane * a.get(1) + i) * a.get(2) + j);
        }
        return b;
    }

    /** Writes out and lse. */
    public static void attention(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        float[] left = c.allocateFloatLocalArray(1088);
        float[] right = c.allocateFloatLocalArray(1088);
        float[] weights = c.allocateFloatLocalArray(4160);
        float[] dots = new float[16];
        float[] sum = new float[16];
        float[] most = new float[4];
        float[] total = new float[4];
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
        int atQ = a.get(6) + (batch * queries + first) * a.get(5) + head * width;
        int atK = a.get(8) + batch * a.get(10) + head * width;
        int atV = a.get(9) + batch * a.get(10) + head * width;
        int end = seen(a, first + rows - 1);
        for (int q = 0; q < 16; q++) {
            sum[q] = 0f;
        }
        for (int i = 0; i < 4; i++) {
            most[i] = Rows.LOWEST;
            total[i] = 0f;
        }
        for (int j0 = 0; j0 < end; j0 += 64) {
            int keys = a.get(2) - j0 < 64 ? a.get(2) - j0 : 64;
            for (int q = 0; q < 16; q++) {
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
                        if (r < rows) u = memory.get(atQ + r * a.get(5) + d + e);
                        if (r < keys) v = memory.get(atK + j0 * a.get(7) + r * a.get(7) + d + e);
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
            // The largest logit of each row so far, over the threads that share it.
            c.localBarrier();
            for (int i = 0; i < 4; i++) {
                int row = y + 16 * i;
                float high = most[i];
                for (int j = 0; j < 4; j++) {
                    int key = x + 16 * j;
                    float logit = Rows.LOWEST;
                    if (row < rows && key < keys && j0 + key < seen(a, first + row))
                        logit = dots[i * 4 + j] * f.get(0) + bias(a, memory, batch, head, first + row, j0 + key);
                    dots[i * 4 + j] = logit;
                    high = TornadoMath.max(high, logit);
                }
                left[row * 17 + x] = high;
            }
            c.localBarrier();
            for (int i = 0; i < 4; i++) {
                int row = y + 16 * i;
                float high = left[row * 17];
                for (int e = 1; e < 16; e++) high = TornadoMath.max(high, left[row * 17 + e]);
                float shrink = TornadoMath.exp(most[i] - high);
                most[i] = high;
                total[i] = total[i] * shrink;
                for (int j = 0; j < 4; j++) {
                    float logit = dots[i * 4 + j];
                    float p = logit == Rows.LOWEST ? 0f : TornadoMath.exp(logit - high);
                    weights[row * 65 + x + 16 * j] = p;
                    total[i] = total[i] + p;
                    sum[i * 4 + j] = sum[i * 4 + j] * shrink;
                }
            }
            for (int r0 = 0; r0 < 64; r0 += 16) {
                c.localBarrier();
                for (int l = 0; l < 4; l++) {
                    int r = r0 + thread / 64 + l * 4;
                    int s = thread - thread / 64 * 64;
                    float v = 0f;
                    if (r < keys && column + s < width) v = memory.get(atV + j0 * a.get(7) + r * a.get(7) + column + s);
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
        c.localBarrier();
        for (int i = 0; i < 4; i++) left[(y + 16 * i) * 17 + x] = total[i];
        c.localBarrier();
        for (int i = 0; i < 4; i++) {
            int row = y + 16 * i;
            float all = 0f;
            for (int e = 0; e < 16; e++) all += left[row * 17 + e];
            if (row < rows) {
                int out = a.get(13) + ((batch * queries + first + row) * heads + head) * width;
                for (int j = 0; j < 4; j++) {
                    int s = column + x + 16 * j;
                    if (s < width) memory.set(out + s, all == 0f ? 0f : sum[i * 4 + j] / all);
                }
                if (x == 0 && column == 0)
                    memory.set(a.get(14) + (batch * heads + head) * queries + first + row,
                            most[i] + TornadoMath.log(all));
            }
        }
    }

    /** The dot product of each row of out with its gradient, one thread a row: what softmax's gradient takes off. */
    public static void attentionRowMeans(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        int r = c.globalIdx;
        int width = a.get(0);
        int queries = a.get(1);
        int heads = a.get(4);
        if (r < a.get(21) * heads * queries) {
            int plane = r / queries;
            int i = r - plane * queries;
            int batch = plane / heads;
            int at = ((batch * queries + i) * heads + plane - batch * heads) * width;
            float sum = 0f;
            for (int d = 0; d < width; d++) sum += memory.get(a.get(13) + at + d) * memory.get(a.get(15) + at + d);
            memory.set(a.get(16) + r, sum);
        }
    }

    /** Writes dBias, one thread an element; a bias that all batches share adds them up in order. */
    public static void attentionBiasGradient(KernelContext c, IntArray a, FloatArray f, FloatArray memory,
            IntArray words) {
        int e = c.globalIdx;
        int width = a.get(0);
        int queries = a.get(1);
        int keys = a.get(2);
        int heads = a.get(4);
        int planes = a.get(12) == 0 ? heads : heads * a.get(21);
        if (e < planes * queries * keys) {
            int row = e / keys;
            int j = e - row * keys;
            int plane = row / queries;
            int i = row - plane * queries;
            int mine = plane / heads;
            int head = plane - mine * heads;
            int from = a.get(12) == 0 ? 0 : mine;
            int to = a.get(12) == 0 ? a.get(21) : mine + 1;
            float sum = 0f;
            if (j < seen(a, i)) {
                for (int batch = from; batch < to; batch++) {
                    int q = a.get(6) + (batch * queries + i) * a.get(5) + head * width;
                    int k = a.get(8) + batch * a.get(10) + j * a.get(7) + head * width;
                    int v = a.get(9) + batch * a.get(10) + j * a.get(7) + head * width;
                    int out = a.get(15) + ((batch * queries + i) * heads + head) * width;
                    float dot = 0f;
                    float dp = 0f;
                    for (int d = 0; d < width; d++) {
                        dot += memory.get(q + d) * memory.get(k + d);
                        dp += memory.get(out + d) * memory.get(v + d);
                    }
                    int r = (batch * heads + head) * queries + i;
                    float p = TornadoMath.exp(
                            dot * f.get(0) + bias(a, memory, batch, head, i, j) - memory.get(a.get(14) + r));
                    sum += p * (dp - memory.get(a.get(16) + r));
                }
            }
            memory.set(a.get(20) + e, sum);
        }
    }
}
