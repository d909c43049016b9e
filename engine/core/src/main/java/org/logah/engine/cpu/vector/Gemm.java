package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import jdk.incubator.vector.VectorMask;

/**
 * The matrix product: operands are packed into panels that fit the caches, and a micro-kernel of 8 rows by 2 vectors keeps a
 * block of the result in registers (Goto and van de Geijn, ACM TOMS 34, 2008). An element of the result depends on its row, its
 * column and the inner size only, never on where the blocks were cut. An object is one thread's room for packing.
 */
final class Gemm {
    /** Rows of a register block. */
    static final int MR = 8;
    /** Columns of a register block, and of a packed panel of B. */
    static final int NR = 2 * Simd.LANES;
    /** Smallest inner size of packed panels, for however many rows. */
    private static final int LEAST_TERMS = 192;
    /** Floats of A that are packed at a time: they stay in the second-level cache. */
    private static final int PACKED = 1 << 16;
    /** Floats of B that one thread packs for itself at a time: they stay in the second-level cache. */
    private static final int GROUP = 1 << 17;
    private static final ThreadLocal<Gemm> MINE = ThreadLocal.withInitial(Gemm::new);

    private final Packing packing = new Packing();
    /** Rows of A, packed. */
    private float[] left = new float[0];
    private final MemorySegment memory = Arena.ofAuto().allocate((GROUP + (MR + 2) * NR) * 4L, 64);
    /** Room for a group of panels of B. */
    private final long group = memory.address();
    /** A block of the result that lies across its border. */
    private final long edge = group + GROUP * 4L;
    /** What sums of a tile across the border start from. */
    private final long first = edge + MR * NR * 4L;
    /** What sums start from where there is no bias. */
    private final long zeros = first + NR * 4L;

    /**
     * An operand: element (i, j) stands {@code i * rowStride + j * columnStride} elements after the address {@code start},
     * one of the strides being 1.
     */
    record Operand(long start, long rowStride, long columnStride) {
        static Operand of(long start, int columns, boolean transposed, int rows) {
            return transposed ? new Operand(start, 1, rows) : new Operand(start, columns, 1);
        }

        Operand at(int row, int column) {
            return new Operand(start + 4 * (row * rowStride + column * columnStride), rowStride, columnStride);
        }
    }

    /**
     * A block of a result: rows {@code ldc} elements apart from address {@code c} on.
     *
     * @param accumulate whether it is added to
     * @param bias address of a number for each column, 0 where there are none
     */
    record Result(long c, long ldc, boolean accumulate, long bias) {
        Result at(int row, int column) {
            return new Result(c + 4 * (row * ldc + column), ldc, accumulate, bias == 0 ? 0 : bias + 4L * column);
        }

        /** What further terms are added to. */
        Result further() { return new Result(c, ldc, true, 0); }
    }

    private Gemm() {}

    static Gemm mine() { return MINE.get(); }

    /**
     * {@code c[m, n] (+)= a[m, k] b[k, n] (+ bias)} on the calling thread: panels of B are used as soon as they are packed, while
     * they are in a near cache.
     */
    static void run(Blocking blocking, int m, int n, int k, Operand a, Operand b, Result c) {
        run(blocking, Triangle.NONE, m, n, k, a, b, c);
    }

    /**
     * The same where only a part is wanted. A result that is a triangle has room for whole vectors in each row, and no other
     * columns before it.
     */
    static void run(Blocking blocking, Triangle triangle, int m, int n, int k, Operand a, Operand b, Result c) {
        if (m > 0 && n > 0) mine().groupByGroup(blocking, triangle, m, n, k, a, b, c);
    }

    static int panels(int columns) { return (columns + NR - 1) / NR; }

    /** Inner size of panels for {@code m} rows. */
    private static int depth(Blocking blocking, int m, int k) {
        return part(k, Math.clamp(PACKED / m, Math.min(LEAST_TERMS, blocking.terms()), blocking.terms()));
    }

    /** The size of parts of {@code k}, all about as large and none larger than {@code most}, a multiple of 8. */
    static int part(int k, int most) {
        int parts = Math.max(1, (k + most - 1) / most);
        return Math.clamp((k + 8L * parts - 1) / (8 * parts) * 8, 8, most);
    }

    private void groupByGroup(Blocking blocking, Triangle triangle, int m, int n, int k, Operand a, Operand b,
            Result c) {
        int depth = depth(blocking, m, k);
        for (int k0 = 0; k0 == 0 || k0 < k; k0 += depth) {
            int kc = Math.min(depth, k - k0);
            Cut cut = new Cut(triangle, k0, kc);
            packLeft(a.at(0, k0), m, cut);
            int width = GROUP / Math.max(1, kc) / NR * NR;
            for (int j = 0; j < n; j += width) {
                int columns = Math.min(width, n - j);
                Result to = c.at(0, j);
                packRight(b.at(k0, j), columns, kc, group);
                tiles(blocking, m, j, columns, cut, group, k0 == 0 ? to : to.further());
            }
        }
    }

    /** Some of the terms of a product, of which a triangle leaves some out. */
    record Cut(Triangle triangle, int from, int terms) {

        /** Between panels of A there is a cache line: a power of two apart they would take each other's place in the cache. */
        private static final int APART = 16;

        /** From one panel of A to the next. */
        int panel() { return terms * MR + APART; }

        /** The first that is wanted of rows from this one on, counted from the cut's own first. */
        int first(int row) {
            return Math.clamp((long) triangle.firstTerm(row) - from, 0, terms);
        }

        /** The end of those that are wanted of rows up to this one. */
        int end(int row) {
            return Math.clamp((long) triangle.endTerm(row, from + terms) - from, 0, terms);
        }
    }

    /** {@code c[m, n] (+)= a[m, k] by packed panels (+ bias)}. */
    void multiply(Blocking blocking, int m, int n, int k, Operand a, long panels, Result c) {
        Cut all = new Cut(Triangle.NONE, 0, k);
        packLeft(a, m, all);
        tiles(blocking, m, 0, n, all, panels, c);
    }

    /**
     * B, {@code [k, n]}, as panels of {@code [k, NR]}, where k is at most {@link Blocking#MOST_TERMS}; missing columns are undefined.
     */
    void packRight(Operand b, int n, int k, long to) { packing.right(b, n, k, to); }

    private void packLeft(Operand a, int m, Cut cut) {
        int count = cut.panel() * ((m + MR - 1) / MR);
        if (left.length < count) left = new float[Math.max(count, PACKED)];
        packing.left(a, m, cut, left);
    }

    /** All of the packed rows by panels that stand one after the other, the first of them at a column of the result. */
    private void tiles(Blocking blocking, int m, int column, int n, Cut cut, long panels, Result c) {
        int kc = cut.terms;
        blocking.visit((m + MR - 1) / MR, panels(n), (p, q) -> {
            int i = p * MR;
            int rows = Math.min(MR, m - i);
            int columns = Math.min(NR, cut.triangle.columns(i + rows - 1, column + n) - column - q * NR);
            int first = cut.first(i);
            int terms = Math.max(0, cut.end(i + rows - 1) - first);
            if (columns <= 0 || terms == 0 && c.accumulate) return;
            long to = c.c + 4 * (i * c.ldc + q * NR);
            long from = c.accumulate ? to : c.bias == 0 ? zeros : c.bias + 4L * q * NR;
            tile(rows, columns, terms, p * cut.panel() + first * MR, panels + 4L * NR * (q * kc + first), from,
                    c.accumulate ? c.ldc : 0, to, c.ldc);
        });
    }

    /** One tile of the result, through a room of its own where it is not a whole one. */
    private void tile(int rows, int columns, int kc, int at, long panel, long from, long stride, long c, long ldc) {
        boolean narrow = Simd.MANY_REGISTERS && columns <= Simd.LANES;
        if (rows == MR && columns == (narrow ? Simd.LANES : NR)) {
            block(rows, narrow, kc, at, panel, from, stride, c, ldc);
            return;
        }
        if (stride == 0) {
            copyTile(1, columns, from, 0, first, 0);
            block(rows, narrow, kc, at, panel, first, 0, edge, NR);
        } else {
            copyTile(rows, columns, from, stride, edge, NR);
            block(rows, narrow, kc, at, panel, edge, NR, edge, NR);
        }
        copyTile(rows, columns, edge, NR, c, ldc);
    }

    /** A block of the result, by the smallest micro-kernel that holds what is wanted of it. */
    private void block(int rows, boolean narrow, int kc, int at, long panel, long from, long stride, long c, long ldc) {
        if (!Simd.MANY_REGISTERS || rows <= HalfMicroKernel.ROWS) {
            for (int i = 0; i < rows; i += HalfMicroKernel.ROWS)
                HalfMicroKernel.run(kc, left, at + i, panel, from + 4 * i * stride, stride, c + 4 * i * ldc, ldc);
        } else if (narrow) {
            MicroKernel.narrow(kc, left, at, panel, from, stride, c, ldc);
        } else {
            MicroKernel.run(kc, left, at, panel, from, stride, c, ldc);
        }
    }

    private static void copyTile(int rows, int columns, long from, long fromStride, long to, long toStride) {
        for (int j = 0; j < columns; j += Simd.LANES) {
            VectorMask<Float> mask = Simd.tail(j, columns);
            for (int i = 0; i < rows; i++) {
                fromMemorySegment(SPECIES, MEMORY, from + 4 * (i * fromStride + j), ORDER, mask)
                        .intoMemorySegment(MEMORY, to + 4 * (i * toStride + j), ORDER, mask);
            }
        }
    }
}
