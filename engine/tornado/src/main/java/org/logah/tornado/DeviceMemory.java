package org.logah.tornado;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.logah.engine.DType;
import org.logah.engine.MemoryBudget;
import org.logah.engine.MemoryPool;
import org.logah.engine.Storage;

/** Blocks of the device's two arrays: floats, and words for indices. */
final class DeviceMemory implements MemoryPool.Source {
    private static final Cleaner CLEANER = Cleaner.create();
    private final String device;
    private final RangeAllocator floats;
    private final RangeAllocator words;

    DeviceMemory(String device, int floats, int words) {
        this.device = device;
        this.floats = new RangeAllocator(floats);
        this.words = new RangeAllocator(words);
    }

    @Override
    public MemoryPool.Block allocate(long bytes, DType type) {
        if (type != DType.F32 && type != DType.I32)
            throw new IllegalArgumentException("tensors of type " + type + " exist in files only");
        RangeAllocator from = type == DType.I32 ? words : floats;
        int place = from.allocate(bytes / 4);
        if (place < 0) {
            throw new MemoryBudget.ExceededException("memory of " + device + " is exhausted: "
                    + MemoryBudget.format(bytes) + " more were asked for, " + MemoryBudget.format(from.used() * 4)
                    + " of " + MemoryBudget.format(from.size() * 4L) + " are in use; use a smaller model or batch");
        }
        MemorySegment host = type == DType.I32 ? Arena.ofAuto().allocate(bytes, 64) : null;
        return new Range(this, from, place, bytes, host);
    }

    /** The first in memory first: a step that begins as the one before gets the same places, and can be replayed. */
    @Override
    public Queue<MemoryPool.Block> freeBlocks() {
        return new PriorityQueue<>(Comparator.comparingInt(b -> ((Range) b).place));
    }

    @Override
    public Storage allocateUnpooled(long bytes, DType type) {
        MemoryPool.Block block = allocateOrCollect(Math.max(4, bytes), type);
        // Whoever holds it may let go; where nobody does, garbage collection does.
        AtomicBoolean freed = new AtomicBoolean();
        Runnable free = () -> {
            if (freed.compareAndSet(false, true)) block.free();
        };
        Storage storage = block.lend(bytes, free);
        CLEANER.register(storage, free);
        return storage;
    }

    private MemoryPool.Block allocateOrCollect(long bytes, DType type) {
        try {
            return allocate(bytes, type);
        } catch (MemoryBudget.ExceededException e) {
            // What nobody refers to any more comes back with the collector's next round.
            System.gc();
            pause();
            return allocate(bytes, type);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    int floatCount() { return floats.size(); }

    int floatsReached() { return floats.reached(); }

    int wordsReached() { return words.reached(); }

    /** Bytes in use, pooled ones included. */
    long used() { return 4 * (floats.used() + words.used()); }

    private record Range(DeviceMemory memory, RangeAllocator from, int place, long bytes, @Nullable MemorySegment host)
            implements
                MemoryPool.Block {
        @Override
        public Storage lend(long lent, @Nullable Runnable recycle) {
            return new DeviceStorage(memory, place, host == null ? null : host.asSlice(0, lent), lent, recycle);
        }

        @Override
        public void free() { from.free(place, bytes / 4); }
    }
}
