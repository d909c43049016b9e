package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Gemm.MR;
import static org.logah.engine.cpu.vector.Gemm.NR;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

import org.logah.engine.cpu.vector.Gemm.Operand;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Copies operands of a product into panels, in the order in which {@link MicroKernel} reads them; an object is for one thread. */
final class Packing {
    /** Panels of A that are packed side by side where A is transposed. */
    private static final int PANELS = 16;
    /** Panels of A that are written together: one, two where a vector covers two, none where it covers more. */
    private static final int ACROSS = Simd.LANES <= MR ? 1 : Simd.LANES == 2 * MR ? 2 : 0;
    private static final VectorMask<Float> FIRST = Simd.tail(0, Math.min(MR, Simd.LANES));
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;

    private final float[] room = new float[Transpose.ROOM];

    /** B, {@code [k, n]}, in panels of {@code [k, NR]}, where k is at most {@link Blocking#MOST_TERMS}; missing columns are zero. */
    void right(Operand b, int n, int k, long to) {
        int whole = b.columnStride() == 1 ? n / NR : 0;
        if (whole > 0) wholeRows(b.start(), b.rowStride(), whole, k, to);
        for (int j = whole * NR; j < n; j += NR) {
            int count = Math.min(NR, n - j);
            long start = b.at(0, j).start();
            long panel = to + 4L * j * k;
            if (b.columnStride() == 1) {
                rows(start, b.rowStride(), count, k, panel);
            } else {
                columns(start, b.columnStride(), count, k, panel);
            }
        }
    }

    /** Rows of A in panels of 8: number k of row i of panel p goes to {@code (p * kc + k) * 8 + i}; missing rows are zero. */
    void left(Operand a, int m, int kc, float[] to) {
        int panels = (m + MR - 1) / MR;
        if (a.rowStride() != 1) {
            for (int p = 0; p < panels; p++)
                lines(a.at(p * MR, 0).start(), a.rowStride(), Math.min(MR, m - p * MR), kc, to, p * MR * kc, MR);
            return;
        }
        // Several panels in one go: rows may lie a power of two apart, where caches keep few of them, and eight numbers are
        // half a cache line.
        int whole = ACROSS == 0 ? 0 : m / (ACROSS * MR) * ACROSS;
        for (int p = 0; p < whole; p += PANELS)
            wholePanels(to, p, Math.min(whole, p + PANELS), kc, a.start(), 4 * a.columnStride());
        for (int p = whole; p < panels; p++) {
            int count = Math.min(MR, m - p * MR);
            if (count < MR) Arrays.fill(to, p * MR * kc, (p + 1) * MR * kc, 0f);
            for (int k = 0; k < kc; k++)
                MemorySegment.copy(MEMORY, F, a.at(p * MR, k).start(), to, (p * kc + k) * MR, count);
        }
    }

    /** Rows of B are read along several panels: the processor then fetches what comes next. */
    private static void wholeRows(long from, long stride, int panels, int k, long to) {
        for (int i = 0; i < k; i++) acrossPanels(from + 4 * i * stride, panels, to + 4L * i * NR, 4L * k * NR);
    }

    private static void acrossPanels(long row, int panels, long to, long step) {
        for (int p = 0; p < panels; p++) {
            long from = row + 4L * p * NR;
            long at = to + p * step;
            fromMemorySegment(SPECIES, MEMORY, from, ORDER).intoMemorySegment(MEMORY, at, ORDER);
            fromMemorySegment(SPECIES, MEMORY, from + 4 * Simd.LANES, ORDER)
                    .intoMemorySegment(MEMORY, at + 4 * Simd.LANES, ORDER);
        }
    }

    private static void rows(long from, long stride, int count, int k, long to) {
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
     * Lines that stand in rows of memory, interleaved: number k of line i goes to {@code at + k * width + i}; missing lines are
     * zero. Blocks are transposed along whole lines, which the processor then fetches ahead of us.
     */
    private void lines(long from, long stride, int count, int k, float[] to, int at, int width) {
        int whole = k - k % Transpose.COLUMNS;
        if (count < width) Arrays.fill(to, at, at + k * width, 0f);
        int i = 0;
        for (; i <= count - Transpose.LINES; i += Transpose.LINES) {
            Transpose.lines(from + 4 * i * stride, 4 * stride, whole, to, at + i, width, room);
            for (int l = i; l < i + Transpose.LINES; l++) one(from + 4 * l * stride, whole, k, to, at + l, width);
        }
        for (; i < count; i++) one(from + 4 * i * stride, 0, k, to, at + i, width);
    }

    /** Columns of B that stand in rows of memory, as {@link #lines}. */
    private void columns(long from, long stride, int count, int k, long to) {
        int whole = k - k % Transpose.COLUMNS;
        if (count < NR) MEMORY.asSlice(to, 4L * k * NR).fill((byte) 0);
        int i = 0;
        while (i <= count - Transpose.LINES) {
            int most = i <= count - Transpose.COLUMNS ? Transpose.COLUMNS : Transpose.LINES;
            Transpose.vectors(from + 4 * i * stride, 4 * stride, most, whole, to + 4L * i, 4L * NR, room);
            for (int l = i; l < i + most; l++) one(from + 4 * l * stride, whole, k, to + 4L * l);
            i += most;
        }
        for (; i < count; i++) one(from + 4 * i * stride, 0, k, to + 4L * i);
    }

    private static void one(long line, int start, int k, long to) {
        for (int j = start; j < k; j++) MEMORY.set(F, to + 4L * j * NR, MEMORY.get(F, line + 4L * j));
    }

    /** One line, one number at a time. */
    private static void one(long line, int start, int k, float[] to, int at, int width) {
        for (int j = start; j < k; j++) to[at + j * width] = MEMORY.get(F, line + 4L * j);
    }

    private static void wholePanels(float[] to, int first, int last, int kc, long start, long stride) {
        int pairs = ACROSS == 2 ? kc / 2 * 2 : 0;
        for (int k = 0; k < pairs; k += 2) {
            long row = start + k * stride + 4L * first * MR;
            Transpose.pairs(row, stride, (last - first) / 2, to, (first * kc + k) * MR, kc * MR);
        }
        for (int k = pairs; k < kc; k++) {
            long row = start + k * stride;
            for (int p = first; p < last; p++) {
                int at = (p * kc + k) * MR;
                for (int i = 0; i < MR; i += Math.min(MR, Simd.LANES)) {
                    FloatVector v = fromMemorySegment(SPECIES, MEMORY, row + 4L * (p * MR + i), ORDER, FIRST);
                    v.intoArray(to, at + i, FIRST);
                }
            }
        }
    }
}
