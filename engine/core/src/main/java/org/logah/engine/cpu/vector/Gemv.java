package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.ValueLayout;

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

    /**
     * {@code out = a[k] b[k, count] (+ bias)}; sums run along k, as in {@link Gemm}.
     *
     * @param n elements from one row of {@code b} to the next
     * @param bias address of {@code count} numbers, 0 where there are none
     */
    static void columns(int n, int k, long a, long b, long bias, long out, int count) {
        if (count == COLUMNS) {
            wide(n, k, a, b, bias, out);
            return;
        }
        int j = 0;
        for (; j + Simd.LANES <= count; j += Simd.LANES)
            narrow(n, k, a, b + 4L * j, bias == 0 ? 0 : bias + 4L * j, out + 4L * j);
        for (; j < count; j++) {
            float sum = bias == 0 ? 0f : MEMORY.get(F, bias + 4L * j);
            long at = b + 4L * j;
            for (int i = 0; i < k; i++, at += 4L * n) sum = Math.fma(MEMORY.get(F, a + 4L * i), MEMORY.get(F, at), sum);
            MEMORY.set(F, out + 4L * j, sum);
        }
    }

    private static FloatVector first(long bias, int vector) {
        return bias == 0
                ? broadcast(SPECIES, 0f)
                : fromMemorySegment(SPECIES, MEMORY, bias + 4L * vector * Simd.LANES, ORDER);
    }

    private static void narrow(int n, int k, long a, long b, long bias, long out) {
        FloatVector c = first(bias, 0);
        long at = b;
        for (int i = 0; i < k; i++, at += 4L * n)
            c = broadcast(SPECIES, MEMORY.get(F, a + 4L * i)).fma(fromMemorySegment(SPECIES, MEMORY, at, ORDER), c);
        c.intoMemorySegment(MEMORY, out, ORDER);
    }

    private static void wide(int n, int k, long a, long b, long bias, long out) {
        int w = 4 * Simd.LANES;
        FloatVector c0 = first(bias, 0);
        FloatVector c1 = first(bias, 1);
        FloatVector c2 = first(bias, 2);
        FloatVector c3 = first(bias, 3);
        FloatVector c4 = first(bias, 4);
        FloatVector c5 = first(bias, 5);
        FloatVector c6 = first(bias, 6);
        FloatVector c7 = first(bias, 7);
        long at = b;
        for (int i = 0; i < k; i++, at += 4L * n) {
            FloatVector x = broadcast(SPECIES, MEMORY.get(F, a + 4L * i));
            c0 = x.fma(fromMemorySegment(SPECIES, MEMORY, at, ORDER), c0);
            c1 = x.fma(fromMemorySegment(SPECIES, MEMORY, at + w, ORDER), c1);
            c2 = x.fma(fromMemorySegment(SPECIES, MEMORY, at + 2 * w, ORDER), c2);
            c3 = x.fma(fromMemorySegment(SPECIES, MEMORY, at + 3 * w, ORDER), c3);
            c4 = x.fma(fromMemorySegment(SPECIES, MEMORY, at + 4 * w, ORDER), c4);
            c5 = x.fma(fromMemorySegment(SPECIES, MEMORY, at + 5 * w, ORDER), c5);
            c6 = x.fma(fromMemorySegment(SPECIES, MEMORY, at + 6 * w, ORDER), c6);
            c7 = x.fma(fromMemorySegment(SPECIES, MEMORY, at + 7 * w, ORDER), c7);
        }
        c0.intoMemorySegment(MEMORY, out, ORDER);
        c1.intoMemorySegment(MEMORY, out + w, ORDER);
        c2.intoMemorySegment(MEMORY, out + 2 * w, ORDER);
        c3.intoMemorySegment(MEMORY, out + 3 * w, ORDER);
        c4.intoMemorySegment(MEMORY, out + 4 * w, ORDER);
        c5.intoMemorySegment(MEMORY, out + 5 * w, ORDER);
        c6.intoMemorySegment(MEMORY, out + 6 * w, ORDER);
        c7.intoMemorySegment(MEMORY, out + 7 * w, ORDER);
    }

    /** {@code out = a[k] b[count, k]^T (+ bias)}: a dot product for each row of the matrix. */
    static void rows(int k, long a, long b, long bias, long out, int count) {
        for (int j = 0; j < count; j++) {
            float dot = VectorRows.dot(a, b + 4L * j * k, k);
            MEMORY.set(F, out + 4L * j, bias == 0 ? dot : dot + MEMORY.get(F, bias + 4L * j));
        }
    }
}
