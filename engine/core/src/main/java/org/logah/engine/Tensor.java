package org.logah.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A dense, row-major block of numbers on a {@link Device}. A tensor is a handle: {@link #reshape} and {@link #slice}
 * give further handles on the same memory. Arithmetic is not here: devices compute ({@link Kernels}), variables
 * differentiate.
 *
 * <p>How long its numbers live is decided by who allocated it: memory of a {@link Scope} goes back when the scope is closed,
 * memory of {@link Device#allocate} stays until nothing refers to it. Using a tensor, or a view of it, whose memory went back is
 * an {@link IllegalStateException} that names the scope.
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
     * A handle on memory that is there already; {@link Device#allocate} and {@link Scope#allocate} make new ones.
     *
     * @param device where the memory is
     * @param storage the memory
     * @param offset first element, counted in elements of {@code type} from the storage's start
     * @param shape of the tensor
     * @param type of its elements
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

    /** {@return where its elements are} */
    public Device device() { return device; }

    /** {@return the memory that it shares with its views} */
    public Storage storage() { return storage; }

    /** {@return its extents} */
    public Shape shape() { return shape; }

    /** {@return what its elements are} */
    public DType type() { return type; }

    /** {@return the number of its elements} */
    public long elements() { return shape.elements(); }

    /** {@return the place of the first element, counted in elements from the storage's start} */
    public long offset() {
        return offset;
    }

    /**
     * For devices, where they turn a tensor into a place in their memory.
     *
     * @throws IllegalStateException if its memory was given back, with the scope that did so and the way out
     */
    public void requireLive() { storage.requireLive(this); }

    /**
     * The elements as host memory, to read and write in place. The segment itself knows nothing of scopes: it must not be kept
     * longer than the tensor.
     *
     * @return the elements in row-major order and native byte order
     * @throws TensorException if the device keeps its elements elsewhere
     * @throws IllegalStateException if its memory was given back
     */
    public MemorySegment segment() {
        storage.requireLive(this);
        if (segment == null) throw noHostMemory();
        return segment;
    }

    /** A method of its own: kernels call {@link #segment} often, and short methods are inlined. */
    private TensorException noHostMemory() {
        return new TensorException("tensor " + this + " has no host memory");
    }

    /**
     * Another view of the same elements in the same order.
     *
     * @param target a shape with as many elements
     * @return a handle on the same memory
     * @throws TensorException if the numbers of elements differ
     * @throws IllegalStateException if its memory was given back
     */
    public Tensor reshape(Shape target) {
        storage.requireLive(this);
        if (target.elements() != shape.elements()) {
            throw new TensorException(
                    "reshape: " + shape + " has " + shape.elements() + " elements, " + target + " has "
                            + target.elements());
        }
        return target.equals(shape) ? this : new Tensor(device, storage, offset, target, type);
    }

    /**
     * Some rows of the first axis.
     *
     * @param from the first row
     * @param count how many rows
     * @return rows {@code from .. from+count-1}, on the same memory
     * @throws TensorException if there are no such rows
     * @throws IllegalStateException if its memory was given back
     */
    public Tensor slice(int from, int count) {
        storage.requireLive(this);
        if (shape.rank() == 0 || from < 0 || count < 0 || from > shape.dim(0) - count) {
            throw new TensorException("slice: " + count + " rows from row " + from + " of " + shape);
        }
        long row = shape.dim(0) == 0 ? 0 : shape.elements() / shape.dim(0);
        return new Tensor(device, storage, offset + from * row, shape.with(0, count), type);
    }

    /**
     * A copy on any device that lives until nothing refers to it: how a result outlives the scope or tape that it was computed
     * on.
     *
     * @param target where the copy will be; on one without data it has a shape only
     * @return a tensor of the same shape, type and numbers
     * @throws TensorException if this tensor has no numbers to copy and the target wants some
     * @throws IllegalStateException if its memory was given back already, or the target is closed
     */
    public Tensor copyTo(Device target) {
        storage.requireLive(this);
        Tensor copy = target.allocate(shape, type);
        return target.hasData() ? copy.set(this) : copy;
    }

    /**
     * The elements to read on the host.
     *
     * @param arena gives memory for a copy where one is needed
     * @return the elements in place where the host can reach them, else a copy
     * @throws IllegalStateException if its memory was given back
     */
    public MemorySegment onHost(Arena arena) {
        storage.requireLive(this);
        if (segment != null) return segment;
        MemorySegment copy = arena.allocate(Math.max(1, shape.bytes(type)), 64).asSlice(0, shape.bytes(type));
        device.download(this, copy);
        return copy;
    }

    /**
     * Overwrites all elements with what is written to host memory.
     *
     * @param filler gets host memory of undefined content and writes every element of it
     * @return this tensor
     * @throws IllegalStateException if its memory was given back
     */
    public Tensor fill(Consumer<MemorySegment> filler) {
        storage.requireLive(this);
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

    /**
     * One element of a float tensor.
     *
     * @param i its number in row-major order
     * @return its value
     * @throws TensorException if its elements are no floats
     * @throws IllegalStateException if the tensor's memory was given back
     * @throws IndexOutOfBoundsException if there is no such element
     */
    public float get(long i) {
        storage.requireLive(this);
        requireType(DType.F32);
        if (segment != null) return segment.getAtIndex(FLOAT, i);
        Objects.checkIndex(i, elements());
        float[] one = new float[1];
        device.download(new Tensor(device, storage, offset + i, Shape.of(), type), MemorySegment.ofArray(one));
        return one[0];
    }

    /**
     * The only element of a one-element float tensor.
     *
     * @return its value
     * @throws TensorException if there is not exactly one, or it is no float
     * @throws IllegalStateException if the tensor's memory was given back
     */
    public float item() {
        if (shape.elements() != 1) throw new TensorException("item: " + shape + " has not exactly one element");
        return get(0);
    }

    /**
     * A copy of all elements of a float tensor.
     *
     * @return the elements in row-major order
     * @throws TensorException if they are no floats
     * @throws IllegalStateException if the tensor's memory was given back
     */
    public float[] toFloats() {
        requireType(DType.F32);
        float[] out = new float[Math.toIntExact(elements())];
        device.download(this, MemorySegment.ofArray(out));
        return out;
    }

    /**
     * A copy of all elements of an index tensor.
     *
     * @return the elements in row-major order
     * @throws TensorException if they are no indices
     * @throws IllegalStateException if the tensor's memory was given back
     */
    public int[] toInts() {
        requireType(DType.I32);
        int[] out = new int[Math.toIntExact(elements())];
        device.download(this, MemorySegment.ofArray(out));
        return out;
    }

    /**
     * Overwrites all elements of a float tensor.
     *
     * @param values as many as it has elements, in row-major order
     * @return this tensor
     * @throws TensorException if its elements are no floats, or not so many
     * @throws IllegalStateException if its memory was given back
     */
    public Tensor set(float... values) {
        requireType(DType.F32);
        requireLength(values.length);
        device.upload(MemorySegment.ofArray(values), this);
        return this;
    }

    /**
     * Overwrites all elements of an index tensor.
     *
     * @param values as many as it has elements, in row-major order
     * @return this tensor
     * @throws TensorException if its elements are no indices, or not so many
     * @throws IllegalStateException if its memory was given back
     */
    public Tensor set(int... values) {
        requireType(DType.I32);
        requireLength(values.length);
        device.upload(MemorySegment.ofArray(values), this);
        return this;
    }

    /**
     * Overwrites all elements with another tensor's.
     *
     * @param other a tensor of the same type with as many elements, on any device
     * @return this tensor
     * @throws TensorException if type or number differ
     * @throws IllegalStateException if the memory of one of them was given back
     */
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

    /** {@return type, shape and device, and up to eight floats where there are no more} */
    @Override
    public String toString() {
        String head = type + " " + shape + " on " + device.name();
        if (segment == null || type != DType.F32 || elements() > 8 || storage.released()) return head;
        return head + " " + Arrays.toString(toFloats());
    }
}
