package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The matrix product on one thread: operands are packed into panels that fit the caches, and a micro-kernel of 8 rows by 2
 * vectors keeps a block of the result in registers (Goto and van de Geijn, ACM TOMS 34, 2008). An element of the result
 * depends on its row, its column and the inner size only, never on where the blocks were cut.
 */
final class Gemm {
    /** Rows of a register block. */
    static final int MR = 8;
    /** Columns of a register block. */
    static final int NR = 2 * Simd.LANES;
    /** Inner size of a packed panel: 8 rows of A stay in the first-level cache. */
    private static final int KC = 256;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    private static final ThreadLocal<Gemm> MINE = ThreadLocal.withInitial(Gemm::new);

    private float[] left = new float[0];
    private float[] right = new float[0];
    /** What each column starts from: the bias, or zero. */
    private float[] first = new float[0];
    private final float[] line = new float[KC];
    private final MemorySegment edge = Arena.ofAuto().allocate(MR * NR * 4L, 64);

    /**
     * An operand: element (i, j) stands at {@code start + i * rowStride + j * columnStride}, one of the strides being 1.
     */
    record Operand(MemorySegment segment, long start, long rowStride, long columnStride) {
        static Operand of(MemorySegment s, long start, int columns, boolean transposed, int rows) {
            return transposed ? new Operand(s, start, 1, rows) : new Operand(s, start, columns, 1);
        }

        Operand at(int row, int column) {
            return new Operand(segment, start + row * rowStride + column * columnStride, rowStride, columnStride);
        }
    }

    private Gemm() {}

    /** {@code c[m, n] (+)= a[m, k] b[k, n]}, {@code c} with rows {@code ldc} apart. */
    static void run(int m, int n, int k, Operand a, Operand b, MemorySegment c, long cStart, long ldc,
            boolean accumulate,
            @Nullable MemorySegment bias, long biasStart) {
        if (m > 0 && n > 0) MINE.get().block(m, n, k, a, b, c, cStart, ldc, accumulate, bias, biasStart);
    }

    private void block(int m, int n, int k, Operand a, Operand b, MemorySegment c, long cStart, long ldc,
            boolean accumulate,
            @Nullable MemorySegment bias, long biasStart) {
        int panelsM = (m + MR - 1) / MR;
        int panelsN = (n + NR - 1) / NR;
        reserve(panelsM * MR * Math.min(k, KC), panelsN * NR * Math.min(k, KC), panelsN * NR);
        Arrays.fill(first, 0, panelsN * NR, 0f);
        if (bias != null) MemorySegment.copy(bias, F, biasStart * 4, first, 0, n);
        for (int k0 = 0; k0 == 0 || k0 < k; k0 += KC) {
            int kc = Math.min(KC, k - k0);
            boolean fresh = k0 == 0 && !accumulate;
            pack(left, MR, panelsM, m, kc, a.segment(), a.at(0, k0).start(), a.rowStride(), a.columnStride());
            pack(right, NR, panelsN, n, kc, b.segment(), b.at(k0, 0).start(), b.columnStride(), b.rowStride());
            for (int q = 0; q < panelsN; q++) {
                int columns = Math.min(NR, n - q * NR);
                for (int p = 0; p < panelsM; p++) {
                    int rows = Math.min(MR, m - p * MR);
                    long at = cStart + (long) p * MR * ldc + (long) q * NR;
                    boolean whole = rows == MR && columns == NR;
                    if (!whole && !fresh) copyTile(rows, columns, c, at, ldc, edge, 0, NR);
                    MemorySegment to = whole ? c : edge;
                    if (fresh)
                        start(kc, left, p * MR * kc, right, q * NR * kc, first, q * NR, to, whole ? at : 0,
                                whole ? ldc : NR);
                    else
                        add(kc, left, p * MR * kc, right, q * NR * kc, to, whole ? at : 0, whole ? ldc : NR);
                    if (!whole) copyTile(rows, columns, edge, 0, NR, c, at, ldc);
                }
            }
        }
    }

    private void reserve(int leftSize, int rightSize, int columns) {
        if (left.length < leftSize) left = new float[leftSize];
        if (right.length < rightSize) right = new float[rightSize];
        if (first.length < columns) first = new float[columns];
    }

    private static void copyTile(int rows, int columns, MemorySegment from, long fromStart, long fromStride,
            MemorySegment to,
            long toStart, long toStride) {
        for (int j = 0; j < columns; j += Simd.LANES) {
            VectorMask<Float> mask = Simd.tail(j, columns);
            for (int i = 0; i < rows; i++) {
                fromMemorySegment(SPECIES, from, 4 * (fromStart + i * fromStride + j), ORDER, mask)
                        .intoMemorySegment(to, 4 * (toStart + i * toStride + j), ORDER, mask);
            }
        }
    }

    /**
     * Panels of {@code width} lines each, interleaved: number k of line i of panel p goes to {@code (p * kc + k) * width + i};
     * missing lines are zero.
     */
    private void pack(float[] to, int width, int panels, int lines, int kc, MemorySegment s, long start,
            long lineStride,
            long stepStride) {
        for (int p = 0; p < panels; p++) {
            int count = Math.min(width, lines - p * width);
            int base = p * width * kc;
            long from = start + (long) p * width * lineStride;
            if (count < width) Arrays.fill(to, base, base + width * kc, 0f);
            if (lineStride != 1) packLines(to, base, width, count, kc, s, from, lineStride);
            else if (width == NR) packWide(to, base, count, kc, s, from, stepStride);
            else packNarrow(to, base, count, kc, s, from, stepStride);
        }
    }

    /** Lines that stand in rows of memory: each is copied out whole, then spread. */
    private void packLines(float[] to, int base, int width, int count, int kc, MemorySegment s, long from,
            long lineStride) {
        float[] in = line;
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(s, F, (from + i * lineStride) * 4, in, 0, kc);
            for (int k = 0, at = base + i; k < kc; k++, at += width) to[at] = in[k];
        }
    }

    /** Steps that stand in rows of memory, two vectors wide. */
    private static void packWide(float[] to, int base, int count, int kc, MemorySegment s, long from, long stepStride) {
        VectorMask<Float> low = Simd.tail(0, count);
        VectorMask<Float> high = Simd.tail(Simd.LANES, Math.max(count, Simd.LANES));
        for (int k = 0; k < kc; k++) {
            fromMemorySegment(SPECIES, s, 4 * (from + k * stepStride), ORDER, low).intoArray(to, base + k * NR);
            fromMemorySegment(SPECIES, s, 4 * (from + k * stepStride + Simd.LANES), ORDER, high).intoArray(to,
                    base + k * NR + Simd.LANES);
        }
    }

    private static void packNarrow(float[] to, int base, int count, int kc, MemorySegment s, long from,
            long stepStride) {
        for (int k = 0; k < kc; k++) {
            long row = from + k * stepStride;
            for (int i = 0; i < count; i++) to[base + k * MR + i] = s.getAtIndex(F, row + i);
        }
    }

    /**
     * {@code c[8, 2 vectors] = first + panel of A by panel of B}. Sixteen accumulators written out: in arrays or behind a call
     * they would leave the registers.
     */
    private static void start(int kc, float[] left, int leftStart, float[] right, int rightStart, float[] first,
            int firstStart,
            MemorySegment c, long at, long ldc) {
        FloatVector c00 = FloatVector.fromArray(SPECIES, first, firstStart);
        FloatVector c01 = FloatVector.fromArray(SPECIES, first, firstStart + Simd.LANES);
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
        int ib = rightStart;
        for (int k = 0; k < kc; k++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, right, ib);
            FloatVector b1 = FloatVector.fromArray(SPECIES, right, ib + Simd.LANES);
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
            ib += NR;
        }
        c00.intoMemorySegment(c, 4 * at, ORDER);
        c01.intoMemorySegment(c, 4 * (at + Simd.LANES), ORDER);
        c10.intoMemorySegment(c, 4 * (at + ldc), ORDER);
        c11.intoMemorySegment(c, 4 * (at + ldc + Simd.LANES), ORDER);
        c20.intoMemorySegment(c, 4 * (at + 2 * ldc), ORDER);
        c21.intoMemorySegment(c, 4 * (at + 2 * ldc + Simd.LANES), ORDER);
        c30.intoMemorySegment(c, 4 * (at + 3 * ldc), ORDER);
        c31.intoMemorySegment(c, 4 * (at + 3 * ldc + Simd.LANES), ORDER);
        c40.intoMemorySegment(c, 4 * (at + 4 * ldc), ORDER);
        c41.intoMemorySegment(c, 4 * (at + 4 * ldc + Simd.LANES), ORDER);
        c50.intoMemorySegment(c, 4 * (at + 5 * ldc), ORDER);
        c51.intoMemorySegment(c, 4 * (at + 5 * ldc + Simd.LANES), ORDER);
        c60.intoMemorySegment(c, 4 * (at + 6 * ldc), ORDER);
        c61.intoMemorySegment(c, 4 * (at + 6 * ldc + Simd.LANES), ORDER);
        c70.intoMemorySegment(c, 4 * (at + 7 * ldc), ORDER);
        c71.intoMemorySegment(c, 4 * (at + 7 * ldc + Simd.LANES), ORDER);
    }

    /** {@code c[8, 2 vectors] += panel of A by panel of B}. */
    private static void add(int kc, float[] left, int leftStart, float[] right, int rightStart, MemorySegment c,
            long at, long ldc) {
        FloatVector c00 = fromMemorySegment(SPECIES, c, 4 * at, ORDER);
        FloatVector c01 = fromMemorySegment(SPECIES, c, 4 * (at + Simd.LANES), ORDER);
        FloatVector c10 = fromMemorySegment(SPECIES, c, 4 * (at + ldc), ORDER);
        FloatVector c11 = fromMemorySegment(SPECIES, c, 4 * (at + ldc + Simd.LANES), ORDER);
        FloatVector c20 = fromMemorySegment(SPECIES, c, 4 * (at + 2 * ldc), ORDER);
        FloatVector c21 = fromMemorySegment(SPECIES, c, 4 * (at + 2 * ldc + Simd.LANES), ORDER);
        FloatVector c30 = fromMemorySegment(SPECIES, c, 4 * (at + 3 * ldc), ORDER);
        FloatVector c31 = fromMemorySegment(SPECIES, c, 4 * (at + 3 * ldc + Simd.LANES), ORDER);
        FloatVector c40 = fromMemorySegment(SPECIES, c, 4 * (at + 4 * ldc), ORDER);
        FloatVector c41 = fromMemorySegment(SPECIES, c, 4 * (at + 4 * ldc + Simd.LANES), ORDER);
        FloatVector c50 = fromMemorySegment(SPECIES, c, 4 * (at + 5 * ldc), ORDER);
        FloatVector c51 = fromMemorySegment(SPECIES, c, 4 * (at + 5 * ldc + Simd.LANES), ORDER);
        FloatVector c60 = fromMemorySegment(SPECIES, c, 4 * (at + 6 * ldc), ORDER);
        FloatVector c61 = fromMemorySegment(SPECIES, c, 4 * (at + 6 * ldc + Simd.LANES), ORDER);
        FloatVector c70 = fromMemorySegment(SPECIES, c, 4 * (at + 7 * ldc), ORDER);
        FloatVector c71 = fromMemorySegment(SPECIES, c, 4 * (at + 7 * ldc + Simd.LANES), ORDER);
        int ia = leftStart;
        int ib = rightStart;
        for (int k = 0; k < kc; k++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, right, ib);
            FloatVector b1 = FloatVector.fromArray(SPECIES, right, ib + Simd.LANES);
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
            ib += NR;
        }
        c00.intoMemorySegment(c, 4 * at, ORDER);
        c01.intoMemorySegment(c, 4 * (at + Simd.LANES), ORDER);
        c10.intoMemorySegment(c, 4 * (at + ldc), ORDER);
        c11.intoMemorySegment(c, 4 * (at + ldc + Simd.LANES), ORDER);
        c20.intoMemorySegment(c, 4 * (at + 2 * ldc), ORDER);
        c21.intoMemorySegment(c, 4 * (at + 2 * ldc + Simd.LANES), ORDER);
        c30.intoMemorySegment(c, 4 * (at + 3 * ldc), ORDER);
        c31.intoMemorySegment(c, 4 * (at + 3 * ldc + Simd.LANES), ORDER);
        c40.intoMemorySegment(c, 4 * (at + 4 * ldc), ORDER);
        c41.intoMemorySegment(c, 4 * (at + 4 * ldc + Simd.LANES), ORDER);
        c50.intoMemorySegment(c, 4 * (at + 5 * ldc), ORDER);
        c51.intoMemorySegment(c, 4 * (at + 5 * ldc + Simd.LANES), ORDER);
        c60.intoMemorySegment(c, 4 * (at + 6 * ldc), ORDER);
        c61.intoMemorySegment(c, 4 * (at + 6 * ldc + Simd.LANES), ORDER);
        c70.intoMemorySegment(c, 4 * (at + 7 * ldc), ORDER);
        c71.intoMemorySegment(c, 4 * (at + 7 * ldc + Simd.LANES), ORDER);
    }
}
