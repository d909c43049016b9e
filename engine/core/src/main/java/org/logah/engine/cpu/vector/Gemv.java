package org.logah.engine.cpu.vector;

import static org.logah.engine.cpu.vector.Simd.MEMORY;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.threads.WorkerPool;

/**
 * One row by a matrix, as in generating text token by token. Each number of the matrix is used once, so it is read where it
 * stands: packing it would cost more than the product.
 */
final class Gemv {
    /** Most columns of a task, so that its sums stay in the first-level cache. */
    private static final int MOST_COLUMNS = 4096;
    /** Numbers of the matrix that a task reads, as whole rows one after the other: memory is fastest that way. */
    private static final int NUMBERS = 1 << 17;
    private static final int MOST_PARTS = 16;
    /** Rows of a transposed matrix in one task of dot products. */
    private static final int ROWS_OF_DOTS = 128;
    /** Dot products that are left as vectors before they are added up. */
    private static final int DOTS = 16;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;

    private Gemv() {}

    /** The product of {@code [1, k]} by {@code [k, n]} or {@code [n, k]^T}. Whether {@code a} is transposed makes no difference. */
    static void row(WorkerPool workers, Product p, Tensor a, Tensor b, @Nullable Tensor bias, Tensor c) {
        if (p.transposeB()) {
            workers.run((p.n() + ROWS_OF_DOTS - 1) / ROWS_OF_DOTS, t -> {
                int from = t * ROWS_OF_DOTS;
                dots(p.k(), Simd.address(a), Simd.address(b, (long) from * p.k()),
                        bias == null ? 0 : Simd.address(bias, from), Simd.address(c, from),
                        Math.min(ROWS_OF_DOTS, p.n() - from));
            });
            return;
        }
        Cut cut = Cut.of(p);
        long sums = ThreadMemory.floats((long) cut.parts * p.n());
        workers.run(cut.parts * cut.blocks, t -> {
            int part = t / cut.blocks;
            int row = part * cut.rows;
            int column = t % cut.blocks * cut.columns;
            columns(p.n(), Math.min(cut.rows, p.k() - row), Simd.address(a, row),
                    Simd.address(b, (long) row * p.n() + column), sums + 4 * ((long) part * p.n() + column),
                    Math.min(cut.columns, p.n() - column));
        });
        cut.add(sums, bias == null ? 0 : Simd.address(bias), Simd.address(c), p.n());
        Reference.reachabilityFence(bias);
        Reference.reachabilityFence(c);
    }

    /**
     * How a matrix {@code [k, n]} is shared, by its shape alone: blocks of columns, and parts of its rows whose sums are added up
     * in order.
     */
    record Cut(int parts, int rows, int blocks, int columns) {
        static Cut of(Product p) {
            int columns = Gemm.part(p.n(), MOST_COLUMNS);
            int rows = Gemm.part(p.k(), Math.max((p.k() + MOST_PARTS - 1) / MOST_PARTS, NUMBERS / columns) + 7 & -8);
            return new Cut((p.k() + rows - 1) / rows, rows, (p.n() + columns - 1) / columns, columns);
        }

        /** {@code out[n] = bias + sums of all parts}. */
        void add(long sums, long bias, long out, int n) {
            if (bias == 0) MEMORY.asSlice(out, 4L * n).fill((byte) 0);
            else MemorySegment.copy(MEMORY, bias, MEMORY, out, 4L * n);
            for (int i = 0; i < parts; i++) VectorElementwise.addScaled(1f, sums + 4L * i * n, out, n);
        }
    }

    /**
     * {@code sums = a[k] b[k, count]}.
     *
     * @param n elements from one row of {@code b} to the next
     */
    private static void columns(int n, int k, long a, long b, long sums, int count) {
        MEMORY.asSlice(sums, 4L * count).fill((byte) 0);
        for (int i = 0; i < k; i++)
            VectorElementwise.addScaled(MEMORY.get(F, a + 4L * i), b + 4L * i * n, sums, count);
    }

    /** {@code out = a[k] b[count, k]^T (+ bias)}: a dot product for each row of the matrix. */
    private static void dots(int k, long a, long b, long bias, long out, int count) {
        float[] sums = ThreadMemory.vectors(DOTS);
        for (int j = 0; j < count; j += DOTS) {
            int some = Math.min(DOTS, count - j);
            VectorRows.dots(a, 0, b + 4L * j * k, 4L * k, k, some, sums);
            for (int i = j; i < j + some; i++) {
                float dot = Simd.sum(sums, i - j);
                MEMORY.set(F, out + 4L * i, bias == 0 ? dot : dot + MEMORY.get(F, bias + 4L * i));
            }
        }
    }
}
