package org.logah.engine.cpu.loop;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Tensor;

/**
 * Attention of one head by {@link Panel}, a tile of queries at a time. Scores are kept with a row for each key, so that all
 * loops, those of the softmax too, run along the queries.
 */
final class LoopAttention {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    /** Queries of a tile. */
    private static final int TILE = 128;

    private LoopAttention() {}

    static void forward(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse, int b,
            int h) {
        int keys = Panel.padded(a.keys());
        int width = Panel.padded(a.headSize());
        float[] left = rows(k.segment(), a.keyStart(b, h), a.kvStride(), a.keys(), keys, a.headSize(), width);
        float[] values = transposed(
                rows(v.segment(), a.valueStart(b, h), a.kvStride(), a.keys(), keys, a.headSize(), width), keys, width);
        float[][] queries = new float[width][TILE];
        float[][] scores = new float[keys][TILE];
        float[][] result = new float[width][TILE];
        MemorySegment to = out.segment();
        for (int i0 = 0; i0 < a.queries(); i0 += TILE) {
            int count = Math.min(TILE, a.queries() - i0);
            packQueries(a, q.segment(), a.queryStart(b, h) + (long) i0 * a.qStride(), count, queries);
            if (bias == null) for (float[] row : scores) Arrays.fill(row, 0f);
            else packBias(a, bias, b, h, i0, count, scores);
            for (int j = 0; j < keys; j += Panel.STEP)
                Panel.multiply(left, j * width, width, queries, width, scores, j, count);
            float[] largest = new float[count];
            float[] sum = new float[count];
            softmax(a, i0, count, scores, largest, sum);
            for (float[] row : result) Arrays.fill(row, 0f);
            for (int c = 0; c < width; c += Panel.STEP)
                Panel.multiply(values, c * keys, keys, scores, keys, result, c, count);
            for (int i = 0; i < count; i++) {
                long at = a.outStart(b, h) + (long) (i0 + i) * a.outStride();
                for (int c = 0; c < a.headSize(); c++) to.setAtIndex(F, at + c, result[c][i] / sum[i]);
                lse.segment().setAtIndex(F, ((long) b * a.heads() + h) * a.queries() + i0 + i,
                        (float) (largest[i] + Math.log(sum[i])));
            }
        }
    }

    /** Rows {@code stride} apart as one matrix, padded with zeros. */
    private static float[] rows(MemorySegment s, long start, int stride, int count, int rows, int columns, int width) {
        float[] to = new float[rows * width];
        for (int i = 0; i < count; i++)
            MemorySegment.copy(s, F, (start + (long) i * stride) * 4, to, i * width, columns);
        return to;
    }

    private static float[] transposed(float[] x, int rows, int columns) {
        float[] to = new float[x.length];
        for (int i = 0; i < rows; i++) for (int j = 0; j < columns; j++) to[j * rows + i] = x[i * columns + j];
        return to;
    }

    /** Scaled, a row for each number of the head. */
    private static void packQueries(Attention a, MemorySegment q, long start, int count, float[][] to) {
        for (int i = 0; i < count; i++)
            for (int c = 0; c < a.headSize(); c++)
                to[c][i] = a.scale() * q.getAtIndex(F, start + (long) i * a.qStride() + c);
    }

    private static void packBias(Attention a, Tensor bias, int b, int h, int i0, int count, float[][] scores) {
        long head = bias.shape().rank() == 4 ? (long) b * a.heads() + h : h;
        float[] row = new float[a.keys()];
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(bias.segment(), F, (head * a.queries() + i0 + i) * a.keys() * 4, row, 0, row.length);
            for (int j = 0; j < row.length; j++) scores[j][i] = row[j];
        }
        for (int j = row.length; j < scores.length; j++) Arrays.fill(scores[j], 0f);
    }

    /** Scores become {@code exp(score - largest)}; those of keys that a query does not see the least that an exponential gives, some 1e-38. */
    private static void softmax(Attention a, int i0, int count, float[][] scores, float[] largest, float[] sum) {
        if (a.causal()) {
            for (int i = 0; i < count; i++)
                for (int j = a.visible(i0 + i); j < a.keys(); j++) scores[j][i] = Float.NEGATIVE_INFINITY;
        }
        Arrays.fill(largest, Float.NEGATIVE_INFINITY);
        for (int j = 0; j < a.keys(); j++) largest(largest, scores[j], count);
        for (int j = 0; j < a.keys(); j++) exponentials(scores[j], largest, sum, count);
        for (int j = a.keys(); j < scores.length; j++) Arrays.fill(scores[j], 0f);
    }

    private static void largest(float[] most, float[] x, int n) {
        for (int i = 0; i < n; i++) most[i] = Math.max(most[i], x[i]);
    }

    private static void exponentials(float[] x, float[] largest, float[] sum, int n) {
        for (int i = 0; i < n; i++) x[i] = LoopMath.exp(x[i] - largest[i]);
        for (int i = 0; i < n; i++) sum[i] += x[i];
    }
}
