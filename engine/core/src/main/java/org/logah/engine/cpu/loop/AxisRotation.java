package org.logah.engine.cpu.loop;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.logah.engine.Tensor;
import org.logah.engine.cpu.threads.WorkerPool;

/**
 * A permutation that moves the first axes behind the others: the transposition of a matrix, whatever the number of axes.
 *
 * @param rows product of the axes that move
 * @param columns product of the others
 */
public record AxisRotation(long rows, int columns) {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    /** Numbers that are read, and then spread, in one go. */
    private static final int BLOCK = 1 << 13;

    /**
     * Whether a permutation is of this kind, and not too wide to be read row by row.
     *
     * @param axes axis {@code k} of the result is axis {@code axes[k]} of {@code x}
     * @param x what is permuted
     * @return whether {@link #of} gives it
     */
    public static boolean is(int[] axes, Tensor x) {
        for (int i = 0; i < axes.length; i++) if (axes[i] != (axes[0] + i) % axes.length) return false;
        return axes.length > 1 && x.elements() > 0 && of(axes, x).columns <= BLOCK;
    }

    /**
     * The permutation of a tensor, where {@link #is} holds.
     *
     * @param axes axis {@code k} of the result is axis {@code axes[k]} of {@code x}
     * @param x what is permuted
     * @return the permutation
     */
    public static AxisRotation of(int[] axes, Tensor x) {
        long rows = 1;
        for (int i = 0; i < axes[0]; i++) rows *= x.shape().dim(i);
        return new AxisRotation(rows, Math.toIntExact(x.elements() / rows));
    }

    /**
     * Moves everything, some rows at a time.
     *
     * @param workers share the work
     * @param x what is permuted, a float tensor
     * @param out gets it, of as many elements
     */
    public void run(WorkerPool workers, Tensor x, Tensor out) {
        int parts = Math.toIntExact((rows + rowsOfPart() - 1) / rowsOfPart());
        workers.run(parts, t -> part(t, x, out));
    }

    private int rowsOfPart() { return Math.max(1, BLOCK / columns); }

    private void part(int index, Tensor x, Tensor out) {
        long first = (long) index * rowsOfPart();
        int count = (int) Math.min(rowsOfPart(), rows - first);
        float[] in = new float[count * columns];
        float[] line = new float[count];
        MemorySegment.copy(x.segment(), F, first * columns * 4, in, 0, in.length);
        for (int j = 0; j < columns; j++) {
            for (int i = 0, at = j; i < count; i++, at += columns) line[i] = in[at];
            MemorySegment.copy(line, 0, out.segment(), F, (j * rows + first) * 4, count);
        }
    }
}
