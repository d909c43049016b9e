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
    /** Panels of A that are packed side by side where A is transposed. */
    private static final int PANELS = 16;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    private static final ThreadLocal<Gemm> MINE = ThreadLocal.withInitial(Gemm::new);

    private float[] left = new float[0];
    private float[] right = new float[0];
    /** What each column starts from: the bias, or zero. */
    private float[] first = new float[0];
    private final float[] line = new float[KC];
    private final MemorySegment edgeMemory = Arena.ofAuto().allocate(MR * NR * 4L, 64);
    /** A block of the result that lies across its border. */
    private final long edge = edgeMemory.address();

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

    private Gemm() {}

    /**
     * {@code c[m, n] (+)= a[m, k] b[k, n] (+ bias)}.
     *
     * @param c address of the result, rows {@code ldc} elements apart
     * @param bias address of {@code n} numbers, 0 where there are none
     */
    static void run(int m, int n, int k, Operand a, Operand b, long c, long ldc, boolean accumulate, long bias) {
        if (m > 0 && n > 0) MINE.get().block(m, n, k, a, b, c, ldc, accumulate, bias);
    }

    private void block(int m, int n, int k, Operand a, Operand b, long c, long ldc, boolean accumulate, long bias) {
        int panelsM = (m + MR - 1) / MR;
        int panelsN = (n + NR - 1) / NR;
        reserve(panelsM * MR * Math.min(k, KC), panelsN * NR * Math.min(k, KC), panelsN * NR);
        Arrays.fill(first, 0, panelsN * NR, 0f);
        if (bias != 0) MemorySegment.copy(MEMORY, F, bias, first, 0, n);
        for (int k0 = 0; k0 == 0 || k0 < k; k0 += KC) {
            int kc = Math.min(KC, k - k0);
            boolean fresh = k0 == 0 && !accumulate;
            pack(left, MR, panelsM, m, kc, a.at(0, k0).start(), a.rowStride(), a.columnStride());
            pack(right, NR, panelsN, n, kc, b.at(k0, 0).start(), b.columnStride(), b.rowStride());
            for (int q = 0; q < panelsN; q++) {
                int columns = Math.min(NR, n - q * NR);
                for (int p = 0; p < panelsM; p++) {
                    int rows = Math.min(MR, m - p * MR);
                    long at = c + 4 * (p * MR * ldc + q * NR);
                    boolean whole = rows == MR && columns == NR;
                    if (!whole && !fresh) copyTile(rows, columns, at, ldc, edge, NR);
                    long to = whole ? at : edge;
                    long stride = whole ? ldc : NR;
                    if (fresh) start(kc, left, p * MR * kc, right, q * NR * kc, first, q * NR, to, stride);
                    else add(kc, left, p * MR * kc, right, q * NR * kc, to, stride);
                    if (!whole) copyTile(rows, columns, edge, NR, at, ldc);
                }
            }
        }
    }

    private void reserve(int leftSize, int rightSize, int columns) {
        if (left.length < leftSize) left = new float[leftSize];
        if (right.length < rightSize) right = new float[rightSize];
        if (first.length < columns) first = new float[columns];
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

    /**
     * Panels of {@code width} lines each, interleaved: number k of line i of panel p goes to {@code (p * kc + k) * width + i};
     * missing lines are zero.
     */
    private void pack(float[] to, int width, int panels, int lines, int kc, long start, long lineStride,
            long stepStride) {
        boolean narrow = lineStride == 1 && width == MR;
        for (int p = 0; p < panels; p++) {
            int count = Math.min(width, lines - p * width);
            int base = p * width * kc;
            long from = start + 4 * p * width * lineStride;
            if (count < width) Arrays.fill(to, base, base + width * kc, 0f);
            if (lineStride != 1) packLines(to, base, width, count, kc, from, lineStride);
            else if (!narrow) packWide(to, base, count, kc, from, stepStride);
            else if (count < width) packNarrow(to, base, count, kc, from, stepStride);
        }
        if (narrow) packWhole(to, lines / MR, kc, start, stepStride);
    }

    /** Lines that stand in rows of memory: each is copied out whole, then spread. */
    private void packLines(float[] to, int base, int width, int count, int kc, long from, long lineStride) {
        float[] in = line;
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(MEMORY, F, from + 4 * i * lineStride, in, 0, kc);
            for (int k = 0, at = base + i; k < kc; k++, at += width) to[at] = in[k];
        }
    }

    /** Steps that stand in rows of memory, two vectors wide. */
    private static void packWide(float[] to, int base, int count, int kc, long from, long stepStride) {
        VectorMask<Float> low = Simd.tail(0, count);
        VectorMask<Float> high = Simd.tail(Simd.LANES, Math.max(count, Simd.LANES));
        for (int k = 0; k < kc; k++) {
            long row = from + 4 * k * stepStride;
            fromMemorySegment(SPECIES, MEMORY, row, ORDER, low).intoArray(to, base + k * NR);
            fromMemorySegment(SPECIES, MEMORY, row + 4 * Simd.LANES, ORDER, high).intoArray(to,
                    base + k * NR + Simd.LANES);
        }
    }

    /**
     * Whole panels of 8 from steps that stand in rows of memory, several panels in one go: rows may lie a power of two apart,
     * where caches keep few of them, and eight numbers are half a cache line.
     */
    private static void packWhole(float[] to, int panels, int kc, long from, long stepStride) {
        for (int p0 = 0; p0 < panels; p0 += PANELS) {
            int p1 = Math.min(panels, p0 + PANELS);
            for (int k = 0; k < kc; k++) {
                long row = from + 4 * k * stepStride;
                for (int p = p0; p < p1; p++)
                    MemorySegment.copy(MEMORY, F, row + 4 * p * MR, to, (p * kc + k) * MR, MR);
            }
        }
    }

    private static void packNarrow(float[] to, int base, int count, int kc, long from, long stepStride) {
        for (int k = 0; k < kc; k++)
            MemorySegment.copy(MEMORY, F, from + 4 * k * stepStride, to, base + k * MR, count);
    }

    /**
     * {@code c[8, 2 vectors] = first + panel of A by panel of B}. Sixteen accumulators written out: in arrays or behind a call
     * they would leave the registers.
     */
    private static void start(int kc, float[] left, int leftStart, float[] right, int rightStart, float[] first,
            int firstStart, long c, long ldc) {
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
    private static void add(int kc, float[] left, int leftStart, float[] right, int rightStart, long c, long ldc) {
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
