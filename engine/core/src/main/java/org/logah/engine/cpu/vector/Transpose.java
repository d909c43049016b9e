package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Small square blocks of a matrix, transposed in registers: 8 x 8, or 4 x 4 where vectors have four lanes. Row i is rotated by
 * i, so that a column then lies along a diagonal; blends by the bits of the row's number gather each diagonal in one vector,
 * which is rotated back.
 */
final class Transpose {
    private static final VectorSpecies<Float> SPECIES = Simd.LANES >= 8
            ? FloatVector.SPECIES_256
            : FloatVector.SPECIES_128;
    /** Rows and columns of a block. */
    static final int SIDE = SPECIES.length();

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
        return VectorShuffle.fromOp(SPECIES, l -> Math.floorMod(l - by, SIDE));
    }

    private static VectorMask<Float> lanes(int bit, int column) {
        boolean[] set = new boolean[SIDE];
        for (int l = 0; l < SIDE; l++) set[l] = (l - column >> bit & 1) == 1;
        return VectorMask.fromArray(SPECIES, set, 0);
    }

    /**
     * {@code to[k, SIDE] = from[SIDE, k]}, transposed, from element {@code at} on.
     *
     * @param stride bytes from row to row of {@code from}
     * @param k a multiple of SIDE
     * @param width elements from row to row of {@code to}
     */
    static void blocks(long from, long stride, int k, float[] to, int at, int width) {
        if (SIDE == 8) for (int j = 0; j < k; j += 8) eight(from + 4L * j, stride, to, at + j * width, width);
        else for (int j = 0; j < k; j += 4) four(from + 4L * j, stride, to, at + j * width, width);
    }

    private static void four(long from, long stride, float[] to, int at, int width) {
        FloatVector r0 = fromMemorySegment(SPECIES, MEMORY, from, ORDER);
        FloatVector r1 = fromMemorySegment(SPECIES, MEMORY, from + stride, ORDER).rearrange(BY_1);
        FloatVector r2 = fromMemorySegment(SPECIES, MEMORY, from + 2 * stride, ORDER).rearrange(BY_2);
        FloatVector r3 = fromMemorySegment(SPECIES, MEMORY, from + 3 * stride, ORDER).rearrange(BY_3);
        FloatVector even0 = r0.blend(r1, BIT_0);
        FloatVector even2 = r2.blend(r3, BIT_0);
        FloatVector odd0 = r1.blend(r0, BIT_0);
        FloatVector odd2 = r3.blend(r2, BIT_0);
        even0.blend(even2, BIT_1).intoArray(to, at);
        odd0.blend(odd2, BIT_1_ODD).rearrange(BY_3).intoArray(to, at + width);
        even2.blend(even0, BIT_1).rearrange(BY_2).intoArray(to, at + 2 * width);
        odd2.blend(odd0, BIT_1_ODD).rearrange(BY_1).intoArray(to, at + 3 * width);
    }

    private static void eight(long from, long stride, float[] to, int at, int width) {
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
        c0.blend(c4, BIT_2).intoArray(to, at);
        c1.blend(c5, BIT_2_OF_1).rearrange(BY_7).intoArray(to, at + width);
        c2.blend(c6, BIT_2_OF_2).rearrange(BY_6).intoArray(to, at + 2 * width);
        c3.blend(c7, BIT_2_OF_3).rearrange(BY_5).intoArray(to, at + 3 * width);
        c4.blend(c0, BIT_2).rearrange(BY_4).intoArray(to, at + 4 * width);
        c5.blend(c1, BIT_2_OF_1).rearrange(BY_3).intoArray(to, at + 5 * width);
        c6.blend(c2, BIT_2_OF_2).rearrange(BY_2).intoArray(to, at + 6 * width);
        c7.blend(c3, BIT_2_OF_3).rearrange(BY_1).intoArray(to, at + 7 * width);
    }
}
