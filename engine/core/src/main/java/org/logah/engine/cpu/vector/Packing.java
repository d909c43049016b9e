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
import jdk.incubator.vector.VectorSpecies;

/** Copies operands of a product into panels, in the order in which {@link MicroKernel} reads them. */
final class Packing {
    /** Panels of A that are packed side by side where A is transposed. */
    private static final int PANELS = 16;
    /** As many lanes as a panel of A has rows, or half of them. */
    private static final VectorSpecies<Float> ROWS = Simd.LANES >= MR
            ? FloatVector.SPECIES_256
            : FloatVector.SPECIES_128;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;

    private Packing() {}

    /**
     * Columns {@code q * NR ..} of B, {@code [k, NR]}; missing ones are zero.
     *
     * @param room at least {@code k * NR} numbers
     */
    static void right(Operand b, int q, int n, int k, long to, float[] room) {
        int count = Math.min(NR, n - q * NR);
        Operand from = b.at(0, q * NR);
        if (from.columnStride() == 1) {
            rows(from.start(), from.rowStride(), count, k, to);
        } else {
            lines(from.start(), from.columnStride(), count, k, room, 0, NR);
            MemorySegment.copy(room, 0, MEMORY, F, to, k * NR);
        }
    }

    /** Rows of A in panels of 8: number k of row i of panel p goes to {@code (p * kc + k) * 8 + i}; missing rows are zero. */
    static void left(Operand a, int m, int kc, float[] to) {
        int panels = (m + MR - 1) / MR;
        if (a.rowStride() != 1) {
            for (int p = 0; p < panels; p++)
                lines(a.at(p * MR, 0).start(), a.rowStride(), Math.min(MR, m - p * MR), kc, to, p * MR * kc, MR);
            return;
        }
        // Several panels in one go: rows may lie a power of two apart, where caches keep few of them, and eight numbers are
        // half a cache line.
        int whole = m / MR;
        for (int p = 0; p < whole; p += PANELS)
            wholePanels(to, p, Math.min(whole, p + PANELS), kc, a.start(), 4 * a.columnStride());
        if (whole == panels) return;
        Arrays.fill(to, whole * MR * kc, panels * MR * kc, 0f);
        for (int k = 0; k < kc; k++)
            MemorySegment.copy(MEMORY, F, a.at(whole * MR, k).start(), to, (whole * kc + k) * MR, m - whole * MR);
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
     * zero. Blocks are turned along whole lines, which the processor then fetches ahead of us.
     */
    private static void lines(long from, long stride, int count, int k, float[] to, int at, int width) {
        int whole = k - k % Transpose.SIDE;
        if (count < width) Arrays.fill(to, at, at + k * width, 0f);
        int i = 0;
        for (; i <= count - Transpose.SIDE; i += Transpose.SIDE) {
            Transpose.blocks(from + 4 * i * stride, 4 * stride, whole, to, at + i, width);
            for (int l = i; l < i + Transpose.SIDE; l++) one(from + 4 * l * stride, whole, k, to, at + l, width);
        }
        for (; i < count; i++) one(from + 4 * i * stride, 0, k, to, at + i, width);
    }

    /** One line, one number at a time. */
    private static void one(long line, int start, int k, float[] to, int at, int width) {
        for (int j = start; j < k; j++) to[at + j * width] = MEMORY.get(F, line + 4L * j);
    }

    private static void wholePanels(float[] to, int first, int last, int kc, long start, long stride) {
        for (int k = 0; k < kc; k++) {
            long row = start + k * stride;
            for (int p = first; p < last; p++)
                for (int i = 0; i < MR; i += ROWS.length())
                    fromMemorySegment(ROWS, MEMORY, row + 4 * (p * MR + i), ORDER).intoArray(to, (p * kc + k) * MR + i);
        }
    }
}
