package org.logah.engine;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The extents of a dense, row-major tensor. Rank 0 is a scalar; extents may be 0. Immutable. */
public final class Shape {
    private static final Shape SCALAR = new Shape(new int[0]);
    private final int[] dims;
    private final long elements;

    private Shape(int[] dims) {
        this.dims = dims;
        long n = 1;
        for (int d : dims) {
            if (d < 0) throw new TensorException("shape " + Arrays.toString(dims) + ": negative extent");
            n = Math.multiplyExact(n, (long) d);
        }
        this.elements = n;
    }

    public static Shape of(int... dims) { return dims.length == 0 ? SCALAR : new Shape(dims.clone()); }

    public static Shape scalar() { return SCALAR; }

    public int rank() { return dims.length; }

    /** Number of elements, 1 for a scalar. */
    public long elements() { return elements; }

    /** Extent of an axis; negative axes count from the end. */
    public int dim(int axis) { return dims[axis(axis)]; }

    /** The extent of the last axis, 1 for a scalar. */
    public int last() {
        return dims.length == 0 ? 1 : dims[dims.length - 1];
    }

    /** Number of rows when the last axis is a row; 1 for a scalar. */
    public int rows() {
        long rows = 1;
        for (int i = 0; i < dims.length - 1; i++) rows *= dims[i];
        return Math.toIntExact(rows);
    }

    /** A negative axis counted from the end, checked. */
    public int axis(int axis) {
        int a = axis < 0 ? axis + dims.length : axis;
        if (a < 0 || a >= dims.length) throw new TensorException("axis " + axis + " of " + this + " does not exist");
        return a;
    }

    public int[] toArray() { return dims.clone(); }

    /** This shape with one extent replaced. */
    public Shape with(int axis, int extent) {
        int[] d = dims.clone();
        d[axis(axis)] = extent;
        return new Shape(d);
    }

    /** The shape that numpy's broadcasting gives to two operands. */
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
     * Element strides of this shape read as {@code target}: 0 along axes that are repeated. Both aligned at the last
     * axis.
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

    /** Number of bytes of a dense tensor of this shape. */
    public long bytes(DType type) {
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
