package org.logah.engine;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

import org.jspecify.annotations.Nullable;

/**
 * A device's memory by size class. What is released is kept for the next request of its class, so a steady loop allocates
 * nothing after its first round. Thread-safe.
 */
public final class MemoryPool {
    private final Source source;
    private final Map<Size, Queue<Block>> free = new HashMap<>();
    private long reserved;
    private long inUse;
    private long peak;
    private long allocations;

    /** Where blocks come from. */
    public interface Source {
        /** A block of undefined content, at least 64-byte aligned. */
        Block allocate(long bytes, DType type);

        /** An empty list of blocks of one size; what it gives first is lent first. By default the last returned: caches hold it. */
        default Queue<Block> freeBlocks() {
            return Collections.asLifoQueue(new ArrayDeque<>());
        }

        /** Memory that is free again once nothing refers to the storage any more. */
        default Storage allocateUnpooled(long bytes, DType type) {
            return allocate(Math.max(1, bytes), type).lend(bytes, null);
        }
    }

    /** A piece of a device's memory. */
    public interface Block {
        /** Its first bytes as a storage. */
        Storage lend(long bytes, @Nullable Runnable recycle);

        /** Gives it back for good. */
        default void free() {}
    }

    private record Size(long bytes, DType type) {}

    public MemoryPool(Source source) { this.source = source; }

    /** Memory with undefined content that returns here when its last holder releases it. */
    public Storage acquire(long bytes, DType type) {
        Size size = new Size(sizeClass(bytes), type);
        Block block = null;
        synchronized (this) {
            Queue<Block> blocks = free.get(size);
            if (blocks != null) block = blocks.poll();
            if (block == null) {
                reserved += size.bytes;
                allocations++;
            }
            inUse += size.bytes;
            peak = Math.max(peak, inUse);
        }
        Block lent = block == null ? allocate(size) : block;
        return lent.lend(bytes, () -> giveBack(size, lent));
    }

    private Block allocate(Size size) {
        try {
            return source.allocate(size.bytes, size.type);
        } catch (MemoryBudget.ExceededException e) {
            synchronized (this) {
                reserved -= size.bytes;
                inUse -= size.bytes;
            }
            throw e;
        }
    }

    /** Memory with undefined content that garbage collection frees; not counted here. */
    public Storage allocateUnpooled(long bytes, DType type) {
        return source.allocateUnpooled(bytes, type);
    }

    private synchronized void giveBack(Size size, Block block) {
        inUse -= size.bytes;
        free.computeIfAbsent(size, _ -> source.freeBlocks()).add(block);
    }

    /** Eight classes per power of two, at least 64 bytes: at most an eighth is wasted. */
    static long sizeClass(long bytes) {
        if (bytes <= 512) return Math.max(64, (bytes + 63) & -64);
        long step = Long.highestOneBit(bytes - 1) >> 3;
        return (bytes + step - 1) / step * step;
    }

    /** Drops the blocks that nobody uses. */
    public synchronized void trim() {
        free.forEach((size, blocks) -> {
            reserved -= size.bytes * blocks.size();
            blocks.forEach(Block::free);
        });
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
