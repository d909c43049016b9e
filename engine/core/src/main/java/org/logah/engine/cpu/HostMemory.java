package org.logah.engine.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;
import org.logah.engine.DType;
import org.logah.engine.MemoryBudget;
import org.logah.engine.MemoryPool;
import org.logah.engine.Storage;

/** The system's own memory, outside the Java heap, 64-byte aligned. */
public final class HostMemory implements MemoryPool.Source {
    /**
     * Room behind each block. Where a processor has no masked loads, the last, partial vector of a row is loaded whole, and
     * what lies behind it is thrown away.
     */
    private static final int BEHIND = 64;
    private static final long WORTH_SHARING = 64 << 10;

    /** Memory that Java frees when nothing refers to it. */
    public HostMemory() {}

    @Override
    public MemoryPool.Block allocate(long bytes, DType type) {
        try {
            return new HostBlock(Arena.ofAuto().allocate(bytes + BEHIND, 64));
        } catch (OutOfMemoryError e) {
            throw new MemoryBudget.ExceededException("native memory is exhausted: " + MemoryBudget.format(bytes)
                    + " more were asked for; raise -XX:MaxDirectMemorySize, or use a smaller model or batch", e);
        }
    }

    /** Up to a quarter more than its size class; small blocks are as many as there were, and warm in the caches. */
    @Override
    public int largerClasses(long bytes) { return bytes < WORTH_SHARING ? 0 : 2; }

    private record HostBlock(MemorySegment segment) implements MemoryPool.Block {
        @Override
        public Storage lend(long bytes, @Nullable Runnable recycle) {
            return new Storage(segment.asSlice(0, bytes), bytes, recycle);
        }
    }
}
