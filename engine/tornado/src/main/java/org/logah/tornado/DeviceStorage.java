package org.logah.tornado;

import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Storage;

/** A range of the device's floats; or of its words, and then the host keeps the same indices too, to read and check. */
final class DeviceStorage extends Storage {
    private final DeviceMemory memory;
    private final int place;

    DeviceStorage(DeviceMemory memory, int place, @Nullable MemorySegment host, long bytes,
            @Nullable Runnable recycle) {
        super(host, bytes, recycle);
        this.memory = memory;
        this.place = place;
    }

    /** Whose range it is. */
    DeviceMemory memory() { return memory; }

    /** Its first element in the device's array. */
    int place() { return place; }
}
