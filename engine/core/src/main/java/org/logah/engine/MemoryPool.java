package org.logah.engine;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

import org.jspecify.annotations.Nullable;

/**
 * Lends a device's memory in blocks of fixed sizes. A block that comes back is kept, and lent to the next who asks for its size,
 * or, where the source says so, for a little less; so a loop that allocates the same in each round asks the system for nothing after the
 * first few. Thread-safe.
 */
public final class MemoryPool implements AutoCloseable {
    private final String device;
    private final Source source;
    private final Map<Size, Queue<Block>> free = new HashMap<>();
    private long reserved;
    private long inUse;
    private long peak;
    private long allocations;
    private volatile boolean closed;

    /** Where a pool's blocks come from: the system, or one large piece of a device's memory. */
    public interface Source {
        /**
         * Takes a block of memory.
         *
         * @param bytes its size
         * @param type of the elements that it will hold, for devices that keep types apart
         * @return a block of undefined content, at least 64-byte aligned
         * @throws MemoryBudget.ExceededException if there is none
         */
        Block allocate(long bytes, DType type);

        /**
         * How blocks of one size that came back are kept.
         *
         * @return an empty queue; what it gives first is lent first. By default the last that came back, since caches hold it
         */
        default Queue<Block> freeBlocks() { return Collections.asLifoQueue(new ArrayDeque<>()); }

        /**
         * How far above its own size a free block is looked for before a new one is allocated. Networks of slightly different widths
         * then share their memory; but which block comes may change from round to round.
         *
         * @param bytes how many are needed
         * @return how many classes further, each at most an eighth larger; by default none
         */
        default int largerClasses(long bytes) { return 0; }

        /**
         * Memory that does not return to a pool.
         *
         * @param bytes its size
         * @param type of the elements that it will hold
         * @return a storage whose memory is free again once nothing refers to it any more
         * @throws MemoryBudget.ExceededException if there is none
         */
        default Storage allocateUnpooled(long bytes, DType type) {
            return allocate(Math.max(1, bytes), type).lend(bytes, null);
        }
    }

    /** A piece of a device's memory. */
    public interface Block {
        /**
         * Lends it once more.
         *
         * @param bytes how many of its first bytes are wanted
         * @param recycle what to do when the last holder lets go, or null
         * @return a new storage on those bytes
         */
        Storage lend(long bytes, @Nullable Runnable recycle);

        /** Gives it back to its source for good. */
        default void free() {}
    }

    private record Size(long bytes, DType type) {}

    /**
     * An empty pool.
     *
     * @param device the name of the device whose memory it lends, for messages
     * @param source where blocks come from
     */
    public MemoryPool(String device, Source source) {
        this.device = device;
        this.source = source;
    }

    /**
     * Lends memory until its last holder releases it.
     *
     * @param bytes how many are needed
     * @param type of the elements that they will hold
     * @return a storage of undefined content
     * @throws MemoryBudget.ExceededException if the device has no more memory
     * @throws IllegalStateException if the device is closed
     */
    public Storage acquire(long bytes, DType type) {
        requireOpen();
        Size size;
        Block block;
        synchronized (this) {
            size = nearestFree(new Size(sizeClass(bytes), type), source.largerClasses(bytes));
            Queue<Block> blocks = free.get(size);
            block = blocks == null ? null : blocks.poll();
            if (block == null) {
                reserved = plus(reserved, size.bytes);
                allocations++;
            }
            inUse += size.bytes; // never more than is reserved
            if (block != null) peak = Math.max(peak, inUse);
        }
        Block lent = block == null ? allocate(size) : block;
        return lent.lend(bytes, () -> giveBack(size, lent));
    }

    /** The first class with a free block, of a size and some classes above it; the size itself where there is none. */
    private Size nearestFree(Size wanted, int largerClasses) {
        Size size = wanted;
        for (int i = 0; i <= largerClasses; i++) {
            Queue<Block> blocks = free.get(size);
            if (blocks != null && !blocks.isEmpty()) return size;
            size = new Size(sizeClass(size.bytes + 1), wanted.type);
        }
        return wanted;
    }

    /** A device without numbers lends any amount. */
    private long plus(long lent, long more) {
        if (lent > Long.MAX_VALUE - more)
            throw new MemoryBudget.ExceededException(
                    "device " + device + ": " + MemoryBudget.format(lent) + " and then "
                            + MemoryBudget.format(more)
                            + " of memory are more than can be counted; choose a smaller model or batch");
        return lent + more;
    }

    private Block allocate(Size size) {
        boolean there = false;
        try {
            Block block = source.allocate(size.bytes, size.type);
            there = true;
            return block;
        } finally {
            synchronized (this) {
                if (there) {
                    peak = Math.max(peak, inUse);
                } else {
                    reserved -= size.bytes;
                    inUse -= size.bytes;
                    allocations--;
                }
            }
        }
    }

    /**
     * Memory that garbage collection frees; it is not counted here.
     *
     * @param bytes how many are needed
     * @param type of the elements that they will hold
     * @return a storage of undefined content
     * @throws MemoryBudget.ExceededException if the device has no more memory
     * @throws IllegalStateException if the device is closed
     */
    public Storage allocateUnpooled(long bytes, DType type) {
        requireOpen();
        return source.allocateUnpooled(bytes, type);
    }

    private void requireOpen() {
        if (closed)
            throw new IllegalStateException(
                    "device " + device + " is closed and has no memory to give; open a new one");
    }

    private synchronized void giveBack(Size size, Block block) {
        inUse -= size.bytes;
        if (closed) {
            reserved -= size.bytes;
            block.free();
        } else {
            free.computeIfAbsent(size, _ -> source.freeBlocks()).add(block);
        }
    }

    /** Eight classes per power of two, at least 64 bytes: at most an eighth is wasted. */
    static long sizeClass(long bytes) {
        if (bytes <= 512) return Math.max(64, (bytes + 63) & -64);
        long step = Long.highestOneBit(bytes - 1) >> 3;
        return (bytes + step - 1) / step * step;
    }

    /** Gives the blocks that nobody uses back to their source. */
    public synchronized void trim() {
        free.forEach((size, blocks) -> {
            reserved -= size.bytes * blocks.size();
            blocks.forEach(Block::free);
        });
        free.clear();
    }

    /**
     * Lends nothing any more. Blocks that nobody uses go back to their source at once, the others when their holders let go.
     * Closing a second time does nothing.
     */
    @Override
    public synchronized void close() {
        closed = true;
        trim();
    }

    /** {@return what was lent so far} It can be asked for after closing, too. */
    public synchronized Report report() {
        return new Report(reserved, inUse, peak, allocations);
    }

    /** Forgets the highest use seen so far. */
    public synchronized void resetPeak() { peak = inUse; }

    /**
     * What a pool has lent.
     *
     * @param reserved bytes taken from the system
     * @param inUse bytes lent out now
     * @param peak the most bytes ever lent out at once
     * @param allocations how often the system was asked
     */
    public record Report(long reserved, long inUse, long peak, long allocations) {}
}
