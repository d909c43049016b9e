package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;
import static org.logah.engine.cpu.vector.Triangle.whole;

import java.lang.foreign.ValueLayout;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.vector.Triangle.Place;

/**
 * Attention, a tile of queries at a time: only the scores of that tile are in memory, never the whole matrix of scores. The
 * gradient computes them again from each row's logarithm of the sum of exponentials, which the forward pass saved (arXiv
 * 2205.14135). One task is one head of one batch.
 */
final class VectorAttention {
    /** Most queries of a tile: a vision transformer's 64 patches and its class token are one tile, not two. */
    private static final int TILE = 72;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    private static final float NOTHING = Float.NEGATIVE_INFINITY;

    private VectorAttention() {}

    static void forward(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse, int b,
            int h) {
        int tile = Gemm.part(a.queries(), TILE);
        long plane = (long) tile * whole(a.keys());
        long scores = ThreadMemory.floats(plane + tile);
        long most = scores + 4 * plane;
        float[] sums = ThreadMemory.vectors(tile);
        for (int i0 = 0; i0 < a.queries(); i0 += tile) {
            int rows = Math.min(tile, a.queries() - i0);
            Triangle seen = seen(a, i0, rows);
            int stride = whole(seen.most());
            float scale = scores(a, q, k, bias, scores, b, h, i0, rows, seen);
            softmax(scale, seen, rows, scores, most, sums, lseRow(a, lse, b, h, i0));
            Gemm.run(Blocking.HERE, seen.at(Place.LEFT), rows, a.headSize(), seen.most(),
                    new Gemm.Operand(scores, stride, 1),
                    new Gemm.Operand(Simd.address(v, a.valueStart(b, h)), a.kvStride(), 1),
                    result(Simd.address(out, a.outStart(b, h) + (long) i0 * a.outStride()), a.outStride(), false));
        }
    }

    /**
     * A step for all rows before the next step: what a row needs of the step before is long computed then, and rows are computed side
     * by side.
     *
     * @param most place for each row's largest number
     * @param sums place for a vector of each row
     * @param lse address of the logarithms of the sums
     */
    private static void softmax(float scale, Triangle seen, int rows, long scores, long most, float[] sums,
            long lse) {
        int stride = whole(seen.most());
        for (int i = 0; i < rows; i++)
            MEMORY.set(F, most + 4L * i, scale * VectorRows.max(scores + 4L * i * stride, seen.vectors(i)));
        for (int i = 0; i < rows; i++) {
            long row = scores + 4L * i * stride;
            VectorRows.exponentials(scale, MEMORY.get(F, most + 4L * i), row, row, seen.vectors(i), sums, i);
        }
        for (int i = 0; i < rows; i++) {
            long row = scores + 4L * i * stride;
            int columns = seen.vectors(i);
            float sum = Simd.sum(sums, i);
            VectorElementwise.affine(1f / sum, 0f, row, row, columns);
            fill(row, columns, ofPanel(seen, i, rows), 0f);
            MEMORY.set(F, lse + 4L * i,
                    columns == 0 ? NOTHING : (float) (MEMORY.get(F, most + 4L * i) + Math.log(sum)));
        }
    }

    static void gradient(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse,
            Tensor dOut, Tensor dq, Tensor dk, Tensor dv, @Nullable Tensor dBias, int b, int h) {
        int tile = Gemm.part(a.queries(), TILE);
        long plane = (long) tile * whole(a.keys());
        long p = ThreadMemory.floats(2 * plane);
        long ds = p + 4 * plane;
        float[] sums = ThreadMemory.vectors(tile);
        int width = a.headSize();
        int written = a.queries() == 0 ? 0 : seen(a, 0, Math.min(tile, a.queries())).most();
        clearRows(a, written, Simd.address(dk, a.keyStart(b, h)));
        clearRows(a, written, Simd.address(dv, a.valueStart(b, h)));
        for (int i0 = 0; i0 < a.queries(); i0 += tile) {
            int rows = Math.min(tile, a.queries() - i0);
            Triangle seen = seen(a, i0, rows);
            int keys = seen.most();
            int stride = whole(keys);
            float scale = scores(a, q, k, bias, p, b, h, i0, rows, seen);
            long logarithms = lseRow(a, lse, b, h, i0);
            // Their sums are known; what is left of them in the array is written over.
            for (int i = 0; i < rows; i++) {
                long row = p + 4L * i * stride;
                VectorRows.exponentials(scale, MEMORY.get(F, logarithms + 4L * i), row, row, seen.vectors(i), sums,
                        i);
            }
            long outRow = a.outStart(b, h) + (long) i0 * a.outStride();
            Gemm.Operand g = new Gemm.Operand(Simd.address(dOut, outRow), a.outStride(), 1);
            // dV = P^T dO, of later tiles added
            Gemm.run(Blocking.HERE, seen.at(Place.LEFT_TRANSPOSED), keys, width, rows, new Gemm.Operand(p, 1, stride),
                    g,
                    result(Simd.address(dv, a.valueStart(b, h)), a.kvStride(), i0 > 0));
            // dP = dO V^T, then dS = P (dP - rowsum(dO O)) in its place, scaled as the scores were
            Gemm.run(Blocking.HERE, seen.at(Place.RESULT), rows, keys, width, g,
                    new Gemm.Operand(Simd.address(v, a.valueStart(b, h)), 1, a.kvStride()),
                    result(ds, stride, false));
            VectorRows.dots(Simd.address(out, outRow), 4L * a.outStride(), g.start(), 4L * a.outStride(), width, rows,
                    sums);
            for (int i = 0; i < rows; i++) {
                long row = 4L * i * stride;
                int columns = seen.vectors(i);
                fill(ds + row, columns, ofPanel(seen, i, rows), 0f);
                VectorRows.softmaxGradient(Simd.sum(sums, i), dBias == null ? a.scale() : 1f, p + row,
                        ds + row,
                        ds + row, columns);
                if (dBias == null) continue;
                VectorElementwise.addScaled(1f, ds + row, biasRow(a, dBias, b, h, i0 + i), seen.seen(i));
                VectorElementwise.affine(a.scale(), 0f, ds + row, ds + row, columns);
            }
            // dQ = dS K, dK = dS^T Q, of later tiles added
            long queries = a.queryStart(b, h) + (long) i0 * a.qStride();
            Gemm.run(Blocking.HERE, seen.at(Place.LEFT), rows, width, keys, new Gemm.Operand(ds, stride, 1),
                    new Gemm.Operand(Simd.address(k, a.keyStart(b, h)), a.kvStride(), 1),
                    result(Simd.address(dq, queries), a.qStride(), false));
            Gemm.run(Blocking.HERE, seen.at(Place.LEFT_TRANSPOSED), keys, width, rows, new Gemm.Operand(ds, 1, stride),
                    new Gemm.Operand(Simd.address(q, queries), a.qStride(), 1),
                    result(Simd.address(dk, a.keyStart(b, h)), a.kvStride(), i0 > 0));
        }
    }

    /** What the queries of a tile see. */
    private static Triangle seen(Attention a, int i0, int rows) {
        int most = a.visible(i0 + rows - 1);
        return new Triangle(Place.RESULT, a.causal() ? i0 + a.keys() - a.queries() + 1 : most, most);
    }

    /** The columns that a product by the scores reads of a row: those of the last row of its panel. */
    private static int ofPanel(Triangle seen, int row, int rows) {
        return seen.seen(Math.min(rows - 1, row / Gemm.MR * Gemm.MR + Gemm.MR - 1));
    }

    /**
     * {@code Q K^T} of a tile, with {@link #NOTHING} from a row's last column to the end of its last vector; a bias is added to
     * what is scaled already.
     *
     * @return what the scores are still to be multiplied by
     */
    private static float scores(Attention a, Tensor q, Tensor k, @Nullable Tensor bias, long to, int b, int h, int i0,
            int rows, Triangle seen) {
        int stride = whole(seen.most());
        Gemm.run(Blocking.HERE, seen.at(Place.RESULT), rows, seen.most(), a.headSize(),
                new Gemm.Operand(Simd.address(q, a.queryStart(b, h) + (long) i0 * a.qStride()), a.qStride(), 1),
                new Gemm.Operand(Simd.address(k, a.keyStart(b, h)), 1, a.kvStride()), result(to, stride, false));
        boolean now = bias != null || !(a.scale() > 0);
        for (int i = 0; i < rows; i++) {
            long row = to + 4L * i * stride;
            int columns = seen.seen(i);
            if (now) VectorElementwise.affine(a.scale(), 0f, row, row, columns);
            if (bias != null) VectorElementwise.addScaled(1f, biasRow(a, bias, b, h, i0 + i), row, columns);
            hide(row, columns);
        }
        return now ? 1f : a.scale();
    }

    /** Puts {@link #NOTHING} behind a row's columns, to the end of its last vector. */
    private static void hide(long row, int columns) {
        for (int j = Simd.bound(columns); j < whole(columns); j += Simd.LANES)
            fromMemorySegment(SPECIES, MEMORY, row + 4L * j, ORDER)
                    .blend(NOTHING, Simd.tail(j, Math.max(j, columns)).not())
                    .intoMemorySegment(MEMORY, row + 4L * j, ORDER);
    }

    private static Gemm.Result result(long at, long stride, boolean accumulate) {
        return new Gemm.Result(at, stride, accumulate, 0);
    }

    /** Of a gradient, the rows of keys that the first tile does not see. */
    private static void clearRows(Attention a, int first, long from) {
        for (int j = first; j < a.keys(); j++) fill(from + 4L * j * a.kvStride(), 0, a.headSize(), 0f);
    }

    private static void fill(long row, int from, int to, float value) {
        for (int i = from; i < to; i++) MEMORY.set(F, row + 4L * i, value);
    }

    private static long lseRow(Attention a, Tensor lse, int b, int h, int i) {
        return Simd.address(lse, ((long) b * a.heads() + h) * a.queries() + i);
    }

    private static long biasRow(Attention a, Tensor bias, int b, int h, int i) {
        long head = bias.shape().rank() == 4 ? (long) b * a.heads() + h : h;
        return Simd.address(bias, (head * a.queries() + i) * a.keys());
    }
}
