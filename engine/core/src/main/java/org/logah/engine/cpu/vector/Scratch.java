package org.logah.engine.cpu.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory that a thread's kernels use again and again. */
final class Scratch {
    private static final ThreadLocal<Scratch> MINE = ThreadLocal.withInitial(Scratch::new);
    private MemorySegment memory = MemorySegment.NULL;

    private Scratch() {}

    /** Address of room for {@code count} floats with undefined content, this thread's until it asks again. */
    static long floats(long count) {
        Scratch mine = MINE.get();
        if (mine.memory.byteSize() < count * 4) mine.memory = Arena.ofAuto().allocate(count * 4 + 64, 64);
        return mine.memory.address();
    }
}
