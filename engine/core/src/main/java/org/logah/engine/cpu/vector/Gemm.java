package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

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
    /** Inner size of a packed panel of A: 8 rows of it stay in the first-level cache. */
    private static final int KC = 192;
    /** Panels of A that are packed side by side where A is transposed. */
    private static final int PANELS = 16;
    private static final int LINES = 4;
    /** Steps of a panel of B that are interleaved at a time, within the first-level cache. */
    private static final int TILE = 64;
    /** As many lanes as a panel of A has rows, or half of them. */
    private static final VectorSpecies<Float> ROWS = Simd.LANES >= MR
            ? FloatVector.SPECIES_256
            : FloatVector.SPECIES_128;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    private static final ThreadLocal<Gemm> MINE = ThreadLocal.withInitial(Gemm::new);

    private float[] left = new float[0];
    /** What each column of a panel starts from: the bias, or zero. */
    private final float[] first = new float[NR];
    private final float[][] lines = new float[LINES][KC];
    private final float[] tile = new float[NR * TILE];
    private final MemorySegment memory = Arena.ofAuto().allocate((KC + MR) * NR * 4L, 64);
    /** Room for one panel of B. */
    private final long panel = memory.address();
    /** A block of the result that lies across its border. */
    private final long edge = panel + KC * NR * 4L;

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
     * it is in the first-level cache.
     */
    static void run(int m, int n, int k, Operand a, Operand b, Result c) {
        if (m > 0 && n > 0) mine().panelByPanel(m, n, k, a, b, c);
    }

    static int panels(int columns) { return (columns + NR - 1) / NR; }

    private void panelByPanel(int m, int n, int k, Operand a, Operand b, Result c) {
        for (int k0 = 0; k0 == 0 || k0 < k; k0 += KC) {
            int kc = Math.min(KC, k - k0);
            packLeft(a.at(0, k0), m, kc);
            for (int q = 0; q < panels(n); q++) {
                Result to = c.at(0, q * NR);
                packPanel(b.at(k0, 0), q, n, kc, panel);
                column(m, Math.min(NR, n - q * NR), kc, panel, k0 == 0 ? to : to.further());
            }
        }
    }

    /** {@code c[m, n] (+)= a[m, k] by packed panels (+ bias)}. */
    void multiply(int m, int n, int k, Operand a, long panels, Result c) {
        for (int k0 = 0; k0 == 0 || k0 < k; k0 += KC) {
            int kc = Math.min(KC, k - k0);
            packLeft(a.at(0, k0), m, kc);
            for (int q = 0; q < panels(n); q++) {
                Result to = c.at(0, q * NR);
                long packed = panels + 4 * NR * ((long) q * k + k0);
                column(m, Math.min(NR, n - q * NR), kc, packed, k0 == 0 ? to : to.further());
            }
        }
    }

    /** All of the packed rows by one panel. */
    private void column(int m, int columns, int kc, long panel, Result c) {
        if (!c.accumulate) {
            Arrays.fill(first, 0f);
            if (c.bias != 0) MemorySegment.copy(MEMORY, F, c.bias, first, 0, columns);
        }
        for (int i = 0; i < m; i += MR) {
            int rows = Math.min(MR, m - i);
            long at = c.c + 4 * i * c.ldc;
            boolean whole = rows == MR && columns == NR;
            if (!whole && c.accumulate) copyTile(rows, columns, at, c.ldc, edge, NR);
            long to = whole ? at : edge;
            long stride = whole ? c.ldc : NR;
            if (c.accumulate) add(kc, left, i * kc, panel, to, stride);
            else start(kc, left, i * kc, panel, first, to, stride);
            if (!whole) copyTile(rows, columns, edge, NR, at, c.ldc);
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

    /** Columns {@code q * NR ..} of B, {@code [k, NR]}; missing ones are zero. */
    void packPanel(Operand b, int q, int n, int k, long to) {
        int count = Math.min(NR, n - q * NR);
        Operand from = b.at(0, q * NR);
        if (from.columnStride == 1) packRows(from.start, from.rowStride, count, k, to);
        else for (int k0 = 0; k0 < k; k0 += TILE) {
            int kc = Math.min(TILE, k - k0);
            if (count < NR) Arrays.fill(tile, 0, kc * NR, 0f);
            spread(from.start + 4L * k0, from.columnStride, count, kc, tile, 0, NR);
            MemorySegment.copy(tile, 0, MEMORY, F, to + 4L * k0 * NR, kc * NR);
        }
    }

    private static void packRows(long from, long stride, int count, int k, long to) {
        VectorMask<Float> low = Simd.tail(0, count);
        VectorMask<Float> high = Simd.tail(Simd.LANES, Math.max(count, Simd.LANES));
        for (int i = 0; i < k; i++) {
            long row = from + 4 * i * stride;
            long at = to + 4L * i * NR;
            fromMemorySegment(SPECIES, MEMORY, row, ORDER, low).intoMemorySegment(MEMORY, at, ORDER);
            fromMemorySegment(SPECIES, MEMORY, row + 4 * Simd.LANES, ORDER, high)
                    .intoMemorySegment(MEMORY, at + 4 * Simd.LANES, ORDER);
        }
    }

    /**
     * Lines that stand in rows of memory, interleaved: number k of line i goes to {@code at + k * width + i}, four lines at a
     * time.
     */
    private void spread(long from, long stride, int count, int kc, float[] to, int at, int width) {
        for (int i = 0; i < count; i += LINES) {
            int some = Math.min(LINES, count - i);
            for (int l = 0; l < some; l++)
                MemorySegment.copy(MEMORY, F, from + 4 * (i + l) * stride, lines[l], 0, kc);
            if (some < LINES) {
                for (int l = 0; l < some; l++)
                    for (int k = 0; k < kc; k++) to[at + i + l + k * width] = lines[l][k];
            } else if (width == MR) {
                interleaveRows(lines[0], lines[1], lines[2], lines[3], kc, to, at + i);
            } else {
                interleaveColumns(lines[0], lines[1], lines[2], lines[3], kc, to, at + i);
            }
        }
    }

    // Twice the same loop: bounds are checked once only where the width is a constant.

    private static void interleaveRows(float[] a, float[] b, float[] c, float[] d, int n, float[] to, int at) {
        for (int k = 0; k < n; k++) {
            to[at + k * MR] = a[k];
            to[at + k * MR + 1] = b[k];
            to[at + k * MR + 2] = c[k];
            to[at + k * MR + 3] = d[k];
        }
    }

    private static void interleaveColumns(float[] a, float[] b, float[] c, float[] d, int n, float[] to, int at) {
        for (int k = 0; k < n; k++) {
            to[at + k * NR] = a[k];
            to[at + k * NR + 1] = b[k];
            to[at + k * NR + 2] = c[k];
            to[at + k * NR + 3] = d[k];
        }
    }

    /** Rows of A in panels of 8: number k of row i of panel p goes to {@code (p * kc + k) * 8 + i}; missing rows are zero. */
    private void packLeft(Operand a, int m, int kc) {
        int panels = (m + MR - 1) / MR;
        int whole = m / MR;
        if (left.length < panels * MR * kc) left = new float[panels * MR * kc];
        if (whole < panels) Arrays.fill(left, whole * MR * kc, panels * MR * kc, 0f);
        if (a.rowStride != 1) {
            for (int p = 0; p < panels; p++)
                spread(a.at(p * MR, 0).start, a.rowStride, Math.min(MR, m - p * MR), kc, left, p * MR * kc, MR);
            return;
        }
        // Several panels in one go: rows may lie a power of two apart, where caches keep few of them, and eight numbers are
        // half a cache line.
        for (int p = 0; p < whole; p += PANELS)
            packWhole(left, p, Math.min(whole, p + PANELS), kc, a.start, 4 * a.columnStride);
        for (int k = 0; k < kc && whole < panels; k++)
            MemorySegment.copy(MEMORY, F, a.at(whole * MR, k).start, left, (whole * kc + k) * MR, m - whole * MR);
    }

    private static void packWhole(float[] left, int from, int to, int kc, long start, long stride) {
        for (int k = 0; k < kc; k++) {
            long row = start + k * stride;
            for (int p = from; p < to; p++)
                for (int i = 0; i < MR; i += ROWS.length())
                    fromMemorySegment(ROWS, MEMORY, row + 4 * (p * MR + i), ORDER).intoArray(left,
                            (p * kc + k) * MR + i);
        }
    }

    /**
     * {@code c[8, 2 vectors] = first + panel of A by panel of B}. Sixteen accumulators written out: in arrays or behind a call
     * they would leave the registers.
     */
    private static void start(int kc, float[] left, int leftStart, long right, float[] first, long c,
            long ldc) {
        FloatVector c00 = FloatVector.fromArray(SPECIES, first, 0);
        FloatVector c01 = FloatVector.fromArray(SPECIES, first, Simd.LANES);
        FloatVector c10 = c00;
        FloatVector c11 = c01;
        FloatVector c20 = c00;
        FloatVector c21 = c01;
        FloatVector c30 = c00;
        FloatVector c31 = c01;
        FloatVector c40 = c00;
        FloatVector c41 = c01;
        FloatVector c50 = c00;
        FloatVector c51 = c01;
        FloatVector c60 = c00;
        FloatVector c61 = c01;
        FloatVector c70 = c00;
        FloatVector c71 = c01;
        int ia = leftStart;
        long ib = right;
        for (int k = 0; k < kc; k++) {
            FloatVector b0 = fromMemorySegment(SPECIES, MEMORY, ib, ORDER);
            FloatVector b1 = fromMemorySegment(SPECIES, MEMORY, ib + 4 * Simd.LANES, ORDER);
            FloatVector a;
            a = broadcast(SPECIES, left[ia + 0]);
            c00 = a.fma(b0, c00);
            c01 = a.fma(b1, c01);
            a = broadcast(SPECIES, left[ia + 1]);
            c10 = a.fma(b0, c10);
            c11 = a.fma(b1, c11);
            a = broadcast(SPECIES, left[ia + 2]);
            c20 = a.fma(b0, c20);
            c21 = a.fma(b1, c21);
            a = broadcast(SPECIES, left[ia + 3]);
            c30 = a.fma(b0, c30);
            c31 = a.fma(b1, c31);
            a = broadcast(SPECIES, left[ia + 4]);
            c40 = a.fma(b0, c40);
            c41 = a.fma(b1, c41);
            a = broadcast(SPECIES, left[ia + 5]);
            c50 = a.fma(b0, c50);
            c51 = a.fma(b1, c51);
            a = broadcast(SPECIES, left[ia + 6]);
            c60 = a.fma(b0, c60);
            c61 = a.fma(b1, c61);
            a = broadcast(SPECIES, left[ia + 7]);
            c70 = a.fma(b0, c70);
            c71 = a.fma(b1, c71);
            ia += MR;
            ib += 4 * NR;
        }
        c00.intoMemorySegment(MEMORY, c, ORDER);
        c01.intoMemorySegment(MEMORY, c + 4 * (Simd.LANES), ORDER);
        c10.intoMemorySegment(MEMORY, c + 4 * (ldc), ORDER);
        c11.intoMemorySegment(MEMORY, c + 4 * (ldc + Simd.LANES), ORDER);
        c20.intoMemorySegment(MEMORY, c + 4 * (2 * ldc), ORDER);
        c21.intoMemorySegment(MEMORY, c + 4 * (2 * ldc + Simd.LANES), ORDER);
        c30.intoMemorySegment(MEMORY, c + 4 * (3 * ldc), ORDER);
        c31.intoMemorySegment(MEMORY, c + 4 * (3 * ldc + Simd.LANES), ORDER);
        c40.intoMemorySegment(MEMORY, c + 4 * (4 * ldc), ORDER);
        c41.intoMemorySegment(MEMORY, c + 4 * (4 * ldc + Simd.LANES), ORDER);
        c50.intoMemorySegment(MEMORY, c + 4 * (5 * ldc), ORDER);
        c51.intoMemorySegment(MEMORY, c + 4 * (5 * ldc + Simd.LANES), ORDER);
        c60.intoMemorySegment(MEMORY, c + 4 * (6 * ldc), ORDER);
        c61.intoMemorySegment(MEMORY, c + 4 * (6 * ldc + Simd.LANES), ORDER);
        c70.intoMemorySegment(MEMORY, c + 4 * (7 * ldc), ORDER);
        c71.intoMemorySegment(MEMORY, c + 4 * (7 * ldc + Simd.LANES), ORDER);
    }

    /** {@code c[8, 2 vectors] += panel of A by panel of B}. */
    private static void add(int kc, float[] left, int leftStart, long right, long c, long ldc) {
        FloatVector c00 = fromMemorySegment(SPECIES, MEMORY, c, ORDER);
        FloatVector c01 = fromMemorySegment(SPECIES, MEMORY, c + 4 * (Simd.LANES), ORDER);
        FloatVector c10 = fromMemorySegment(SPECIES, MEMORY, c + 4 * (ldc), ORDER);
        FloatVector c11 = fromMemorySegment(SPECIES, MEMORY, c + 4 * (ldc + Simd.LANES), ORDER);
        FloatVector c20 = fromMemorySegment(SPECIES, MEMORY, c + 4 * (2 * ldc), ORDER);
        FloatVector c21 = fromMemorySegment(SPECIES, MEMORY, c + 4 * (2 * ldc + Simd.LANES), ORDER);
        FloatVector c30 = fromMemorySegment(SPECIES, MEMORY, c + 4 * (3 * ldc), ORDER);
        FloatVector c31 = fromMemorySegment(SPECIES, MEMORY, c + 4 * (3 * ldc + Simd.LANES), ORDER);
        FloatVector c40 = fromMemorySegment(SPECIES, MEMORY, c + 4 * (4 * ldc), ORDER);
        FloatVector c41 = fromMemorySegment(SPECIES, MEMORY, c + 4 * (4 * ldc + Simd.LANES), ORDER);
        FloatVector c50 = fromMemorySegment(SPECIES, MEMORY, c + 4 * (5 * ldc), ORDER);
        FloatVector c51 = fromMemorySegment(SPECIES, MEMORY, c + 4 * (5 * ldc + Simd.LANES), ORDER);
        FloatVector c60 = fromMemorySegment(SPECIES, MEMORY, c + 4 * (6 * ldc), ORDER);
        FloatVector c61 = fromMemorySegment(SPECIES, MEMORY, c + 4 * (6 * ldc + Simd.LANES), ORDER);
        FloatVector c70 = fromMemorySegment(SPECIES, MEMORY, c + 4 * (7 * ldc), ORDER);
        FloatVector c71 = fromMemorySegment(SPECIES, MEMORY, c + 4 * (7 * ldc + Simd.LANES), ORDER);
        int ia = leftStart;
        long ib = right;
        for (int k = 0; k < kc; k++) {
            FloatVector b0 = fromMemorySegment(SPECIES, MEMORY, ib, ORDER);
            FloatVector b1 = fromMemorySegment(SPECIES, MEMORY, ib + 4 * Simd.LANES, ORDER);
            FloatVector a;
            a = broadcast(SPECIES, left[ia + 0]);
            c00 = a.fma(b0, c00);
            c01 = a.fma(b1, c01);
            a = broadcast(SPECIES, left[ia + 1]);
            c10 = a.fma(b0, c10);
            c11 = a.fma(b1, c11);
            a = broadcast(SPECIES, left[ia + 2]);
            c20 = a.fma(b0, c20);
            c21 = a.fma(b1, c21);
            a = broadcast(SPECIES, left[ia + 3]);
            c30 = a.fma(b0, c30);
            c31 = a.fma(b1, c31);
            a = broadcast(SPECIES, left[ia + 4]);
            c40 = a.fma(b0, c40);
            c41 = a.fma(b1, c41);
            a = broadcast(SPECIES, left[ia + 5]);
            c50 = a.fma(b0, c50);
            c51 = a.fma(b1, c51);
            a = broadcast(SPECIES, left[ia + 6]);
            c60 = a.fma(b0, c60);
            c61 = a.fma(b1, c61);
            a = broadcast(SPECIES, left[ia + 7]);
            c70 = a.fma(b0, c70);
            c71 = a.fma(b1, c71);
            ia += MR;
            ib += 4 * NR;
        }
        c00.intoMemorySegment(MEMORY, c, ORDER);
        c01.intoMemorySegment(MEMORY, c + 4 * (Simd.LANES), ORDER);
        c10.intoMemorySegment(MEMORY, c + 4 * (ldc), ORDER);
        c11.intoMemorySegment(MEMORY, c + 4 * (ldc + Simd.LANES), ORDER);
        c20.intoMemorySegment(MEMORY, c + 4 * (2 * ldc), ORDER);
        c21.intoMemorySegment(MEMORY, c + 4 * (2 * ldc + Simd.LANES), ORDER);
        c30.intoMemorySegment(MEMORY, c + 4 * (3 * ldc), ORDER);
        c31.intoMemorySegment(MEMORY, c + 4 * (3 * ldc + Simd.LANES), ORDER);
        c40.intoMemorySegment(MEMORY, c + 4 * (4 * ldc), ORDER);
        c41.intoMemorySegment(MEMORY, c + 4 * (4 * ldc + Simd.LANES), ORDER);
        c50.intoMemorySegment(MEMORY, c + 4 * (5 * ldc), ORDER);
        c51.intoMemorySegment(MEMORY, c + 4 * (5 * ldc + Simd.LANES), ORDER);
        c60.intoMemorySegment(MEMORY, c + 4 * (6 * ldc), ORDER);
        c61.intoMemorySegment(MEMORY, c + 4 * (6 * ldc + Simd.LANES), ORDER);
        c70.intoMemorySegment(MEMORY, c + 4 * (7 * ldc), ORDER);
        c71.intoMemorySegment(MEMORY, c + 4 * (7 * ldc + Simd.LANES), ORDER);
    }
}
