package org.logah.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A dense, row-major block of numbers on a {@link Device}. A tensor is a handle: {@link #reshape} and {@link #slice}
 * give further handles on the same memory. Arithmetic is not here: devices compute ({@link Kernels}), variables
 * differentiate.
 */
public final class Tensor {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

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

    /** The elements as host memory, to read and write in place. Throws where the device keeps them elsewhere. */
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

    /** The first element, counted in elements from the storage's start. */
    public long offset() { return offset; }

    /** The elements to read on the host: in place where they are there, else a copy in the arena given. */
    public MemorySegment onHost(Arena arena) {
        if (segment != null) return segment;
        MemorySegment copy = arena.allocate(Math.max(1, shape.bytes(type)), 64).asSlice(0, shape.bytes(type));
        device.download(this, copy);
        return copy;
    }

    /** Gives host memory to fill, with undefined content at first, and makes it this tensor's elements. */
    public Tensor fill(Consumer<MemorySegment> filler) {
        if (segment != null && device.isHost()) {
            filler.accept(segment);
            return this;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocate(Math.max(1, shape.bytes(type)), 64).asSlice(0, shape.bytes(type));
            filler.accept(values);
            device.upload(values, this);
        }
        return this;
    }

    /** Element {@code i} in row-major order. */
    public float get(long i) {
        if (segment != null) return segment.getAtIndex(FLOAT, i);
        float[] one = new float[1];
        device.download(new Tensor(device, storage, offset + i, Shape.of(), type), MemorySegment.ofArray(one));
        return one[0];
    }

    /** The only element of a one-element tensor. */
    public float item() {
        if (shape.elements() != 1) throw new TensorException("item: " + shape + " has not exactly one element");
        return get(0);
    }

    public float[] toFloats() {
        requireType(DType.F32);
        float[] out = new float[Math.toIntExact(elements())];
        device.download(this, MemorySegment.ofArray(out));
        return out;
    }

    public int[] toInts() {
        requireType(DType.I32);
        int[] out = new int[Math.toIntExact(elements())];
        device.download(this, MemorySegment.ofArray(out));
        return out;
    }

    /** Overwrites all elements. */
    public Tensor set(float... values) {
        requireType(DType.F32);
        requireLength(values.length);
        device.upload(MemorySegment.ofArray(values), this);
        return this;
    }

    /** Overwrites all elements. */
    public Tensor set(int... values) {
        requireType(DType.I32);
        requireLength(values.length);
        device.upload(MemorySegment.ofArray(values), this);
        return this;
    }

    /** Overwrites all elements with another tensor's, of the same type and number. */
    public Tensor set(Tensor other) {
        if (other.type != type || other.elements() != elements()) {
            throw new TensorException("copy: " + other + " into " + this);
        }
        if (segment == null && other.device == device) {
            int n = Math.toIntExact(elements());
            device.kernels().copyBlocks(new Kernels.BlockCopy(1, n, n, 0, n, 0), other, this);
        } else {
            try (Arena arena = Arena.ofConfined()) {
                device.upload(other.onHost(arena), this);
            }
        }
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
