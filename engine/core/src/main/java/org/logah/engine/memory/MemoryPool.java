package org.logah.engine.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

import org.logah.engine.Storage;

/**
 * Native memory by size class. What is released is kept for the next request of its class, so a steady loop allocates
 * nothing after its first round. Each block is 64-byte aligned and has {@value #HEADER} bytes of room in front, where an
 * accelerator's array header fits. Thread-safe.
 */
public final class MemoryPool {
    /** Room in front of each block, in bytes. */
    public static final int HEADER = 64;

    private final boolean backed;
    private final Map<Long, ArrayDeque<MemorySegment>> free = new HashMap<>();
    private long reserved;
    private long inUse;
    private long peak;
    private long allocations;

    /** @param backed false for a pool that only counts, as the meta device needs */
    public MemoryPool(boolean backed) {
        this.backed = backed;
    }

    /** Memory with undefined content that returns here when its last holder releases it. */
    public Storage acquire(long bytes) {
        long size = sizeClass(bytes);
        MemorySegment block = null;
        synchronized (this) {
            ArrayDeque<MemorySegment> blocks = free.get(size);
            if (blocks != null) block = blocks.pollLast();
            if (block == null) {
                reserved += size;
                allocations++;
            }
            inUse += size;
            peak = Math.max(peak, inUse);
        }
        if (block == null) block = backed ? newBlock(size) : MemorySegment.NULL;
        MemorySegment lent = block;
        return new Storage(backed ? lent.asSlice(0, bytes) : null, bytes, () -> giveBack(size, lent));
    }

    /** Memory with undefined content that garbage collection frees; not counted here. */
    public Storage allocateUnpooled(long bytes) {
        return new Storage(backed ? newBlock(Math.max(1, bytes)) : null, bytes, null);
    }

    private synchronized void giveBack(long size, MemorySegment block) {
        inUse -= size;
        free.computeIfAbsent(size, _ -> new ArrayDeque<>()).addLast(block);
    }

    private static MemorySegment newBlock(long size) {
        try {
            return Arena.ofAuto().allocate(size + HEADER, 64).asSlice(HEADER, size);
        } catch (OutOfMemoryError e) {
            throw new MemoryBudget.ExceededException("native memory is exhausted: " + MemoryBudget.format(size)
                    + " more were asked for; raise -XX:MaxDirectMemorySize, or use a smaller model or batch", e);
        }
    }

    /** Eight classes per power of two, at least 64 bytes: at most an eighth is wasted. */
    static long sizeClass(long bytes) {
        if (bytes <= 512) return Math.max(64, (bytes + 63) & -64);
        long step = Long.highestOneBit(bytes - 1) >> 3;
        return (bytes + step - 1) / step * step;
    }

    /** Drops the blocks that nobody uses. */
    public synchronized void trim() {
        free.forEach((size, blocks) -> reserved -= size * blocks.size());
        free.clear();
    }

    public synchronized Report report() { return new Report(reserved, inUse, peak, allocations); }

    /** Forgets the highest use seen so far. */
    public synchronized void resetPeak() { peak = inUse; }

    /**
     * @param reserved bytes taken from the system
     * @param inUse bytes lent out now
     * @param peak the most bytes ever lent out at once
     * @param allocations how often the system was asked
     */
    public record Report(long reserved, long inUse, long peak, long allocations) {}

}
