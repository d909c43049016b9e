package org.logah.engine.cpu.vector;

import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.WorkerPool;

/** Cuts a batched product into blocks for the workers, by shape alone. */
final class VectorProduct {
    private static final int MOST_ROWS = 192;
    private static final int MOST_COLUMNS = 24 * Gemm.NR;
    /** Below this many multiplications a hand-over to other threads costs more than it saves. */
    private static final long WORTH_SHARING = 300_000;
    private static final int WANTED_TASKS = 6;

    private VectorProduct() {}

    static void run(WorkerPool workers, Product p, Tensor a, Tensor b, @Nullable Tensor bias, Tensor c) {
        long work = (long) p.m() * p.n() * p.k();
        if (p.m() == 1 && p.batch() == 1 && !p.accumulate() && work >= WORTH_SHARING) {
            row(workers, p, a, b, bias, c);
            return;
        }
        int rows = Math.min(p.m(), MOST_ROWS);
        int columns = Math.min(p.n(), MOST_COLUMNS);
        boolean shared = work * p.batch() >= WORTH_SHARING;
        while (shared && blocks(p.m(), rows) * blocks(p.n(), columns) * p.batch() < WANTED_TASKS
                && work >= WORTH_SHARING) {
            if (rows > columns && rows > 4 * Gemm.MR) rows = roundUp(rows / 2, Gemm.MR);
            else if (columns > 4 * Gemm.NR) columns = roundUp(columns / 2, Gemm.NR);
            else if (rows > 4 * Gemm.MR) rows = roundUp(rows / 2, Gemm.MR);
            else break;
        }
        int blocksM = blocks(p.m(), rows);
        int blocksN = blocks(p.n(), columns);
        int tasks = p.batch() * blocksM * blocksN;
        int blockRows = rows;
        int blockColumns = columns;
        if (p.accumulate() && bias != null) throw new IllegalArgumentException("a product that adds has no bias");
        IntConsumer block = t -> block(p, a, b, bias, c, t, blocksM, blocksN, blockRows, blockColumns);
        if (shared) workers.run(tasks, block);
        else workers.runHere(tasks, block);
    }

    /** One row: the matrix is read once, in place. Whether {@code a} is transposed makes no difference. */
    private static void row(WorkerPool workers, Product p, Tensor a, Tensor b, @Nullable Tensor bias, Tensor c) {
        int each = Gemv.COLUMNS;
        workers.run(blocks(p.n(), each), t -> {
            int from = t * each;
            int count = Math.min(each, p.n() - from);
            long first = bias == null ? 0 : Simd.address(bias, from);
            long out = Simd.address(c, from);
            if (p.transposeB())
                Gemv.rows(p.k(), Simd.address(a), Simd.address(b, (long) from * p.k()), first, out, count);
            else
                Gemv.columns(p.n(), p.k(), Simd.address(a), Simd.address(b, from), first, out, count);
        });
    }

    private static void block(Product p, Tensor a, Tensor b, @Nullable Tensor bias, Tensor c, int task, int blocksM,
            int blocksN, int rows, int columns) {
        int batch = task / (blocksM * blocksN);
        int i = task / blocksN % blocksM * rows;
        int j = task % blocksN * columns;
        Gemm.Operand left = Gemm.Operand.of(Simd.address(a, (long) batch * p.m() * p.k()), p.k(), p.transposeA(),
                p.m());
        Gemm.Operand right = Gemm.Operand.of(Simd.address(b, (long) batch * p.k() * p.n()), p.n(), p.transposeB(),
                p.k());
        Gemm.run(Math.min(rows, p.m() - i), Math.min(columns, p.n() - j), p.k(), left.at(i, 0), right.at(0, j),
                Simd.address(c, ((long) batch * p.m() + i) * p.n() + j), p.n(), p.accumulate(),
                bias == null ? 0 : Simd.address(bias, j));
    }

    private static int blocks(int n, int size) { return size == 0 ? 0 : (n + size - 1) / size; }

    private static int roundUp(int n, int to) { return (n + to - 1) / to * to; }
}
