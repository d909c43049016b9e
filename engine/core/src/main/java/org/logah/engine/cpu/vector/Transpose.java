package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;

import java.util.Arrays;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Lines of a matrix, transposed in registers, eight at a time (four where vectors have four lanes). Line i is rotated by i, so
 * that a column lies along a diagonal; blends by the bits of the line's number gather each diagonal in one vector, which is
 * rotated back. A vector of sixteen lanes is two such blocks side by side.
 *
 * <p>Vectors are those of all other kernels, whatever their length: methods of the API that have seen vectors of two lengths
 * are compiled, sometimes, with objects in between.
 */
final class Transpose {
    private static final VectorSpecies<Float> SPECIES = Simd.LANES <= 16 ? Simd.SPECIES : FloatVector.SPECIES_512;
    /** How many lines are taken together. */
    static final int LINES = Math.min(8, SPECIES.length());
    /** How many numbers of each line. */
    static final int COLUMNS = SPECIES.length();
    /** Numbers that are transposed together. */
    static final int TILE = LINES * COLUMNS;
    private static final boolean TWO = COLUMNS > LINES;

    private static final VectorMask<Float> SECOND = VectorMask.fromLong(SPECIES, (1 << LINES) - 1).not();
    private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(SPECIES, l -> (l + LINES) % COLUMNS);

    private static final VectorShuffle<Float> BY_1 = rotation(1);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_3 = rotation(3);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_5 = rotation(5);
    private static final VectorShuffle<Float> BY_6 = rotation(6);
    private static final VectorShuffle<Float> BY_7 = rotation(7);

    // Column k needs lane l from row l - k: the lanes where bit 0, 1 or 2 of that number is set.
    private static final VectorMask<Float> BIT_0 = lanes(0, 0);
    private static final VectorMask<Float> BIT_1 = lanes(1, 0);
    private static final VectorMask<Float> BIT_1_ODD = lanes(1, 1);
    private static final VectorMask<Float> BIT_2 = lanes(2, 0);
    private static final VectorMask<Float> BIT_2_OF_1 = lanes(2, 1);
    private static final VectorMask<Float> BIT_2_OF_2 = lanes(2, 2);
    private static final VectorMask<Float> BIT_2_OF_3 = lanes(2, 3);

    private Transpose() {}

    private static VectorShuffle<Float> rotation(int by) {
        return VectorShuffle.fromOp(SPECIES, l -> l / LINES * LINES + Math.floorMod(l - by, LINES));
    }

    private static VectorMask<Float> lanes(int bit, int column) {
        boolean[] set = new boolean[COLUMNS];
        for (int l = 0; l < COLUMNS; l++) set[l] = (l - column >> bit & 1) == 1;
        return VectorMask.fromArray(SPECIES, set, 0);
    }

    /**
     * {@code to[k, LINES] = from[LINES, k]}, transposed, from element {@code at} on.
     *
     * @param stride bytes from line to line of {@code from}
     * @param k a multiple of {@link #COLUMNS}
     * @param width elements from row to row of {@code to}, {@link #LINES} where a vector covers two rows
     * @param tile room for {@link #TILE} numbers
     */
    static void lines(long from, long stride, int k, float[] to, int at, int width, float[] tile) {
        for (int j = 0; j < k; j += COLUMNS) {
            tile(from + 4L * j, stride, tile, 0);
            if (TWO) pairs(tile, to, at + j * width);
            else rows(tile, to, at + j * width, width);
        }
    }

    /**
     * {@code to[k, COLUMNS] = from[COLUMNS, k]}, transposed, from the address {@code to} on.
     *
     * @param most how many lines there are, a multiple of {@link #LINES}; zeros stand for those that are missing
     */
    static void vectors(long from, long stride, int most, int k, long to, int width, float[] tile) {
        if (TWO && most == LINES) Arrays.fill(tile, TILE, 2 * TILE, 0f);
        for (int j = 0; j < k; j += COLUMNS) {
            tile(from + 4L * j, stride, tile, 0);
            if (TWO && most > LINES) tile(from + 4L * j + LINES * stride, stride, tile, TILE);
            if (TWO) halves(tile, to + 4L * j * width, 4L * width);
            else rows(tile, to + 4L * j * width, 4L * width);
        }
    }

    private static void tile(long from, long stride, float[] tile, int at) {
        if (LINES == 8) eight(from, stride, tile, at);
        else four(from, stride, tile, at);
    }

    private static void rows(float[] tile, float[] to, int at, int width) {
        for (int i = 0; i < LINES; i++) FloatVector.fromArray(SPECIES, tile, i * COLUMNS).intoArray(to, at + i * width);
    }

    private static void rows(float[] tile, long to, long width) {
        for (int i = 0; i < LINES; i++)
            FloatVector.fromArray(SPECIES, tile, i * COLUMNS).intoMemorySegment(MEMORY, to + i * width, ORDER);
    }

    /** From a tile whose vector i holds columns i and {@code i + LINES}: columns one after the other. */
    private static void pairs(float[] tile, float[] to, int at) {
        for (int i = 0; i < LINES; i += 2) {
            FloatVector a = FloatVector.fromArray(SPECIES, tile, i * COLUMNS);
            FloatVector b = FloatVector.fromArray(SPECIES, tile, (i + 1) * COLUMNS);
            a.blend(b.rearrange(SWAP), SECOND).intoArray(to, at + i * LINES);
            a.rearrange(SWAP).blend(b, SECOND).intoArray(to, at + (i + LINES) * LINES);
        }
    }

    /** Two rows, where a vector covers two panels: each panel gets its part of both, one after the other. */
    static void pairs(long row, long stride, int count, float[] to, int at, int panel) {
        for (int i = 0; i < count; i++) {
            FloatVector a = fromMemorySegment(SPECIES, MEMORY, row + 4L * i * COLUMNS, ORDER);
            FloatVector b = fromMemorySegment(SPECIES, MEMORY, row + stride + 4L * i * COLUMNS, ORDER);
            a.blend(b.rearrange(SWAP), SECOND).intoArray(to, at + 2 * i * panel);
            a.rearrange(SWAP).blend(b, SECOND).intoArray(to, at + (2 * i + 1) * panel);
        }
    }

    /** From two such tiles: columns of both, side by side. */
    private static void halves(float[] tile, long to, long width) {
        for (int i = 0; i < LINES; i++) {
            FloatVector a = FloatVector.fromArray(SPECIES, tile, i * COLUMNS);
            FloatVector b = FloatVector.fromArray(SPECIES, tile, i * COLUMNS + TILE);
            a.blend(b.rearrange(SWAP), SECOND).intoMemorySegment(MEMORY, to + i * width, ORDER);
            a.rearrange(SWAP).blend(b, SECOND).intoMemorySegment(MEMORY, to + (i + LINES) * width, ORDER);
        }
    }

    private static void four(long from, long stride, float[] tile, int at) {
        FloatVector r0 = fromMemorySegment(SPECIES, MEMORY, from, ORDER);
        FloatVector r1 = fromMemorySegment(SPECIES, MEMORY, from + stride, ORDER).rearrange(BY_1);
        FloatVector r2 = fromMemorySegment(SPECIES, MEMORY, from + 2 * stride, ORDER).rearrange(BY_2);
        FloatVector r3 = fromMemorySegment(SPECIES, MEMORY, from + 3 * stride, ORDER).rearrange(BY_3);
        FloatVector even0 = r0.blend(r1, BIT_0);
        FloatVector even2 = r2.blend(r3, BIT_0);
        FloatVector odd0 = r1.blend(r0, BIT_0);
        FloatVector odd2 = r3.blend(r2, BIT_0);
        even0.blend(even2, BIT_1).intoArray(tile, at);
        odd0.blend(odd2, BIT_1_ODD).rearrange(BY_3).intoArray(tile, at + COLUMNS);
        even2.blend(even0, BIT_1).rearrange(BY_2).intoArray(tile, at + 2 * COLUMNS);
        odd2.blend(odd0, BIT_1_ODD).rearrange(BY_1).intoArray(tile, at + 3 * COLUMNS);
    }

    private static void eight(long from, long stride, float[] tile, int at) {
        FloatVector r0 = fromMemorySegment(SPECIES, MEMORY, from, ORDER);
        FloatVector r1 = fromMemorySegment(SPECIES, MEMORY, from + stride, ORDER).rearrange(BY_1);
        FloatVector r2 = fromMemorySegment(SPECIES, MEMORY, from + 2 * stride, ORDER).rearrange(BY_2);
        FloatVector r3 = fromMemorySegment(SPECIES, MEMORY, from + 3 * stride, ORDER).rearrange(BY_3);
        FloatVector r4 = fromMemorySegment(SPECIES, MEMORY, from + 4 * stride, ORDER).rearrange(BY_4);
        FloatVector r5 = fromMemorySegment(SPECIES, MEMORY, from + 5 * stride, ORDER).rearrange(BY_5);
        FloatVector r6 = fromMemorySegment(SPECIES, MEMORY, from + 6 * stride, ORDER).rearrange(BY_6);
        FloatVector r7 = fromMemorySegment(SPECIES, MEMORY, from + 7 * stride, ORDER).rearrange(BY_7);
        FloatVector even0 = r0.blend(r1, BIT_0);
        FloatVector even2 = r2.blend(r3, BIT_0);
        FloatVector even4 = r4.blend(r5, BIT_0);
        FloatVector even6 = r6.blend(r7, BIT_0);
        FloatVector odd0 = r1.blend(r0, BIT_0);
        FloatVector odd2 = r3.blend(r2, BIT_0);
        FloatVector odd4 = r5.blend(r4, BIT_0);
        FloatVector odd6 = r7.blend(r6, BIT_0);
        FloatVector c0 = even0.blend(even2, BIT_1);
        FloatVector c4 = even4.blend(even6, BIT_1);
        FloatVector c1 = odd0.blend(odd2, BIT_1_ODD);
        FloatVector c5 = odd4.blend(odd6, BIT_1_ODD);
        FloatVector c2 = even2.blend(even0, BIT_1);
        FloatVector c6 = even6.blend(even4, BIT_1);
        FloatVector c3 = odd2.blend(odd0, BIT_1_ODD);
        FloatVector c7 = odd6.blend(odd4, BIT_1_ODD);
        FloatVector k0 = c0.blend(c4, BIT_2);
        FloatVector k1 = c1.blend(c5, BIT_2_OF_1).rearrange(BY_7);
        FloatVector k2 = c2.blend(c6, BIT_2_OF_2).rearrange(BY_6);
        FloatVector k3 = c3.blend(c7, BIT_2_OF_3).rearrange(BY_5);
        FloatVector k4 = c4.blend(c0, BIT_2).rearrange(BY_4);
        FloatVector k5 = c5.blend(c1, BIT_2_OF_1).rearrange(BY_3);
        FloatVector k6 = c6.blend(c2, BIT_2_OF_2).rearrange(BY_2);
        FloatVector k7 = c7.blend(c3, BIT_2_OF_3).rearrange(BY_1);
        k0.intoArray(tile, at);
        k1.intoArray(tile, at + COLUMNS);
        k2.intoArray(tile, at + 2 * COLUMNS);
        k3.intoArray(tile, at + 3 * COLUMNS);
        k4.intoArray(tile, at + 4 * COLUMNS);
        k5.intoArray(tile, at + 5 * COLUMNS);
        k6.intoArray(tile, at + 6 * COLUMNS);
        k7.intoArray(tile, at + 7 * COLUMNS);
    }
}
