package org.logah.engine.cpu.plain;

import org.logah.engine.Shape;

/** Walks a shape in row-major order and keeps the element offsets of several strided operands beside it. */
final class IndexWalk {
    private final int[] extents;
    private final int[] index;
    private final long[][] strides;
    private final long[] offsets;

    IndexWalk(Shape shape, long[]... strides) {
        this.extents = shape.toArray();
        this.index = new int[extents.length];
        this.strides = strides;
        this.offsets = new long[strides.length];
    }

    long offset(int operand) { return offsets[operand]; }

    void next() {
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            index[axis]++;
            for (int k = 0; k < offsets.length; k++) offsets[k] += strides[k][axis];
            if (index[axis] < extents[axis]) return;
            index[axis] = 0;
            for (int k = 0; k < offsets.length; k++) offsets[k] -= strides[k][axis] * extents[axis];
        }
    }
}
