package org.logah.engine.cpu.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Room for what a kernel needs besides its tensors: one piece of memory for each thread, used again by its next kernel. */
final class ThreadMemory {
    private static final ThreadLocal<ThreadMemory> MINE = ThreadLocal.withInitial(ThreadMemory::new);
    private MemorySegment memory = MemorySegment.NULL;

    private ThreadMemory() {}

    /** Address of {@code count} floats with undefined content; they are this thread's until it asks again. */
    static long floats(long count) {
        ThreadMemory mine = MINE.get();
        if (mine.memory.byteSize() < count * 4) mine.memory = Arena.ofAuto().allocate(count * 4 + 64, 64);
        return mine.memory.address();
    }
}
