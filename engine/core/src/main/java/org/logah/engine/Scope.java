package org.logah.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Owns what is allocated through it: closing it gives all of that back to the device's pool at once, and using a tensor of a
 * closed scope is an error. What must live longer is copied out before ({@link Tensor#copyTo}). Not thread-safe; tensors may be
 * read and computed with on other threads while it is open.
 */
public final class Scope implements AutoCloseable {
    private final Device device;
    private final String name;
    private final List<Storage> owned = new ArrayList<>();
    private boolean closed;

    /**
     * A scope that errors call "a scope".
     *
     * @param device where tensors will live
     */
    public Scope(Device device) { this(device, "a scope"); }

    /**
     * A scope with a name of its own.
     *
     * @param device where tensors will live
     * @param name what errors about its tensors call it
     */
    public Scope(Device device, String name) {
        this.device = device;
        this.name = name;
    }

    /** {@return where its tensors live} */
    public Device device() { return device; }

    /** {@return whether its memory was given back} */
    public boolean isClosed() { return closed; }

    /**
     * Borrows memory from the device's pool.
     *
     * @param shape of the tensor
     * @param type of its elements
     * @return a tensor with undefined content that lives until this scope is closed or its storage is released
     * @throws IllegalStateException if this scope is closed, or its device
     * @throws MemoryBudget.ExceededException if the device has no more memory
     */
    public Tensor allocate(Shape shape, DType type) {
        if (closed)
            throw new IllegalStateException(name + " is closed and has no memory to give; open a new one");
        Storage storage = device.pool().acquire(shape.bytes(type), type);
        storage.lentBy(this);
        owned.add(storage);
        return new Tensor(device, storage, 0, shape, type);
    }

    /**
     * Borrows memory for floats.
     *
     * @param shape of the tensor
     * @return a float tensor with undefined content
     * @throws IllegalStateException if this scope is closed, or its device
     */
    public Tensor allocate(Shape shape) { return allocate(shape, DType.F32); }

    /** Gives all memory back. Closing a second time does nothing. */
    @Override
    public void close() {
        closed = true;
        for (int i = owned.size() - 1; i >= 0; i--) owned.get(i).releaseAll();
        owned.clear();
    }

    /** {@return the scope's name} */
    @Override
    public String toString() { return name; }
}
