package org.logah.engine.cpu.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Room for what a kernel needs besides its tensors: one piece of memory for each thread, used again by its next kernel. */
final class ThreadMemory {
    private static final ThreadLocal<ThreadMemory> MINE = ThreadLocal.withInitial(ThreadMemory::new);
    private MemorySegment memory = MemorySegment.NULL;
    private float[] lanes = new float[0];

    private ThreadMemory() {}

    /** Address of {@code count} floats with undefined content; they are this thread's until it asks again. */
    static long floats(long count) {
        ThreadMemory mine = MINE.get();
        if (mine.memory.byteSize() < count * 4) mine.memory = Arena.ofAuto().allocate(count * 4 + 64, 64);
        return mine.memory.address();
    }

    /**
     * An array for {@code count} vectors with undefined content, this thread's until it asks again. Vectors whose lanes are still to be
     * added up are left in it, for {@link Simd#sum(float[], int)}.
     */
    static float[] vectors(int count) {
        ThreadMemory mine = MINE.get();
        if (mine.lanes.length < count * Simd.LANES) mine.lanes = new float[count * Simd.LANES];
        return mine.lanes;
    }
}
