package org.logah.engine.cpu;

import java.util.function.IntConsumer;

import org.logah.engine.Device;
import org.logah.engine.Kernels;
import org.logah.engine.MemoryPool;
import org.logah.engine.cpu.threads.WorkerPool;

/** The machine's own processor. */
public final class CpuDevice implements Device {
    private final WorkerPool workers;
    private final Kernels kernels;
    private final MemoryPool pool = new MemoryPool(new HostMemory());

    /** All processors, the fastest kernels there are. */
    public CpuDevice() {
        this(Runtime.getRuntime().availableProcessors(), KernelChoice.AUTO);
    }

    /**
     * @param threads how many threads compute, the caller's included; results do not depend on it
     */
    public CpuDevice(int threads, KernelChoice choice) {
        this.workers = new WorkerPool(threads);
        this.kernels = choice.open(workers);
    }

    @Override
    public String name() { return "cpu"; }

    @Override
    public Kernels kernels() { return kernels; }

    @Override
    public MemoryPool pool() { return pool; }

    public int threads() { return workers.threadCount(); }

    /** How many jobs were cut into tasks for all threads so far: what tells shared work from work that was too small. */
    public long sharedJobs() {
        return workers.sharedJobs();
    }

    @Override
    public void parallel(int tasks, IntConsumer body) { workers.run(tasks, body); }

    @Override
    public void close() { workers.close(); }
}
