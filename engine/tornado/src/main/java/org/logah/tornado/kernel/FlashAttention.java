package org.logah.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Attention in tiles of 16 queries by 16 keys (arXiv 2205.14135): no more of the T x T matrix exists than a tile. A work-group
 * has 16 x 16 threads and takes one tile of queries (or of keys, for their gradients) of head y and batch z; heads may be as
 * wide as {@link #WIDEST}.
 *
 * <p>a: 0 head size, 1 queries, 2 keys, 3 causal, 4 heads, 5 q stride, 6 q, 7 kv stride, 8 k, 9 v, 10 kv batch stride,
 * 11 bias (-1: none), 12 bias has a batch axis, 13 out, 14 lse, 15 dOut, 16 row means, 17 dq, 18 dk, 19 dv, 20 dBias,
 * 21 batch; f: scale.
 */
public final class FlashAttention {
    /** The widest head: 16 results a thread. */
    public static final int WIDEST = 256;
    /** Queries and keys of a tile. */
    public static final int SIDE = 16;

    private FlashAttention() {}

    private static int seen(IntArray a, int query) {
        int keys = a.get(2);
        int last = query + keys - a.get(1) + 1;
        int some = last < keys ? last : keys;
        return a.get(3) == 0 ? keys : some;
    }

    private static float bias(IntArray a, FloatArray memory, int batch, int head, int i, int j) {
        float b = 0f;
        if (a.get(11) >= 0) {
            int plane = a.get(12) == 0 ? head : batch * a.get(4) + head;
            b = memory.get(a.get(11) + (plane * a.get(1) + i) * a.get(2) + j);
        }
        return b;
    }

    /** {@code x_i . y_j} for row i of a tile by its y thread, row j by its x thread; zero beyond the rows there are. */
    private static float tileDot(KernelContext c, FloatArray memory, int width, int atX,
            int strideX, int rowsX, int atY, int strideY, int rowsY) {
        float[] left = c.allocateFloatLocalArray(256);
        float[] right = c.allocateFloatLocalArray(256);
        int x = c.localIdx;
        int y = c.localIdy;
        float dot = 0f;
        for (int d = 0; d < width; d += 16) {
            float u = 0f;
            float v = 0f;
            if (d + x < width) {
                if (y < rowsX) u = memory.get(atX + y * strideX + d + x);
                if (y < rowsY) v = memory.get(atY + y * strideY + d + x);
            }
            c.localBarrier();
            left[y * 16 + x] = u;
            right[y * 16 + x] = v;
            c.localBarrier();
            for (int e = 0; e < 16; e++) dot += left[y * 16 + e] * right[x * 16 + e];
        }
        return dot;
    }

    /** The largest value of the threads with the same y. */
    private static float rowMax(KernelContext c, float mine) {
        float[] row = c.allocateFloatLocalArray(256);
        int at = c.localIdy * 16;
        c.localBarrier();
        row[at + c.localIdx] = mine;
        c.localBarrier();
        float most = row[at];
        for (int e = 1; e < 16; e++) most = TornadoMath.max(most, row[at + e]);
        return most;
    }

    private static float rowSum(KernelContext c, float mine) {
        float[] row = c.allocateFloatLocalArray(256);
        int at = c.localIdy * 16;
        c.localBarrier();
        row[at + c.localIdx] = mine;
        c.localBarrier();
        float sum = 0f;
        for (int e = 0; e < 16; e++) sum += row[at + e];
        return sum;
    }

    /**
     * Column {@code d + x} of {@code weights [16, 16] times rows [16, width]}, of the row that thread y has; each thread brings
     * its own weight.
     */
    private static float tileProduct(KernelContext c, float weight, FloatArray memory, int width, int d, int at,
            int stride, int rows) {
        float[] weights = c.allocateFloatLocalArray(256);
        float[] right = c.allocateFloatLocalArray(256);
        int x = c.localIdx;
        int y = c.localIdy;
        float v = 0f;
        if (d + x < width) {
            if (y < rows) v = memory.get(at + y * stride + d + x);
        }
        c.localBarrier();
        weights[y * 16 + x] = weight;
        right[y * 16 + x] = v;
        c.localBarrier();
        float sum = 0f;
        for (int e = 0; e < 16; e++) sum += weights[y * 16 + e] * right[e * 16 + x];
        return sum;
    }

    /** Writes out and lse. */
    public static void forward(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        float[] sum = new float[16];
        int x = c.localIdx;
        int y = c.localIdy;
        int head = c.groupIdy;
        int batch = c.groupIdz;
        int width = a.get(0);
        int queries = a.get(1);
        int first = c.groupIdx * 16;
        int rows = queries - first < 16 ? queries - first : 16;
        int i = first + y;
        int atQ = a.get(6) + (batch * queries + first) * a.get(5) + head * width;
        int atK = a.get(8) + batch * a.get(10) + head * width;
        int atV = a.get(9) + batch * a.get(10) + head * width;
        int end = seen(a, first + rows - 1);
        for (int q = 0; q < 16; q++) sum[q] = 0f;
        float most = Rows.LOWEST;
        float total = 0f;
        for (int j0 = 0; j0 < end; j0 += 16) {
            int keys = a.get(2) - j0 < 16 ? a.get(2) - j0 : 16;
            float dot = tileDot(c, memory, width, atQ, a.get(5), rows, atK + j0 * a.get(7), a.get(7),
                    keys);
            boolean open = y < rows && x < keys && j0 + x < seen(a, i);
            float logit = Rows.LOWEST;
            if (open) logit = dot * f.get(0) + bias(a, memory, batch, head, i, j0 + x);
            float higher = TornadoMath.max(most, rowMax(c, logit));
            float p = open ? TornadoMath.exp(logit - higher) : 0f;
            float shrink = TornadoMath.exp(most - higher);
            total = total * shrink + rowSum(c, p);
            most = higher;
            for (int d = 0; d < width; d += 16) {
                float part = tileProduct(c, p, memory, width, d, atV + j0 * a.get(7), a.get(7), keys);
                sum[d / 16] = sum[d / 16] * shrink + part;
            }
        }
        if (y < rows) {
            int out = a.get(13) + ((batch * queries + i) * a.get(4) + head) * width;
            for (int d = 0; d < width; d += 16) {
                if (d + x < width) memory.set(out + d + x, total == 0f ? 0f : sum[d / 16] / total);
            }
            if (x == 0) memory.set(a.get(14) + (batch * a.get(4) + head) * queries + i, most + TornadoMath.log(total));
        }
    }

    /** The dot product of each row of out with its gradient, one thread a row: what softmax's gradient takes off. */
    public static void rowMeans(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
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

    /** Writes dq. */
    public static void queryGradient(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        float[] sum = new float[16];
        int x = c.localIdx;
        int y = c.localIdy;
        int head = c.groupIdy;
        int batch = c.groupIdz;
        int width = a.get(0);
        int queries = a.get(1);
        int heads = a.get(4);
        int first = c.groupIdx * 16;
        int rows = queries - first < 16 ? queries - first : 16;
        int i = first + y;
        int query = (batch * queries + first) * a.get(5) + head * width;
        int atK = a.get(8) + batch * a.get(10) + head * width;
        int atV = a.get(9) + batch * a.get(10) + head * width;
        int atOut = a.get(15) + ((batch * queries + first) * heads + head) * width;
        int end = seen(a, first + rows - 1);
        for (int q = 0; q < 16; q++) sum[q] = 0f;
        float lse = 0f;
        float mean = 0f;
        if (y < rows) {
            lse = memory.get(a.get(14) + (batch * heads + head) * queries + i);
            mean = memory.get(a.get(16) + (batch * heads + head) * queries + i);
        }
        for (int j0 = 0; j0 < end; j0 += 16) {
            int keys = a.get(2) - j0 < 16 ? a.get(2) - j0 : 16;
            float dot = tileDot(c, memory, width, a.get(6) + query, a.get(5), rows, atK + j0 * a.get(7),
                    a.get(7), keys);
            float dp = tileDot(c, memory, width, atOut, heads * width, rows, atV + j0 * a.get(7), a.get(7),
                    keys);
            float ds = 0f;
            if (y < rows && x < keys && j0 + x < seen(a, i)) {
                float p = TornadoMath.exp(dot * f.get(0) + bias(a, memory, batch, head, i, j0 + x) - lse);
                ds = p * (dp - mean) * f.get(0);
            }
            for (int d = 0; d < width; d += 16) {
                float part = tileProduct(c, ds, memory, width, d, atK + j0 * a.get(7), a.get(7), keys);
                sum[d / 16] = sum[d / 16] + part;
            }
        }
        if (y < rows) {
            for (int d = 0; d < width; d += 16) {
                if (d + x < width) memory.set(a.get(17) + query + y * a.get(5) + d + x, sum[d / 16]);
            }
        }
    }

    /** Writes dk and dv; thread y has a key, thread x a query. */
    public static void keyGradient(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        float[] keySum = new float[16];
        float[] valueSum = new float[16];
        int x = c.localIdx;
        int y = c.localIdy;
        int head = c.groupIdy;
        int batch = c.groupIdz;
        int width = a.get(0);
        int queries = a.get(1);
        int heads = a.get(4);
        int first = c.groupIdx * 16;
        int rows = a.get(2) - first < 16 ? a.get(2) - first : 16;
        int j = first + y;
        int key = batch * a.get(10) + first * a.get(7) + head * width;
        for (int q = 0; q < 16; q++) {
            keySum[q] = 0f;
            valueSum[q] = 0f;
        }
        for (int i0 = 0; i0 < queries; i0 += 16) {
            int count = queries - i0 < 16 ? queries - i0 : 16;
            int atQ = a.get(6) + (batch * queries + i0) * a.get(5) + head * width;
            int atOut = a.get(15) + ((batch * queries + i0) * heads + head) * width;
            float dot = tileDot(c, memory, width, a.get(8) + key, a.get(7), rows, atQ, a.get(5), count);
            float dp = tileDot(c, memory, width, a.get(9) + key, a.get(7), rows, atOut, heads * width,
                    count);
            float p = 0f;
            float ds = 0f;
            int i = i0 + x;
            if (y < rows && x < count && j < seen(a, i)) {
                int r = (batch * heads + head) * queries + i;
                p = TornadoMath.exp(
                        dot * f.get(0) + bias(a, memory, batch, head, i, j) - memory.get(a.get(14) + r));
                ds = p * (dp - memory.get(a.get(16) + r)) * f.get(0);
            }
            for (int d = 0; d < width; d += 16) {
                float value = tileProduct(c, p, memory, width, d, atOut, heads * width, count);
                float slope = tileProduct(c, ds, memory, width, d, atQ, a.get(5), count);
                valueSum[d / 16] = valueSum[d / 16] + value;
                keySum[d / 16] = keySum[d / 16] + slope;
            }
        }
        if (y < rows) {
            for (int d = 0; d < width; d += 16) {
                if (d + x < width) {
                    memory.set(a.get(18) + key + y * a.get(7) + d + x, keySum[d / 16]);
                    memory.set(a.get(19) + key + y * a.get(7) + d + x, valueSum[d / 16]);
                }
            }
        }
    }

    /** Writes dBias, one thread an element; a bias that all batches share adds them up in order. */
    public static void biasGradient(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
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
