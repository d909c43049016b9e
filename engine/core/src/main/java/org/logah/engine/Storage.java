package org.logah.engine;

import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;

/**
 * The memory behind one or more tensors. Host devices give a segment; the {@code meta} device gives none, and devices with
 * memory of their own extend this class with where it lies. Storages that come from a pool are counted: {@link #retain()} and
 * {@link #release()} keep the number of holders, and the last release hands the memory back.
 */
public class Storage {
    private final @Nullable MemorySegment segment;
    private final long bytes;
    private final @Nullable Runnable recycle;
    private int holders = 1;

    /**
     * @param segment the memory, 64-byte aligned, null where there is none
     * @param bytes usable bytes
     * @param recycle what to do when the last holder lets go; null leaves the memory to garbage collection
     */
    public Storage(@Nullable MemorySegment segment, long bytes, @Nullable Runnable recycle) {
        this.segment = segment;
        this.bytes = bytes;
        this.recycle = recycle;
    }

    public @Nullable MemorySegment segment() { return segment; }

    public long bytes() { return bytes; }

    /** Whether exactly one holder is left, so that writing in place is seen by nobody else. */
    public boolean unshared() {
        return holders == 1;
    }

    public void retain() {
        if (holders <= 0) throw new IllegalStateException("storage was already released");
        holders++;
    }

    /** Whether its last holder has let go, so that the memory may be somebody else's by now. */
    public boolean released() {
        return holders <= 0;
    }

    /** Lets go; does nothing once everybody has. */
    public void release() {
        if (holders > 0 && --holders == 0 && recycle != null) recycle.run();
    }

    /** Lets go for everybody: the scope that owned this memory ended. */
    public void releaseAll() {
        if (holders > 0) {
            holders = 0;
            if (recycle != null) recycle.run();
        }
    }
}
