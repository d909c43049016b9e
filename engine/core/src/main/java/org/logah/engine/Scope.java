package org.logah.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Owns what is allocated through it: closing returns all of it to the device's pool. Tensors of a closed scope must not
 * be used any more. Not thread-safe.
 */
public final class Scope implements AutoCloseable {
    private final Device device;
    private final List<Storage> owned = new ArrayList<>();

    public Scope(Device device) { this.device = device; }

    public Device device() { return device; }

    /** A tensor with undefined content that lives until this scope closes or its storage is released. */
    public Tensor allocate(Shape shape, DType type) {
        Storage storage = device.pool().acquire(shape.bytes(type), type);
        owned.add(storage);
        return new Tensor(device, storage, 0, shape, type);
    }

    public Tensor allocate(Shape shape) { return allocate(shape, DType.F32); }

    @Override
    public void close() {
        for (int i = owned.size() - 1; i >= 0; i--) owned.get(i).releaseAll();
        owned.clear();
    }
}
