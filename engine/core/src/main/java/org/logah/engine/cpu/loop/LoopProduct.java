package org.logah.engine.cpu.loop;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Kernels.Product;
import org.logah.engine.cpu.threads.WorkerPool;

/**
 * The matrix product by {@link Panel}: a block of B is copied into rows, then four rows of A at a time go over it. Its results
 * equal those of the vector kernels to the last bit.
 */
final class LoopProduct {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    /** Columns of a block: eight rows of it, four of B and four of the result, fill half the first-level cache. */
    private static final int COLUMNS = 512;
    /** Terms of a block, so that it stays in the second-level cache. */
    private static final int TERMS = 256;
    private static final int MOST_ROWS = 256;
    private static final int LEAST_ROWS = 32;
    private static final int WANTED_TASKS = 8;
    private static final long WORTH_SHARING = 300_000;
    private static final ThreadLocal<LoopProduct> MINE = ThreadLocal.withInitial(LoopProduct::new);

    private final float[][] right = new float[TERMS][COLUMNS];
    private final float[][] result = new float[Panel.STEP][COLUMNS];
    private final float[] left = new float[MOST_ROWS * TERMS];
    private final float[] line = new float[TERMS];

    private LoopProduct() {}

    static void run(WorkerPool workers, Product p, MemorySegment a, MemorySegment b, @Nullable MemorySegment bias,
            MemorySegment c) {
        if (p.accumulate() && bias != null) throw new IllegalArgumentException("a product that adds has no bias");
        int columns = Math.min(COLUMNS, Math.max(1, p.n()));
        int blocksN = (p.n() + columns - 1) / columns;
        int rows = MOST_ROWS;
        // Where the cuts are changes no element: each is one sum, in one order.
        while (workers.available() > 1 && rows > LEAST_ROWS
                && (long) p.batch() * blocksN * ((p.m() + rows - 1) / rows) < WANTED_TASKS)
            rows /= 2;
        int each = rows;
        int blocksM = (p.m() + each - 1) / each;
        int tasks = p.batch() * blocksM * blocksN;
        boolean shared = (long) p.batch() * p.m() * p.n() * p.k() >= WORTH_SHARING;
        Task task = new Task(p, a, b, bias, c);
        for (int t = 0; !shared && t < tasks; t++) task.block(t, blocksM, blocksN, each, columns);
        if (shared) workers.run(tasks, t -> task.block(t, blocksM, blocksN, each, columns));
    }

    private record Task(Product p, MemorySegment a, MemorySegment b, @Nullable MemorySegment bias, MemorySegment c) {
        void block(int task, int blocksM, int blocksN, int rows, int columns) {
            int i = task / blocksN % blocksM * rows;
            int j = task % blocksN * columns;
            MINE.get().block(this, task / (blocksM * blocksN), i, Math.min(rows, p.m() - i), j,
                    Math.min(columns, p.n() - j));
        }
    }

    private void block(Task t, int batch, int i0, int rows, int j0, int columns) {
        Product p = t.p;
        for (int k0 = 0; k0 == 0 || k0 < p.k(); k0 += TERMS) {
            int terms = Math.min(TERMS, p.k() - k0);
            int padded = Panel.padded(terms);
            packRight(t, batch, k0, terms, j0, columns);
            for (int k = terms; k < padded; k++) Arrays.fill(right[k], 0, columns, 0f);
            packLeft(t, batch, i0, rows, k0, terms, padded);
            for (int i = 0; i < rows; i += Panel.STEP) {
                int count = Math.min(Panel.STEP, rows - i);
                for (int r = 0; r < count; r++) {
                    long at = ((long) batch * p.m() + i0 + i + r) * p.n() + j0;
                    if (k0 > 0 || p.accumulate()) MemorySegment.copy(t.c, F, at * 4, result[r], 0, columns);
                    else if (t.bias != null) MemorySegment.copy(t.bias, F, j0 * 4L, result[r], 0, columns);
                    else Arrays.fill(result[r], 0, columns, 0f);
                }
                Panel.multiply(left, i * padded, padded, right, padded, result, 0, columns);
                for (int r = 0; r < count; r++) {
                    long at = ((long) batch * p.m() + i0 + i + r) * p.n() + j0;
                    MemorySegment.copy(result[r], 0, t.c, F, at * 4, columns);
                }
            }
        }
    }

    private void packRight(Task t, int batch, int k0, int terms, int j0, int columns) {
        Product p = t.p;
        long start = (long) batch * p.k() * p.n();
        if (!p.transposeB()) {
            for (int k = 0; k < terms; k++)
                MemorySegment.copy(t.b, F, (start + (long) (k0 + k) * p.n() + j0) * 4, right[k], 0, columns);
            return;
        }
        for (int j = 0; j < columns; j++) {
            MemorySegment.copy(t.b, F, (start + (long) (j0 + j) * p.k() + k0) * 4, line, 0, terms);
            for (int k = 0; k < terms; k++) right[k][j] = line[k];
        }
    }

    /** {@code count} rows of A from {@code i} on, each padded with zeros, and zeros up to a multiple of four rows. */
    private void packLeft(Task t, int batch, int i, int count, int k0, int terms, int padded) {
        Product p = t.p;
        long start = (long) batch * p.m() * p.k();
        if (terms < padded) Arrays.fill(left, 0, count * padded, 0f);
        Arrays.fill(left, count * padded, Panel.padded(count) * padded, 0f);
        if (p.transposeA()) {
            for (int k = 0; k < terms; k++) {
                long row = start + (long) (k0 + k) * p.m() + i;
                for (int r = 0; r < count; r++) left[r * padded + k] = t.a.getAtIndex(F, row + r);
            }
        } else if (padded == p.k()) {
            MemorySegment.copy(t.a, F, (start + (long) i * p.k()) * 4, left, 0, count * padded);
        } else {
            for (int r = 0; r < count; r++)
                MemorySegment.copy(t.a, F, (start + (long) (i + r) * p.k() + k0) * 4, left, r * padded, terms);
        }
    }
}
