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

import org.logah.engine.cpu.vector.Gemm.Cut;
import org.logah.engine.cpu.vector.Gemm.Operand;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Copies operands of a product into panels, in the order in which {@link MicroKernel} reads them; an object is for one thread. */
final class Packing {
    /** Panels of A that are packed side by side where A is transposed. */
    private static final int PANELS = 16;
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

    /**
     * Rows of A in panels of 8: number k of row i of a panel goes to {@code 8 k + i} of it; missing rows are zero. Terms that are
     * not wanted may be left out.
     */
    void left(Operand a, int m, Cut cut, float[] to) {
        int panels = (m + MR - 1) / MR;
        int kc = cut.terms();
        if (a.rowStride() != 1) {
            for (int p = 0; p < panels; p++) {
                int count = Math.min(MR, m - p * MR);
                lines(a.at(p * MR, 0).start(), a.rowStride(), count, cut.end(p * MR + count - 1), to, p * cut.panel(),
                        MR);
            }
            return;
        }
        // Several panels in one go: rows may lie a power of two apart, where caches keep few of them, and eight numbers are
        // half a cache line.
        int whole = Simd.LANES <= 2 * MR ? m / (2 * MR) * 2 : 0;
        long stride = 4 * a.columnStride();
        for (int p = 0; p < whole; p += PANELS)
            pairs(to, p * cut.panel(), cut.panel(), Math.min(PANELS, whole - p) / 2, kc, a.at(p * MR, 0).start(),
                    stride);
        for (int p = whole; p < panels; p++)
            panel(to, p * cut.panel(), Math.min(MR, m - p * MR), kc, a.at(p * MR, 0).start(), stride);
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

    /** Pairs of panels, {@code step} numbers from one panel to the next. */
    private static void pairs(float[] to, int at, int step, int count, int kc, long from, long stride) {
        int both = Simd.LANES == 2 * MR ? kc / 2 * 2 : 0; // rows, where a vector covers a pair
        for (int k = 0; k < both; k += 2) Transpose.pairs(from + k * stride, stride, count, to, at + k * MR, step);
        for (int k = both; k < kc; k++) {
            for (int p = 0; p < 2 * count; p++)
                panel(to, at + p * step + k * MR, MR, 1, from + k * stride + 4L * p * MR, stride);
        }
    }

    /** One panel, of which the first {@code count} rows are there. */
    private static void panel(float[] to, int at, int count, int kc, long from, long stride) {
        for (int i = 0; i < MR; i += Math.min(MR, Simd.LANES)) {
            VectorMask<Float> there = Simd.tail(i, Math.max(i, count));
            for (int k = 0; k < kc; k++)
                fromMemorySegment(SPECIES, MEMORY, from + k * stride + 4L * i, ORDER, there)
                        .intoArray(to, at + k * MR + i, FIRST);
        }
    }
}
