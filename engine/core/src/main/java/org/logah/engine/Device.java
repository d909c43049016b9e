package org.logah.engine;

import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/**
 * Where tensors live and what computes on them. Two kinds of memory can be had: a {@link Scope} borrows from the {@link #pool} and
 * gives back when it is closed; {@link #allocate} gives what lives until nothing refers to it. A closed device computes nothing and
 * gives no memory: both are an {@link IllegalStateException}.
 */
public interface Device extends AutoCloseable {
    /** {@return the name that selects this device: {@code cpu}, {@code meta}, {@code tornado:0}} */
    String name();

    /**
     * What computes.
     *
     * @return one method per primitive operation
     * @throws IllegalStateException if the device is closed, here or where a kernel is called
     */
    Kernels kernels();

    /** {@return the memory that scopes borrow from} */
    MemoryPool pool();

    /** {@return whether tensors of this device hold numbers; false on {@code meta}, where only shapes exist} */
    default boolean hasData() {
        return true;
    }

    /** {@return whether tensors are host memory that may be read and written in place} */
    default boolean isHost() {
        return true;
    }

    /**
     * Copies a tensor's elements to host memory.
     *
     * @param from a tensor of this device
     * @param to memory of its size, for elements in row-major order and native byte order
     * @throws TensorException if the tensor has no numbers
     * @throws IllegalStateException if its memory was given back
     */
    default void download(Tensor from, MemorySegment to) {
        MemorySegment.copy(from.segment(), 0, to, 0, from.shape().bytes(from.type()));
    }

    /**
     * Copies elements from host memory into a tensor.
     *
     * @param from elements in row-major order and native byte order
     * @param to a tensor of this device
     * @throws TensorException if the tensor has no numbers
     * @throws IllegalStateException if its memory was given back
     */
    default void upload(MemorySegment from, Tensor to) {
        MemorySegment.copy(from, 0, to.segment(), 0, to.shape().bytes(to.type()));
    }

    /** {@return how many bytes its tensors may take; {@link Long#MAX_VALUE} where that is the machine's own affair} */
    default long memoryLimit() {
        return Long.MAX_VALUE;
    }

    /** {@return what it did since it was opened, in words; empty where there is nothing to tell} */
    default String activity() {
        return "";
    }

    /** {@return how many tasks of {@link #parallel} run side by side, at least 1} */
    default int threads() { return 1; }

    /**
     * Runs independent pieces of host work, each of which may compute on this device; side by side where the device has
     * threads for it.
     *
     * @param tasks how many pieces there are
     * @param body does one, given its number
     * @throws IllegalStateException if the device has threads and is closed
     */
    default void parallel(int tasks, IntConsumer body) { for (int i = 0; i < tasks; i++) body.accept(i); }

    /**
     * A tensor with undefined content that lives until nothing refers to it.
     *
     * @param shape of the tensor
     * @param type of its elements
     * @return the tensor
     * @throws MemoryBudget.ExceededException if the device has no more memory
     * @throws IllegalStateException if the device is closed
     */
    default Tensor allocate(Shape shape, DType type) {
        return new Tensor(this, pool().allocateUnpooled(shape.bytes(type), type), 0, shape, type);
    }

    /**
     * A float tensor of zeros that lives until nothing refers to it.
     *
     * @param shape of the tensor
     * @return the tensor
     * @throws MemoryBudget.ExceededException if the device has no more memory
     * @throws IllegalStateException if the device is closed
     */
    default Tensor zeros(Shape shape) {
        Tensor t = allocate(shape, DType.F32);
        kernels().fill(t, 0f);
        return t;
    }

    /**
     * A float tensor with the values given, which lives until nothing refers to it.
     *
     * @param shape of the tensor
     * @param values its elements in row-major order; they are left out where the device has no data
     * @return the tensor
     * @throws TensorException if there are not as many values as elements
     * @throws IllegalStateException if the device is closed
     */
    default Tensor of(Shape shape, float... values) {
        Tensor t = allocate(shape, DType.F32);
        return hasData() ? t.set(values) : t;
    }

    /**
     * An index tensor with the values given, which lives until nothing refers to it.
     *
     * @param shape of the tensor
     * @param values its elements in row-major order; they are left out where the device has no data
     * @return the tensor
     * @throws TensorException if there are not as many values as elements
     * @throws IllegalStateException if the device is closed
     */
    default Tensor ofInts(Shape shape, int... values) {
        Tensor t = allocate(shape, DType.I32);
        return hasData() ? t.set(values) : t;
    }

    /** Ends its threads and gives its memory back. Closing a second time does nothing. */
    @Override
    default void close() {}
}
