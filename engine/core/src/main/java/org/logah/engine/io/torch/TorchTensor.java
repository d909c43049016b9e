package org.logah.engine.io.torch;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

import org.logah.engine.Shape;
import org.logah.engine.TensorException;

/** A view of a {@link TorchStorage}: which of its elements a tensor has, and in which order. */
public final class TorchTensor {
    private final TorchStorage storage;
    private final long offset;
    private final Shape shape;
    private final long[] strides;

    /**
     * A view that lies within its storage.
     *
     * @param storage the numbers
     * @param offset place of the first element
     * @param shape extents of the tensor
     * @param strides elements of the storage from one entry to the next, along each axis
     * @throws TensorException if an element is not in the storage, or there are more than the storage has
     */
    public TorchTensor(TorchStorage storage, long offset, Shape shape, long... strides) {
        this.storage = storage;
        this.offset = offset;
        this.shape = shape;
        this.strides = strides.clone();
        if (strides.length != shape.rank())
            throw new TensorException("a tensor of shape " + shape + " has strides " + Arrays.toString(strides));
        if (shape.elements() > storage.elements())
            throw new TensorException("a tensor of shape " + shape + " is a view of a storage of " + storage.elements()
                    + " elements, which it repeats; save it as tensor.contiguous()");
        if (offset < 0 || last() >= storage.elements() && shape.elements() > 0)
            throw new TensorException("a tensor of shape " + shape + ", strides " + Arrays.toString(strides)
                    + " and offset " + offset + " is not in its storage of " + storage.elements() + " elements");
    }

    /** The place of the last element; the largest number where that is too large to say or a stride is negative. */
    private long last() {
        long last = offset;
        for (int i = 0; i < strides.length; i++) {
            long steps = Math.max(0, shape.dim(i) - 1);
            if (strides[i] < 0 || Math.multiplyHigh(steps, strides[i]) != 0 || steps * strides[i] < 0)
                return Long.MAX_VALUE;
            last += steps * strides[i];
            if (last < 0) return Long.MAX_VALUE;
        }
        return last;
    }

    /** {@return the numbers that it is a view of} */
    public TorchStorage storage() { return storage; }

    /** {@return its extents} */
    public Shape shape() { return shape; }

    /** {@return how many bytes its elements take} */
    public long bytes() { return shape.bytes(storage.type()); }

    /** {@return whether its elements stand side by side in the storage, in row-major order} */
    public boolean isContiguous() {
        long next = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            if (shape.dim(i) != 1 && strides[i] != next) return shape.elements() == 0;
            next *= shape.dim(i);
        }
        return true;
    }

    /**
     * {@return the elements of a contiguous tensor, in place}
     *
     * @param bytes of the storage
     */
    public MemorySegment inPlace(MemorySegment bytes) {
        return bytes.asSlice(shape.elements() == 0 ? 0 : offset * storage.type().bytes(), bytes());
    }

    /**
     * Copies the elements in row-major order.
     *
     * @param bytes of the storage
     * @param target of as many bytes as the elements take
     */
    public void copy(MemorySegment bytes, MemorySegment target) {
        if (shape.elements() == 0) return;
        int size = storage.type().bytes();
        int rank = shape.rank();
        int[] index = new int[rank];
        long from = offset;
        for (long to = 0; to < shape.elements(); to++) {
            MemorySegment.copy(bytes, from * size, target, to * size, size);
            for (int axis = rank - 1; axis >= 0; axis--) {
                from += strides[axis];
                if (++index[axis] < shape.dim(axis)) break;
                from -= index[axis] * strides[axis];
                index[axis] = 0;
            }
        }
    }
}
