package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import jdk.incubator.vector.FloatVector;

/**
 * One row by a matrix, as in generating text token by token. Each number of the matrix is used once, so it is read where it
 * stands: packing it would cost more than the product.
 */
final class Gemv {
    /** Most columns of a task: the memory's own prefetching wants long runs, and the sums stay in the first-level cache. */
    private static final int MOST_COLUMNS = 512;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;

    private Gemv() {}

    /** Columns of a task, of {@code n}: a number of blocks that two threads can share evenly. */
    static int columnsOfTask(int n) {
        int blocks = Math.max(1, (n + 2 * MOST_COLUMNS - 1) / (2 * MOST_COLUMNS)) * 2;
        return Math.max(Simd.LANES, (n + blocks * Simd.LANES - 1) / (blocks * Simd.LANES) * Simd.LANES);
    }

    /**
     * {@code out = a[k] b[k, count] (+ bias)}; sums run along k, as in {@link Gemm}.
     *
     * @param n elements from one row of {@code b} to the next
     * @param bias address of {@code count} numbers, 0 where there are none
     */
    static void columns(int n, int k, long a, long b, long bias, long out, int count) {
        if (bias == 0) MEMORY.asSlice(out, 4L * count).fill((byte) 0);
        else MemorySegment.copy(MEMORY, bias, MEMORY, out, 4L * count);
        int i = 0;
        for (; i + 4 <= k; i += 4) fourRows(a + 4L * i, b + 4L * i * n, 4L * n, out, count);
        for (; i < k; i++) VectorElementwise.addScaled(MEMORY.get(F, a + 4L * i), b + 4L * i * n, out, count);
    }

    /** {@code out += a[0] b[0] + .. + a[3] b[3]}, from the left. */
    private static void fourRows(long a, long b, long stride, long out, int n) {
        FloatVector a0 = broadcast(SPECIES, MEMORY.get(F, a));
        FloatVector a1 = broadcast(SPECIES, MEMORY.get(F, a + 4));
        FloatVector a2 = broadcast(SPECIES, MEMORY.get(F, a + 8));
        FloatVector a3 = broadcast(SPECIES, MEMORY.get(F, a + 12));
        int j = 0;
        for (int end = Simd.bound(n); j < end; j += Simd.LANES) {
            long at = b + 4L * j;
            FloatVector y = fromMemorySegment(SPECIES, MEMORY, out + 4L * j, ORDER);
            y = a0.fma(fromMemorySegment(SPECIES, MEMORY, at, ORDER), y);
            y = a1.fma(fromMemorySegment(SPECIES, MEMORY, at + stride, ORDER), y);
            y = a2.fma(fromMemorySegment(SPECIES, MEMORY, at + 2 * stride, ORDER), y);
            y = a3.fma(fromMemorySegment(SPECIES, MEMORY, at + 3 * stride, ORDER), y);
            y.intoMemorySegment(MEMORY, out + 4L * j, ORDER);
        }
        for (int r = 0; r < 4 && j < n; r++)
            VectorElementwise.addScaled(MEMORY.get(F, a + 4L * r), b + r * stride + 4L * j, out + 4L * j, n - j);
    }

    /** {@code out = a[k] b[count, k]^T (+ bias)}: a dot product for each row of the matrix. */
    static void rows(int k, long a, long b, long bias, long out, int count) {
        for (int j = 0; j < count; j++) {
            float dot = VectorRows.dot(a, b + 4L * j * k, k);
            MEMORY.set(F, out + 4L * j, bias == 0 ? dot : dot + MEMORY.get(F, bias + 4L * j));
        }
    }
}
