package org.logah.engine.cpu.vector;

import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Bf16;
import org.logah.engine.DType;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.threads.WorkerPool;

/** Shares a batched product among the workers; no number depends on where it is cut. */
final class VectorProduct {
    /** Rows up to which panels of B are packed where they are used. */
    private static final int FEW_ROWS = 128;
    /** Floats of the part of B that is packed at a time: it stays in the third-level cache. */
    private static final int PACKED = 2 << 20;
    /** Below this many multiplications a hand-over to other threads costs more than it saves. */
    private static final long WORTH_SHARING = 300_000;
    private static final int WANTED_TASKS = 8;
    private static final int MOST_PANELS = 32;
    /** Panels of B that a task packs at most: half a kilobyte of each row of B is read at a time. */
    private static final int MOST_TOGETHER = 4;
    /** Panels that a task multiplies by at least. */
    private static final int LEAST_PANELS = 4;
    /** Rows up to which one thread packs all of A. */
    private static final int MOST_ROWS_ALONE = 512;

    private VectorProduct() {}

    static void run(Blocking blocking, WorkerPool workers, Product p, Tensor a, Tensor b, @Nullable Tensor bias,
            Tensor c) {
        if (p.accumulate() && bias != null) throw new IllegalArgumentException("a product that adds has no bias");
        long work = (long) p.m() * p.n() * p.k();
        if (b.type() == DType.BF16) {
            if (p.m() == 1 && p.batch() == 1 && !p.accumulate() && work >= WORTH_SHARING && HalfProduct.takes(p))
                HalfProduct.row(workers, p, a, b, bias, c);
            else
                run(blocking, workers, p, a, Bf16.widened(b), bias, c);
        } else if (work < WORTH_SHARING || p.batch() >= WANTED_TASKS && p.m() <= MOST_ROWS_ALONE) {
            IntConsumer whole = t -> Gemm.run(blocking, p.m(), p.n(), p.k(), left(p, a, t), right(p, b, t),
                    result(p, bias, c, t));
            if (work * p.batch() < WORTH_SHARING) workers.runHere(p.batch(), whole);
            else workers.run(p.batch(), whole);
        } else if (p.m() == 1 && p.batch() == 1 && !p.accumulate()) {
            Gemv.row(workers, p, a, b, bias, c);
        } else if (p.m() <= FEW_ROWS) {
            columns(blocking, workers, p, a, b, bias, c);
        } else {
            for (int t = 0; t < p.batch(); t++)
                shared(blocking, workers, p, left(p, a, t), right(p, b, t), result(p, bias, c, t), a, b, c,
                        bias == null ? c : bias);
        }
    }

    private static Gemm.Operand left(Product p, Tensor a, int batch) {
        return Gemm.Operand.of(Simd.address(a, (long) batch * p.m() * p.k()), p.k(), p.transposeA(), p.m());
    }

    private static Gemm.Operand right(Product p, Tensor b, int batch) {
        return Gemm.Operand.of(Simd.address(b, (long) batch * p.k() * p.n()), p.n(), p.transposeB(), p.k());
    }

    private static Gemm.Result result(Product p, @Nullable Tensor bias, Tensor c, int batch) {
        return new Gemm.Result(Simd.address(c, (long) batch * p.m() * p.n()), p.n(), p.accumulate(),
                bias == null ? 0 : Simd.address(bias));
    }

    /** Few rows: each task takes some columns, and packs its part of B for itself; but A it packs as well, so tasks are few. */
    private static void columns(Blocking blocking, WorkerPool workers, Product p, Tensor a, Tensor b,
            @Nullable Tensor bias, Tensor c) {
        int threads = workers.available();
        int all = Gemm.panels(p.n());
        int panels = threads == 1
                ? all
                : Math.clamp(all * p.batch() / Math.min(WANTED_TASKS, 2L * threads), 1, MOST_PANELS);
        int across = blocks(all, panels);
        workers.run(p.batch() * across, t -> {
            int batch = t / across;
            int column = t % across * panels * Gemm.NR;
            Gemm.run(blocking, p.m(), Math.min(panels * Gemm.NR, p.n() - column), p.k(), left(p, a, batch),
                    right(p, b, batch).at(0, column), result(p, bias, c, batch).at(0, column));
        });
    }

    /**
     * One large product. Part after part of B is packed once, by all, and then all take blocks of rows (and of columns, where
     * rows are few).
     *
     * @param used what must stay alive
     */
    private static void shared(Blocking blocking, WorkerPool workers, Product p, Gemm.Operand a, Gemm.Operand b,
            Gemm.Result c,
            Tensor... used) {
        int depth = Gemm.part(p.k(), blocking.terms());
        int width = Math.min(Gemm.panels(p.n()), Math.max(1, PACKED / (depth * Gemm.NR)));
        long packed = ThreadMemory.floats((long) width * Gemm.NR * depth);
        for (int q0 = 0; q0 < Gemm.panels(p.n()); q0 += width) {
            int columns = Math.min(width * Gemm.NR, p.n() - q0 * Gemm.NR);
            for (int k0 = 0; k0 < p.k(); k0 += depth) {
                int terms = Math.min(depth, p.k() - k0);
                Gemm.Result to = c.at(0, q0 * Gemm.NR);
                Part part = new Part(blocking, p.m(), columns, terms, a.at(0, k0), b.at(k0, q0 * Gemm.NR),
                        k0 == 0 ? to : to.further(), packed, used);
                part.run(workers);
            }
        }
    }

    private record Part(Blocking blocking, int m, int columns, int terms, Gemm.Operand a, Gemm.Operand b, Gemm.Result c,
            long packed,
            Tensor[] used) {
        void run(WorkerPool workers) {
            int all = Gemm.panels(columns);
            int together = Math.clamp(all / (2L * workers.threadCount()), 1, MOST_TOGETHER);
            workers.run(blocks(all, together), t -> pack(t * together, together));
            int wanted = workers.available() == 1 ? 1 : Math.max(WANTED_TASKS, 4 * workers.threadCount());
            int rows = Math.min(blocks(blocks(m, wanted), Gemm.MR) * Gemm.MR, blocking.rows());
            int panels = Math.max(LEAST_PANELS, blocks(all, Math.max(1, wanted / blocks(m, rows))));
            int across = blocks(all, panels);
            workers.run(blocks(m, rows) * across, t -> multiply(t / across * rows, rows, t % across * panels, panels));
        }

        private void pack(int panel, int panels) {
            int column = panel * Gemm.NR;
            Gemm.mine().packRight(b.at(0, column), Math.min(panels * Gemm.NR, columns - column), terms,
                    packed + 4L * column * terms);
        }

        private void multiply(int row, int rows, int panel, int panels) {
            int column = panel * Gemm.NR;
            Gemm.mine().multiply(blocking, Math.min(rows, m - row), Math.min(panels * Gemm.NR, columns - column), terms,
                    a.at(row, 0), packed + 4L * column * terms, c.at(row, column));
        }
    }

    private static int blocks(int n, int size) { return (n + size - 1) / size; }
}
