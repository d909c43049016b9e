package org.logah.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * A dense, row-major block of numbers on a {@link Device}. A tensor is a handle: {@link #reshape} and {@link #slice}
 * give further handles on the same memory. Arithmetic is not here: devices compute ({@link Kernels}), variables
 * differentiate.
 */
public final class Tensor {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    private final Device device;
    private final Storage storage;
    private final long offset;
    private final Shape shape;
    private final DType type;
    private final @Nullable MemorySegment segment;

    /**
     * @param offset first element, counted in elements of {@code type} from the storage's start
     */
    public Tensor(Device device, Storage storage, long offset, Shape shape, DType type) {
        this.device = device;
        this.storage = storage;
        this.offset = offset;
        this.shape = shape;
        this.type = type;
        MemorySegment s = storage.segment();
        this.segment = s == null ? null : s.asSlice(offset * type.bytes(), shape.bytes(type));
    }

    public Device device() { return device; }

    public Storage storage() { return storage; }

    public Shape shape() { return shape; }

    public DType type() { return type; }

    public long elements() { return shape.elements(); }

    /** The elements as host memory. Throws where the device keeps them elsewhere. */
    public MemorySegment segment() {
        if (segment == null) throw new TensorException("tensor " + this + " has no host memory");
        return segment;
    }

    /** Another view of the same elements in the same order. */
    public Tensor reshape(Shape target) {
        if (target.elements() != shape.elements()) {
            throw new TensorException(
                    "reshape: " + shape + " has " + shape.elements() + " elements, " + target + " has "
                            + target.elements());
        }
        return target.equals(shape) ? this : new Tensor(device, storage, offset, target, type);
    }

    /** Rows {@code from .. from+count-1} of the first axis, on the same memory. */
    public Tensor slice(int from, int count) {
        if (shape.rank() == 0 || from < 0 || count < 0 || from + count > shape.dim(0)) {
            throw new TensorException("slice: rows " + from + " to " + (from + count) + " of " + shape);
        }
        long row = shape.dim(0) == 0 ? 0 : shape.elements() / shape.dim(0);
        return new Tensor(device, storage, offset + from * row, shape.with(0, count), type);
    }

    /** Element {@code i} in row-major order. */
    public float get(long i) { return segment().getAtIndex(FLOAT, i); }

    /** The only element of a one-element tensor. */
    public float item() {
        if (shape.elements() != 1) throw new TensorException("item: " + shape + " has not exactly one element");
        return get(0);
    }

    public float[] toFloats() {
        requireType(DType.F32);
        float[] out = new float[Math.toIntExact(elements())];
        MemorySegment.copy(segment(), FLOAT, 0, out, 0, out.length);
        return out;
    }

    public int[] toInts() {
        requireType(DType.I32);
        int[] out = new int[Math.toIntExact(elements())];
        MemorySegment.copy(segment(), INT, 0, out, 0, out.length);
        return out;
    }

    /** Overwrites all elements. */
    public Tensor set(float... values) {
        requireType(DType.F32);
        requireLength(values.length);
        MemorySegment.copy(values, 0, segment(), FLOAT, 0, values.length);
        return this;
    }

    /** Overwrites all elements. */
    public Tensor set(int... values) {
        requireType(DType.I32);
        requireLength(values.length);
        MemorySegment.copy(values, 0, segment(), INT, 0, values.length);
        return this;
    }

    /** Overwrites all elements with another tensor's, of the same type and number. */
    public Tensor set(Tensor other) {
        if (other.type != type || other.elements() != elements()) {
            throw new TensorException("copy: " + other + " into " + this);
        }
        MemorySegment.copy(other.segment(), 0, segment(), 0, shape.bytes(type));
        return this;
    }

    private void requireType(DType wanted) {
        if (type != wanted) throw new TensorException("tensor " + this + " is not " + wanted);
    }

    private void requireLength(int length) {
        if (length != elements()) throw new TensorException(length + " values for a tensor " + this);
    }

    @Override
    public String toString() {
        String head = type + " " + shape + " on " + device.name();
        if (segment == null || type != DType.F32 || elements() > 8) return head;
        return head + " " + Arrays.toString(toFloats());
    }
}
