package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Gemm.MR;
import static org.logah.engine.cpu.vector.Gemm.NR;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import org.logah.engine.cpu.vector.Gemm.Cut;
import org.logah.engine.cpu.vector.Gemm.Operand;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Copies operands of a product into panels, in the order in which {@link MicroKernel} reads them; an object is for one thread. */
final class Packing {
    /** Panels of A that are packed side by side where A is transposed. */
    private static final int PANELS = 16;
    private static final VectorMask<Float> FIRST = Simd.tail(0, Math.min(MR, Simd.LANES));

    private final float[] room = new float[Transpose.ROOM];
    private final MemorySegment lines = Arena.ofAuto().allocate(4L * Transpose.COLUMNS * Transpose.MOST, 64);
    /** Where lines stand that were gathered. */
    private final long gathered = lines.address();

    /** B, {@code [k, n]}, in panels of {@code [k, NR]}, where k is at most {@link Blocking#MOST_TERMS}; missing columns are undefined. */
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
                lines(a.at(p * MR, 0).start(), a.rowStride(), count, cut.end(p * MR + count - 1), to, p * cut.panel());
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
     * Lines that stand in rows of memory, interleaved: number k of line i goes to {@code at + k * MR + i}; missing lines are zero.
     * Blocks are transposed along whole lines, which the processor then fetches ahead of us.
     */
    private void lines(long from, long stride, int count, int k, float[] to, int at) {
        for (int i = 0; i < MR; i += Transpose.LINES) {
            int there = Math.clamp((long) count - i, 0, Transpose.LINES);
            int whole = there < Transpose.LINES ? 0 : k - k % Transpose.COLUMNS;
            long line = from + 4 * i * stride;
            Transpose.lines(line, 4 * stride, whole, to, at + i, MR, room);
            for (int j = whole; j < k; j += Transpose.MOST) {
                int numbers = Math.min(k - j, Transpose.MOST);
                gather(line + 4L * j, stride, there, Transpose.LINES, numbers);
                Transpose.lines(gathered, 4L * Transpose.MOST, numbers, to, at + j * MR + i, MR, room);
            }
        }
    }

    /** Columns of B that stand in rows of memory, as {@link #lines}; missing ones are zero, or others once more. */
    private void columns(long from, long stride, int count, int k, long to) {
        if (count <= NR - Transpose.COLUMNS) MEMORY.asSlice(to, 4L * k * NR).fill((byte) 0);
        for (int i = 0; i < count; i += Transpose.COLUMNS) {
            int there = Math.min(count - i, Transpose.COLUMNS);
            int most = there <= Transpose.LINES ? Transpose.LINES : Transpose.COLUMNS;
            int whole = there < most ? 0 : k - k % Transpose.COLUMNS;
            long line = from + 4 * i * stride;
            Transpose.vectors(line, 4 * stride, most, whole, to + 4L * i, 4L * NR, room);
            for (int j = whole; j < k; j += Transpose.MOST) {
                int numbers = Math.min(k - j, Transpose.MOST);
                gather(line + 4L * j, stride, there, most, numbers);
                Transpose.vectors(gathered, 4L * Transpose.MOST, most, numbers, to + 4L * (j * NR + i), 4L * NR, room);
            }
        }
    }

    /**
     * Copies lines that are fewer than a block has, or shorter than a vector; what is missing is zero. Missing lines are not even read under
     * an empty mask: processors without masked loads read all the same.
     */
    private void gather(long from, long stride, int there, int lines, int numbers) {
        for (int l = 0; l < there; l++) line(from + 4 * l * stride, numbers, gathered + 4L * l * Transpose.MOST);
        for (int l = there; l < lines; l++) clear(numbers, gathered + 4L * l * Transpose.MOST);
    }

    /** Copies the first numbers of a line, with zeros behind them to the end of a vector. */
    private static void line(long from, int numbers, long to) {
        for (int i = 0; i < numbers; i += Simd.LANES)
            fromMemorySegment(SPECIES, MEMORY, from + 4L * i, ORDER, Simd.tail(i, numbers))
                    .intoMemorySegment(MEMORY, to + 4L * i, ORDER);
    }

    private static void clear(int numbers, long to) {
        for (int i = 0; i < numbers; i += Simd.LANES)
            FloatVector.broadcast(SPECIES, 0f).intoMemorySegment(MEMORY, to + 4L * i, ORDER);
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
