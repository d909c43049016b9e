package org.logah.engine;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The extents of a dense, row-major tensor. Rank 0 is a scalar; extents may be 0. Negative axes count from the end: -1 is the
 * last. Immutable.
 */
public final class Shape {
    private static final Shape SCALAR = new Shape(new int[0]);
    private final int[] dims;
    private final long elements;

    private Shape(int[] dims) {
        this.dims = dims;
        long n = 1;
        for (int d : dims) {
            if (d < 0) throw new TensorException("shape " + Arrays.toString(dims) + ": negative extent");
            if (Math.multiplyHigh(n, d) != 0 || n * d < 0)
                throw new TensorException("shape " + Arrays.toString(dims) + " has more elements than can be counted");
            n *= d;
        }
        this.elements = n;
    }

    /**
     * A shape of some extents.
     *
     * @param dims the extents, first axis first; none for a scalar
     * @return the shape
     * @throws TensorException if one is negative, or there are more than {@link Long#MAX_VALUE} elements
     */
    public static Shape of(int... dims) { return dims.length == 0 ? SCALAR : new Shape(dims.clone()); }

    /** {@return the shape of a single number} */
    public static Shape scalar() { return SCALAR; }

    /** {@return the number of axes} */
    public int rank() { return dims.length; }

    /** {@return the number of elements, 1 for a scalar} */
    public long elements() { return elements; }

    /**
     * The extent of an axis.
     *
     * @param axis which; negative ones count from the end
     * @return its extent
     * @throws TensorException if there is no such axis
     */
    public int dim(int axis) { return dims[axis(axis)]; }

    /** {@return the extent of the last axis, 1 for a scalar} */
    public int last() {
        return dims.length == 0 ? 1 : dims[dims.length - 1];
    }

    /**
     * {@return the number of rows when the last axis is a row; 1 for a scalar}
     *
     * @throws TensorException if there are more than {@link Integer#MAX_VALUE}
     */
    public int rows() {
        long rows = 1;
        for (int i = 0; i < dims.length - 1; i++) rows *= dims[i];
        if (rows != (int) rows)
            throw new TensorException("shape " + this + " has " + rows + " rows, more than " + Integer.MAX_VALUE
                    + "; choose a smaller batch or model");
        return (int) rows;
    }

    /**
     * An axis counted from the front.
     *
     * @param axis which; negative ones count from the end
     * @return its number, from 0
     * @throws TensorException if there is no such axis
     */
    public int axis(int axis) {
        int a = axis < 0 ? axis + dims.length : axis;
        if (a < 0 || a >= dims.length) throw new TensorException("axis " + axis + " of " + this + " does not exist");
        return a;
    }

    /** {@return the extents, first axis first} */
    public int[] toArray() { return dims.clone(); }

    /**
     * This shape with one extent replaced.
     *
     * @param axis which; negative ones count from the end
     * @param extent its new extent
     * @return the other shape
     * @throws TensorException if there is no such axis, or the extent is negative
     */
    public Shape with(int axis, int extent) {
        int[] d = dims.clone();
        d[axis(axis)] = extent;
        return new Shape(d);
    }

    /**
     * The shape that numpy's broadcasting gives to two operands: aligned at the last axis, extents of 1 are repeated.
     *
     * @param op what is computed, for the message
     * @param a shape of one operand
     * @param b shape of the other
     * @return the common shape
     * @throws TensorException if there is none, with the axis where they differ
     */
    public static Shape broadcast(String op, Shape a, Shape b) {
        if (a.equals(b)) return a;
        int rank = Math.max(a.rank(), b.rank());
        int[] out = new int[rank];
        for (int i = 0; i < rank; i++) {
            int x = i < rank - a.rank() ? 1 : a.dims[i - rank + a.rank()];
            int y = i < rank - b.rank() ? 1 : b.dims[i - rank + b.rank()];
            if (x != y && x != 1 && y != 1) {
                throw new TensorException(op + ": " + a + " and " + b + " do not broadcast (axis " + i + ": " + x
                        + " and " + y + ")");
            }
            out[i] = x == 1 ? y : x;
        }
        return new Shape(out);
    }

    /**
     * How far to step through a tensor of this shape that is read as one of a broadcast shape.
     *
     * @param target a shape that this one broadcasts to, aligned at the last axis
     * @return for each axis of the target how many elements lie between two entries: 0 along axes that are repeated
     */
    public long[] broadcastStrides(Shape target) {
        long[] strides = new long[target.rank()];
        long stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i + target.rank() - dims.length] = dims[i] == 1 ? 0 : stride;
            stride *= dims[i];
        }
        return strides;
    }

    /**
     * The size of a dense tensor of this shape.
     *
     * @param type of its elements
     * @return the number of bytes
     * @throws TensorException if there are more than {@link Long#MAX_VALUE}
     */
    public long bytes(DType type) {
        if (elements > Long.MAX_VALUE / type.bytes())
            throw new TensorException("shape " + this + " takes more bytes than can be counted");
        return elements * type.bytes();
    }

    @Override
    public boolean equals(Object other) { return other instanceof Shape s && Arrays.equals(dims, s.dims); }

    @Override
    public int hashCode() { return Arrays.hashCode(dims); }

    @Override
    public String toString() {
        return Arrays.stream(dims).mapToObj(Integer::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
