package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.jspecify.annotations.Nullable;

import jdk.incubator.vector.FloatVector;

/**
 * One row by a matrix, as in generating text token by token. Each number of the matrix is used once, so it is read where it
 * stands: packing it would cost more than the product.
 */
final class Gemv {
    /** Columns that one task keeps in registers. */
    static final int COLUMNS = 8 * Simd.LANES;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;

    private Gemv() {}

    /** {@code out[from .. from + count) = a[k] b[k, n] (+ bias)}; sums run along k, as in {@link Gemm}. */
    static void columns(int n, int k, MemorySegment a, long aStart, MemorySegment b, long bStart,
            @Nullable MemorySegment bias, MemorySegment out, long outStart, int from, int count) {
        if (count == COLUMNS) {
            wide(n, k, a, aStart, b, bStart + from, bias, from, out, outStart + from);
            return;
        }
        int j = from;
        for (; j + Simd.LANES <= from + count; j += Simd.LANES)
            narrow(n, k, a, aStart, b, bStart + j, bias, j, out, outStart + j);
        for (; j < from + count; j++) {
            float sum = bias == null ? 0f : bias.getAtIndex(F, j);
            for (int i = 0; i < k; i++)
                sum = Math.fma(a.getAtIndex(F, aStart + i), b.getAtIndex(F, bStart + j + (long) i * n), sum);
            out.setAtIndex(F, outStart + j, sum);
        }
    }

    private static FloatVector first(@Nullable MemorySegment bias, int j) {
        return bias == null ? broadcast(SPECIES, 0f) : fromMemorySegment(SPECIES, bias, 4L * j, ORDER);
    }

    private static void narrow(int n, int k, MemorySegment a, long aStart, MemorySegment b, long bStart,
            @Nullable MemorySegment bias, int j, MemorySegment out, long outStart) {
        FloatVector c = first(bias, j);
        long at = 4 * bStart;
        for (int i = 0; i < k; i++, at += 4L * n)
            c = broadcast(SPECIES, a.getAtIndex(F, aStart + i)).fma(fromMemorySegment(SPECIES, b, at, ORDER), c);
        c.intoMemorySegment(out, 4 * outStart, ORDER);
    }

    private static void wide(int n, int k, MemorySegment a, long aStart, MemorySegment b, long bStart,
            @Nullable MemorySegment bias, int j, MemorySegment out, long outStart) {
        int w = Simd.LANES;
        FloatVector c0 = first(bias, j);
        FloatVector c1 = first(bias, j + w);
        FloatVector c2 = first(bias, j + 2 * w);
        FloatVector c3 = first(bias, j + 3 * w);
        FloatVector c4 = first(bias, j + 4 * w);
        FloatVector c5 = first(bias, j + 5 * w);
        FloatVector c6 = first(bias, j + 6 * w);
        FloatVector c7 = first(bias, j + 7 * w);
        long at = 4 * bStart;
        for (int i = 0; i < k; i++, at += 4L * n) {
            FloatVector x = broadcast(SPECIES, a.getAtIndex(F, aStart + i));
            c0 = x.fma(fromMemorySegment(SPECIES, b, at, ORDER), c0);
            c1 = x.fma(fromMemorySegment(SPECIES, b, at + 4 * w, ORDER), c1);
            c2 = x.fma(fromMemorySegment(SPECIES, b, at + 8 * w, ORDER), c2);
            c3 = x.fma(fromMemorySegment(SPECIES, b, at + 12 * w, ORDER), c3);
            c4 = x.fma(fromMemorySegment(SPECIES, b, at + 16 * w, ORDER), c4);
            c5 = x.fma(fromMemorySegment(SPECIES, b, at + 20 * w, ORDER), c5);
            c6 = x.fma(fromMemorySegment(SPECIES, b, at + 24 * w, ORDER), c6);
            c7 = x.fma(fromMemorySegment(SPECIES, b, at + 28 * w, ORDER), c7);
        }
        long to = 4 * outStart;
        c0.intoMemorySegment(out, to, ORDER);
        c1.intoMemorySegment(out, to + 4 * w, ORDER);
        c2.intoMemorySegment(out, to + 8 * w, ORDER);
        c3.intoMemorySegment(out, to + 12 * w, ORDER);
        c4.intoMemorySegment(out, to + 16 * w, ORDER);
        c5.intoMemorySegment(out, to + 20 * w, ORDER);
        c6.intoMemorySegment(out, to + 24 * w, ORDER);
        c7.intoMemorySegment(out, to + 28 * w, ORDER);
    }

    /** {@code out[from .. from + count) = a[k] b[n, k]^T (+ bias)}: a dot product for each row of the matrix. */
    static void rows(int k, MemorySegment a, long aStart, MemorySegment b, long bStart, @Nullable MemorySegment bias,
            MemorySegment out, long outStart, int from, int count) {
        for (int j = from; j < from + count; j++) {
            float dot = VectorRows.dot(a, aStart, b, bStart + (long) j * k, k);
            out.setAtIndex(F, outStart + j, bias == null ? dot : dot + bias.getAtIndex(F, j));
        }
    }
}
