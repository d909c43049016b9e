package org.logah.tornado;

/** Extents with the strides of several operands, as few axes as possible: kernels divide once an axis and element. */
final class Strided {
    private int axes;
    private final int[] extents;
    private final long[][] strides;

    /** @param strides one array an operand, as long as the extents */
    Strided(int[] extents, long[]... strides) {
        this.extents = new int[extents.length];
        this.strides = new long[strides.length][extents.length];
        for (int i = 0; i < extents.length; i++) {
            if (extents[i] != 1) append(extents[i], i, strides);
        }
    }

    /** Adds an axis, or lengthens the last one where all operands go on evenly. */
    private void append(int extent, int axis, long[][] from) {
        boolean even = axes > 0;
        for (int k = 0; k < from.length && even; k++) even = strides[k][axes - 1] == from[k][axis] * extent;
        if (!even) axes++;
        extents[axes - 1] = even ? extents[axes - 1] * extent : extent;
        for (int k = 0; k < from.length; k++) strides[k][axes - 1] = from[k][axis];
    }

    int axes() { return axes; }

    long stride(int operand, int axis) { return strides[operand][axis]; }

    void putExtents(int[] a, int at) { for (int i = 0; i < axes; i++) a[at + i] = extents[i]; }

    void putStrides(int operand, int[] a, int at) {
        for (int i = 0; i < axes; i++) a[at + i] = Math.toIntExact(strides[operand][i]);
    }
}
