package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Kernels.Attention;
import org.logah.engine.Tensor;

/**
 * Attention by tiles of queries: the scores of one tile at a time exist, never the whole matrix; the gradient computes them
 * again from the saved logarithms of the sums (arXiv 2205.14135). One task is one head of one batch.
 */
final class VectorAttention {
    /** Queries of a tile. */
    private static final int TILE = 64;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;

    private VectorAttention() {}

    static void forward(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse, int b,
            int h) {
        MemorySegment scores = Scratch.floats((long) TILE * a.keys());
        for (int i0 = 0; i0 < a.queries(); i0 += TILE) {
            int rows = Math.min(TILE, a.queries() - i0);
            int seen = a.visible(i0 + rows - 1);
            scores(a, q, k, bias, scores, b, h, i0, rows, seen);
            for (int i = 0; i < rows; i++) {
                int mine = a.visible(i0 + i);
                long row = (long) i * seen;
                float max = VectorRows.max(scores, row, mine);
                float sum = VectorRows.exponentials(max, scores, row, scores, row, mine);
                VectorElementwise.affine(1f / sum, 0f, scores, scores, row, mine);
                clear(scores, row + mine, seen - mine);
                lse.segment().setAtIndex(F, lseRow(a, b, h) + i0 + i, (float) (max + Math.log(sum)));
            }
            Gemm.run(rows, a.headSize(), seen, new Gemm.Operand(scores, 0, seen, 1),
                    new Gemm.Operand(v.segment(), a.valueStart(b, h), a.kvStride(), 1), out.segment(),
                    a.outStart(b, h) + (long) i0 * a.outStride(), a.outStride(), false, null, 0);
        }
    }

    static void gradient(Attention a, Tensor q, Tensor k, Tensor v, @Nullable Tensor bias, Tensor out, Tensor lse,
            Tensor dOut,
            Tensor dq, Tensor dk, Tensor dv, @Nullable Tensor dBias, int b, int h) {
        long plane = (long) TILE * a.keys();
        MemorySegment scratch = Scratch.floats(2 * plane);
        int width = a.headSize();
        for (int i0 = 0; i0 < a.queries(); i0 += TILE) {
            int rows = Math.min(TILE, a.queries() - i0);
            int seen = a.visible(i0 + rows - 1);
            boolean first = i0 == 0;
            if (first) clearRows(a, dk, dv, b, h);
            scores(a, q, k, bias, scratch, b, h, i0, rows, seen);
            for (int i = 0; i < rows; i++) {
                int mine = a.visible(i0 + i);
                long row = (long) i * seen;
                float log = lse.segment().getAtIndex(F, lseRow(a, b, h) + i0 + i);
                VectorRows.exponentials(log, scratch, row, scratch, row, mine);
                clear(scratch, row + mine, seen - mine);
            }
            long outRow = a.outStart(b, h) + (long) i0 * a.outStride();
            Gemm.Operand g = new Gemm.Operand(dOut.segment(), outRow, a.outStride(), 1);
            Gemm.Operand gT = new Gemm.Operand(scratch, 0, 1, seen);
            // dV += P^T dO
            Gemm.run(seen, width, rows, gT, g, dv.segment(), a.valueStart(b, h), a.kvStride(), true, null, 0);
            // dP = dO V^T, then dS = P (dP - rowsum(dO O)) in its place
            Gemm.run(rows, seen, width, g, new Gemm.Operand(v.segment(), a.valueStart(b, h), 1, a.kvStride()), scratch,
                    plane, seen,
                    false, null, 0);
            for (int i = 0; i < rows; i++) {
                long at = outRow + (long) i * a.outStride();
                float mean = VectorRows.dot(dOut.segment(), at, out.segment(), at, width);
                scoreGradient(scratch, (long) i * seen, plane + (long) i * seen, mean, seen);
            }
            if (dBias != null) addBias(a, dBias, scratch, plane, b, h, i0, rows, seen);
            VectorElementwise.affine(a.scale(), 0f, scratch, scratch, plane, rows * seen);
            // dQ = dS K, dK += dS^T Q
            Gemm.run(rows, width, seen, new Gemm.Operand(scratch, plane, seen, 1),
                    new Gemm.Operand(k.segment(), a.keyStart(b, h), a.kvStride(), 1), dq.segment(),
                    a.queryStart(b, h) + (long) i0 * a.qStride(), a.qStride(), false, null, 0);
            Gemm.run(seen, width, rows, new Gemm.Operand(scratch, plane, 1, seen),
                    new Gemm.Operand(q.segment(), a.queryStart(b, h) + (long) i0 * a.qStride(), a.qStride(), 1),
                    dk.segment(),
                    a.keyStart(b, h), a.kvStride(), true, null, 0);
        }
    }

    /** {@code scale Q K^T + bias} of a tile, {@code [rows, seen]} at the scratch's start. */
    private static void scores(Attention a, Tensor q, Tensor k, @Nullable Tensor bias, MemorySegment to, int b, int h,
            int i0,
            int rows, int seen) {
        Gemm.run(rows, seen, a.headSize(),
                new Gemm.Operand(q.segment(), a.queryStart(b, h) + (long) i0 * a.qStride(), a.qStride(), 1),
                new Gemm.Operand(k.segment(), a.keyStart(b, h), 1, a.kvStride()), to, 0, seen, false, null, 0);
        VectorElementwise.affine(a.scale(), 0f, to, to, 0, rows * seen);
        if (bias == null) return;
        for (int i = 0; i < rows; i++) {
            VectorElementwise.addScaled(1f, bias.segment(), biasRow(a, bias, b, h, i0 + i), to, (long) i * seen, seen);
        }
    }

    private static void scoreGradient(MemorySegment s, long p, long dp, float mean, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            fromMemorySegment(SPECIES, s, 4 * (p + i), ORDER)
                    .mul(fromMemorySegment(SPECIES, s, 4 * (dp + i), ORDER).sub(mean))
                    .intoMemorySegment(s, 4 * (dp + i), ORDER);
        if (i < n) {
            var m = Simd.tail(i, n);
            fromMemorySegment(SPECIES, s, 4 * (p + i), ORDER, m)
                    .mul(fromMemorySegment(SPECIES, s, 4 * (dp + i), ORDER, m).sub(mean))
                    .intoMemorySegment(s, 4 * (dp + i), ORDER, m);
        }
    }

    private static void addBias(Attention a, Tensor dBias, MemorySegment s, long plane, int b, int h, int i0, int rows,
            int seen) {
        for (int i = 0; i < rows; i++) {
            VectorElementwise.addScaled(1f, s, plane + (long) i * seen, dBias.segment(),
                    biasRow(a, dBias, b, h, i0 + i), seen);
        }
    }

    private static void clearRows(Attention a, Tensor dk, Tensor dv, int b, int h) {
        for (int j = 0; j < a.keys(); j++) {
            clear(dk.segment(), a.keyStart(b, h) + (long) j * a.kvStride(), a.headSize());
            clear(dv.segment(), a.valueStart(b, h) + (long) j * a.kvStride(), a.headSize());
        }
    }

    private static void clear(MemorySegment s, long from, int count) {
        for (int i = 0; i < count; i++) s.setAtIndex(F, from + i, 0f);
    }

    private static long lseRow(Attention a, int b, int h) { return ((long) b * a.heads() + h) * a.queries(); }

    private static long biasRow(Attention a, Tensor bias, int b, int h, int i) {
        long head = bias.shape().rank() == 4 ? (long) b * a.heads() + h : h;
        return (head * a.queries() + i) * a.keys();
    }
}
