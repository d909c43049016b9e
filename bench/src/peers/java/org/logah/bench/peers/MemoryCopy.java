package org.logah.bench.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;
import org.logah.engine.cpu.threads.WorkerPool;

/** No computation at all: copies as many bytes as an operation must read and write, where that is more than caches hold. */
final class MemoryCopy implements Contestant {
    private static final long TASK = 1 << 16;
    private static final long BEYOND_CACHES = 48_000_000;
    private final WorkerPool workers;

    MemoryCopy(int threads) { workers = new WorkerPool(threads); }

    @Override
    public String name() { return "copy"; }

    @Override
    public @Nullable Operation prepare(Workload workload) {
        if (!(workload instanceof Workload.Rows w) || w.bytes() < BEYOND_CACHES) return null;
        long half = w.bytes() / 2;
        Arena arena = Arena.ofAuto();
        MemorySegment from = arena.allocate(half, 64);
        MemorySegment to = arena.allocate(half, 64);
        int tasks = Math.toIntExact((half + TASK - 1) / TASK);
        return new Operation() {
            @Override
            public void run() {
                workers.run(tasks, t -> {
                    long at = t * TASK;
                    MemorySegment.copy(from, at, to, at, Math.min(TASK, half - at));
                });
            }

            @Override
            public float[] result() { return new float[0]; }
        };
    }

    @Override
    public void close() { workers.close(); }
}
