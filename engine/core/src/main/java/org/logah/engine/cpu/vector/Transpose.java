package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;

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
    /** Numbers that are transposed together: eight vectors of two blocks, or of one. */
    private static final int TILE = LINES * COLUMNS;
    /** Tiles that one loop transposes. */
    private static final int TILES = 8;
    /** Numbers of a line that are transposed together. */
    static final int MOST = TILES * COLUMNS;
    /** Numbers that a room holds: such tiles of two sets of lines. */
    static final int ROOM = 2 * TILES * TILE;
    private static final boolean TWO = COLUMNS > LINES;

    private static final VectorMask<Float> SECOND = VectorMask.fromLong(SPECIES, (1 << LINES) - 1).not();
    private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(SPECIES, l -> (l + LINES) % COLUMNS);

    // What rotates back.
    private static final VectorShuffle<Float> BY_1 = rotation(1);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_3 = rotation(3);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_5 = rotation(5);
    private static final VectorShuffle<Float> BY_6 = rotation(6);
    private static final VectorShuffle<Float> BY_7 = rotation(7);
    // What rotates line i, with even columns in the first block and odd ones in the second: neighbours end up side by side.
    private static final VectorShuffle<Float> LINE_0 = line(0);
    private static final VectorShuffle<Float> LINE_1 = line(1);
    private static final VectorShuffle<Float> LINE_2 = line(2);
    private static final VectorShuffle<Float> LINE_3 = line(3);
    private static final VectorShuffle<Float> LINE_4 = line(4);
    private static final VectorShuffle<Float> LINE_5 = line(5);
    private static final VectorShuffle<Float> LINE_6 = line(6);
    private static final VectorShuffle<Float> LINE_7 = line(7);

    // Column k needs lane l from row l - k: the lanes where bit 0, 1 or 2 of that number is set.
    private static final VectorMask<Float> BIT_0 = lanes(0, 0);
    private static final VectorMask<Float> BIT_1 = lanes(1, 0);
    private static final VectorMask<Float> BIT_1_ODD = lanes(1, 1);
    private static final VectorMask<Float> BIT_2 = lanes(2, 0);
    private static final VectorMask<Float> BIT_2_OF_1 = lanes(2, 1);
    private static final VectorMask<Float> BIT_2_OF_2 = lanes(2, 2);
    private static final VectorMask<Float> BIT_2_OF_3 = lanes(2, 3);

    private Transpose() {}

    private static VectorShuffle<Float> rotation(int by) { return VectorShuffle.fromOp(SPECIES, l -> rotated(l, by)); }

    private static VectorShuffle<Float> line(int by) {
        return VectorShuffle.fromOp(SPECIES, l -> TWO ? rotated(l, by) % LINES * 2 + l / LINES : rotated(l, by));
    }

    private static int rotated(int lane, int by) { return lane / LINES * LINES + Math.floorMod(lane - by, LINES); }

    private static VectorMask<Float> lanes(int bit, int column) {
        boolean[] set = new boolean[COLUMNS];
        for (int l = 0; l < COLUMNS; l++) set[l] = (l - column >> bit & 1) == 1;
        return VectorMask.fromArray(SPECIES, set, 0);
    }

    /**
     * {@code to[k, LINES] = from[LINES, k]}, transposed, from element {@code at} on.
     *
     * @param stride bytes from line to line of {@code from}
     * @param k how many numbers of a line are wanted; memory is read to the end of the last {@link #COLUMNS}
     * @param width elements from row to row of {@code to}
     * @param room space for {@link #ROOM} numbers
     */
    static void lines(long from, long stride, int k, float[] to, int at, int width, float[] room) {
        int direct = width == LINES ? k / COLUMNS : 0;
        if (direct > 0) tiles(from, stride, direct, to, at);
        for (int j = direct * COLUMNS; j < k; j += MOST) {
            int count = Math.min(MOST, k - j);
            tiles(from + 4L * j, stride, (count + COLUMNS - 1) / COLUMNS, room, 0);
            rows(room, count, to, at + j * width, width);
        }
    }

    /** Rows of lines as they stand in a room, where those of {@code to} are as wide or wider. */
    private static void rows(float[] room, int count, float[] to, int at, int width) {
        if (width == LINES) {
            System.arraycopy(room, 0, to, at, count * LINES);
            return;
        }
        for (int i = 0; i < count; i++)
            FloatVector.fromArray(SPECIES, room, i * COLUMNS).intoArray(to, at + i * width);
    }

    /**
     * {@code to[k, COLUMNS] = from[COLUMNS, k]}, transposed, from the address {@code to} on.
     *
     * @param stride bytes from line to line of {@code from}
     * @param most how many lines there are, a multiple of {@link #LINES}; the lanes of missing ones are undefined
     * @param k how many numbers of a line are wanted; memory is read to the end of the last {@link #COLUMNS}
     * @param width bytes from row to row of {@code to}
     * @param room space for {@link #ROOM} numbers
     */
    static void vectors(long from, long stride, int most, int k, long to, long width, float[] room) {
        int second = most > LINES ? ROOM / 2 : 0;
        for (int j = 0; j < k; j += MOST) {
            int count = Math.min(MOST, k - j);
            int tiles = (count + COLUMNS - 1) / COLUMNS;
            tiles(from + 4L * j, stride, tiles, room, 0);
            if (most > LINES) tiles(from + 4L * j + LINES * stride, stride, tiles, room, second);
            if (TWO) halves(room, second, count, to + j * width, width);
            else rows(room, count, to + j * width, width);
        }
    }

    private static void rows(float[] room, int count, long to, long width) {
        for (int i = 0; i < count; i++)
            FloatVector.fromArray(SPECIES, room, i * COLUMNS).intoMemorySegment(MEMORY, to + i * width, ORDER);
    }

    /** Of vectors with two rows of eight lines each, and others of the next eight lines: rows of sixteen. */
    private static void halves(float[] room, int second, int count, long to, long width) {
        for (int i = 0; i < count / 2; i++) {
            FloatVector a = FloatVector.fromArray(SPECIES, room, i * COLUMNS);
            FloatVector b = FloatVector.fromArray(SPECIES, room, second + i * COLUMNS);
            a.blend(b.rearrange(SWAP), SECOND).intoMemorySegment(MEMORY, to + 2 * i * width, ORDER);
            a.rearrange(SWAP).blend(b, SECOND).intoMemorySegment(MEMORY, to + (2 * i + 1) * width, ORDER);
        }
        if (count % 2 == 1) half(room, second, count / 2, to + (count - 1) * width);
    }

    private static void half(float[] room, int second, int i, long to) {
        FloatVector.fromArray(SPECIES, room, i * COLUMNS)
                .blend(FloatVector.fromArray(SPECIES, room, second + i * COLUMNS).rearrange(SWAP), SECOND)
                .intoMemorySegment(MEMORY, to, ORDER);
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

    /** Tiles along the lines, each as {@link #LINES} vectors. */
    private static void tiles(long from, long stride, int count, float[] to, int at) {
        if (LINES == 8) eight(from, stride, count, to, at);
        else four(from, stride, count, to, at);
    }

    private static void four(long line, long stride, int count, float[] to, int start) {
        for (int t = 0; t < count; t++) {
            long from = line + 4L * t * COLUMNS;
            int at = start + t * TILE;
            FloatVector r0 = fromMemorySegment(SPECIES, MEMORY, from, ORDER);
            FloatVector r1 = fromMemorySegment(SPECIES, MEMORY, from + stride, ORDER).rearrange(LINE_1);
            FloatVector r2 = fromMemorySegment(SPECIES, MEMORY, from + 2 * stride, ORDER).rearrange(LINE_2);
            FloatVector r3 = fromMemorySegment(SPECIES, MEMORY, from + 3 * stride, ORDER).rearrange(LINE_3);
            FloatVector even0 = r0.blend(r1, BIT_0);
            FloatVector even2 = r2.blend(r3, BIT_0);
            FloatVector odd0 = r1.blend(r0, BIT_0);
            FloatVector odd2 = r3.blend(r2, BIT_0);
            even0.blend(even2, BIT_1).intoArray(to, at);
            odd0.blend(odd2, BIT_1_ODD).rearrange(BY_3).intoArray(to, at + COLUMNS);
            even2.blend(even0, BIT_1).rearrange(BY_2).intoArray(to, at + 2 * COLUMNS);
            odd2.blend(odd0, BIT_1_ODD).rearrange(BY_1).intoArray(to, at + 3 * COLUMNS);
        }
    }

    private static void eight(long line, long stride, int count, float[] to, int start) {
        for (int t = 0; t < count; t++) {
            long from = line + 4L * t * COLUMNS;
            int at = start + t * TILE;
            FloatVector r0 = fromMemorySegment(SPECIES, MEMORY, from, ORDER).rearrange(LINE_0);
            FloatVector r1 = fromMemorySegment(SPECIES, MEMORY, from + stride, ORDER).rearrange(LINE_1);
            FloatVector r2 = fromMemorySegment(SPECIES, MEMORY, from + 2 * stride, ORDER).rearrange(LINE_2);
            FloatVector r3 = fromMemorySegment(SPECIES, MEMORY, from + 3 * stride, ORDER).rearrange(LINE_3);
            FloatVector r4 = fromMemorySegment(SPECIES, MEMORY, from + 4 * stride, ORDER).rearrange(LINE_4);
            FloatVector r5 = fromMemorySegment(SPECIES, MEMORY, from + 5 * stride, ORDER).rearrange(LINE_5);
            FloatVector r6 = fromMemorySegment(SPECIES, MEMORY, from + 6 * stride, ORDER).rearrange(LINE_6);
            FloatVector r7 = fromMemorySegment(SPECIES, MEMORY, from + 7 * stride, ORDER).rearrange(LINE_7);
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
            k0.intoArray(to, at);
            k1.intoArray(to, at + COLUMNS);
            k2.intoArray(to, at + 2 * COLUMNS);
            k3.intoArray(to, at + 3 * COLUMNS);
            k4.intoArray(to, at + 4 * COLUMNS);
            k5.intoArray(to, at + 5 * COLUMNS);
            k6.intoArray(to, at + 6 * COLUMNS);
            k7.intoArray(to, at + 7 * COLUMNS);
        }
    }
}
