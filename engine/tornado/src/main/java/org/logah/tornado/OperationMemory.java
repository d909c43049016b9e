package org.logah.tornado;

import org.logah.engine.DType;
import org.logah.engine.Shape;
import org.logah.engine.Storage;
import org.logah.engine.Tensor;

/** Device memory for the length of one operation. */
final class OperationMemory implements AutoCloseable {
    private final GpuDevice device;
    private final Storage storage;
    final int place;

    OperationMemory(GpuDevice device, int count, DType type) {
        this.device = device;
        this.storage = device.pool().acquire(4L * Math.max(1, count), type);
        this.place = ((DeviceStorage) storage).place();
    }

    float read(int index) {
        return new Tensor(device, storage, 0, Shape.of(Math.toIntExact(storage.bytes() / 4)), DType.F32).get(index);
    }

    @Override
    public void close() { storage.release(); }
}
