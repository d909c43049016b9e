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
    private static final VectorMask<Float> SECOND = FIRST.not();
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;

    /** A panel of B on its way. */
    private final float[] room = new float[Gemm.KC * NR];
    private final float[] tile = new float[Transpose.TILE];

    /** Columns {@code q * NR ..} of B, {@code [k, NR]}, where k is at most {@link Gemm#KC}; missing ones are zero. */
    void right(Operand b, int q, int n, int k, long to) {
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
            Transpose.lines(from + 4 * i * stride, 4 * stride, whole, to, at + i, width, tile);
            for (int l = i; l < i + Transpose.LINES; l++) one(from + 4 * l * stride, whole, k, to, at + l, width);
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
            for (int p = first; p < last; p += ACROSS) {
                int at = (p * kc + k) * MR;
                for (int i = 0; i < MR - Simd.LANES; i += Simd.LANES)
                    fromMemorySegment(SPECIES, MEMORY, row + 4L * (p * MR + i), ORDER).intoArray(to, at + i);
                int rest = Math.max(0, MR - Simd.LANES);
                FloatVector v = fromMemorySegment(SPECIES, MEMORY, row + 4L * (p * MR + rest), ORDER);
                v.intoArray(to, at + rest, FIRST);
                if (ACROSS == 2) v.intoArray(to, at + kc * MR - MR, SECOND);
            }
        }
    }
}
