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
    /** Largest inner size of packed panels. Where it is smaller, the result is read and written more often. */
    static final int KC = 1024;
    /** Smallest inner size, for however many rows. */
    private static final int LEAST_KC = 192;
    /** Floats of A that are packed at a time: they stay in the second-level cache. */
    private static final int PACKED = 1 << 16;
    private static final ThreadLocal<Gemm> MINE = ThreadLocal.withInitial(Gemm::new);

    private final Packing packing = new Packing();
    /** Rows of A, packed. */
    private float[] left = new float[0];
    private final MemorySegment memory = Arena.ofAuto().allocate((KC + MR + 1) * NR * 4L, 64);
    /** Room for one panel of B. */
    private final long panel = memory.address();
    /** A block of the result that lies across its border. */
    private final long edge = panel + KC * NR * 4L;
    /** What each column of a panel starts from: the bias, or zero. */
    private final MemorySegment first = memory.asSlice((KC + MR) * NR * 4L);

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
     * {@code c[m, n] (+)= a[m, k] b[k, n] (+ bias)} on the calling thread: each panel of B is used as soon as it is packed, while
     * it is in a near cache.
     */
    static void run(int m, int n, int k, Operand a, Operand b, Result c) {
        if (m > 0 && n > 0) mine().panelByPanel(m, n, k, a, b, c);
    }

    static int panels(int columns) { return (columns + NR - 1) / NR; }

    /** Inner size of panels for {@code m} rows. */
    private static int depth(int m, int k) {
        return part(k, Math.clamp(PACKED / m, LEAST_KC, KC));
    }

    /** The size of parts of {@code k}, all about as large and none larger than {@code most}, a multiple of 8. */
    static int part(int k, int most) {
        int parts = Math.max(1, (k + most - 1) / most);
        return Math.clamp((k + 8L * parts - 1) / (8 * parts) * 8, 8, most);
    }

    private void panelByPanel(int m, int n, int k, Operand a, Operand b, Result c) {
        int depth = depth(m, k);
        for (int k0 = 0; k0 == 0 || k0 < k; k0 += depth) {
            int kc = Math.min(depth, k - k0);
            packLeft(a.at(0, k0), m, kc);
            for (int q = 0; q < panels(n); q++) {
                Result to = c.at(0, q * NR);
                packRight(b.at(k0, 0), q, n, kc, panel);
                column(m, Math.min(NR, n - q * NR), kc, panel, k0 == 0 ? to : to.further());
            }
        }
    }

    /** {@code c[m, n] (+)= a[m, k] by packed panels (+ bias)}. */
    void multiply(int m, int n, int k, Operand a, long panels, Result c) {
        int depth = depth(m, k);
        for (int k0 = 0; k0 == 0 || k0 < k; k0 += depth) {
            int kc = Math.min(depth, k - k0);
            packLeft(a.at(0, k0), m, kc);
            for (int q = 0; q < panels(n); q++) {
                Result to = c.at(0, q * NR);
                long right = panels + 4 * NR * ((long) q * k + k0);
                column(m, Math.min(NR, n - q * NR), kc, right, k0 == 0 ? to : to.further());
            }
        }
    }

    /** Columns {@code q * NR ..} of B, {@code [k, NR]}, where k is at most {@link #KC}; missing ones are zero. */
    void packRight(Operand b, int q, int n, int k, long to) {
        packing.right(b, q, n, k, to);
    }

    private void packLeft(Operand a, int m, int kc) {
        int count = kc * ((m + MR - 1) / MR * MR);
        if (left.length < count) left = new float[Math.max(count, PACKED)];
        packing.left(a, m, kc, left);
    }

    /** All of the packed rows by one panel. */
    private void column(int m, int columns, int kc, long panel, Result c) {
        if (!c.accumulate) {
            first.fill((byte) 0);
            if (c.bias != 0) MemorySegment.copy(MEMORY, c.bias, first, 0, 4L * columns);
        }
        for (int i = 0; i < m; i += MR) {
            int rows = Math.min(MR, m - i);
            long at = c.c + 4 * i * c.ldc;
            boolean narrow = Simd.MANY_REGISTERS && columns <= Simd.LANES;
            boolean whole = rows == MR && columns == (narrow ? Simd.LANES : NR);
            if (!whole && c.accumulate) copyTile(rows, columns, at, c.ldc, edge, NR);
            long to = whole ? at : edge;
            long stride = whole ? c.ldc : NR;
            long from = c.accumulate ? to : first.address();
            block(rows, narrow, kc, i * kc, panel, from, c.accumulate ? stride : 0, to, stride);
            if (!whole) copyTile(rows, columns, edge, NR, at, c.ldc);
        }
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
