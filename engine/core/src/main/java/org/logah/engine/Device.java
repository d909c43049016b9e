package org.logah.engine;

import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/** Where tensors live and what computes on them. */
public interface Device extends AutoCloseable {
    /** The name that selects this device: {@code cpu}, {@code meta}, {@code tornado:0}. */
    String name();

    /** What computes: one method per primitive operation. */
    Kernels kernels();

    /** The memory that scopes borrow from. */
    MemoryPool pool();

    /** Whether tensors of this device hold numbers; false on {@code meta}, where only shapes exist. */
    default boolean hasData() {
        return true;
    }

    /** Whether tensors are host memory that may be read and written in place. */
    default boolean isHost() {
        return true;
    }

    /** Copies a tensor's elements to host memory of their size. */
    default void download(Tensor from, MemorySegment to) {
        MemorySegment.copy(from.segment(), 0, to, 0, from.shape().bytes(from.type()));
    }

    /** Copies elements from host memory into a tensor. */
    default void upload(MemorySegment from, Tensor to) {
        MemorySegment.copy(from, 0, to.segment(), 0, to.shape().bytes(to.type()));
    }

    /** How many bytes its tensors may take; unlimited where that is the machine's own affair. */
    default long memoryLimit() {
        return Long.MAX_VALUE;
    }

    /** One line about what it did since it was opened; empty where there is nothing to tell. */
    default String activity() {
        return "";
    }

    /** How many tasks of {@link #parallel} run side by side, at least 1. */
    default int threads() { return 1; }

    /**
     * Runs independent pieces of host work, each of which may compute on this device; side by side where the device has
     * threads for it.
     */
    default void parallel(int tasks, IntConsumer body) { for (int i = 0; i < tasks; i++) body.accept(i); }

    /** A tensor with undefined content that lives until nothing refers to it. */
    default Tensor allocate(Shape shape, DType type) {
        return new Tensor(this, pool().allocateUnpooled(shape.bytes(type), type), 0, shape, type);
    }

    /** A float tensor of zeros that lives until nothing refers to it. */
    default Tensor zeros(Shape shape) {
        Tensor t = allocate(shape, DType.F32);
        kernels().fill(t, 0f);
        return t;
    }

    /** A float tensor with the values given, in row-major order. */
    default Tensor of(Shape shape, float... values) {
        Tensor t = allocate(shape, DType.F32);
        return hasData() ? t.set(values) : t;
    }

    /** An index tensor with the values given, in row-major order. */
    default Tensor ofInts(Shape shape, int... values) {
        Tensor t = allocate(shape, DType.I32);
        return hasData() ? t.set(values) : t;
    }

    @Override
    default void close() {}
}
