package org.logah.engine.cpu;

import java.util.function.IntConsumer;

import org.logah.engine.Device;
import org.logah.engine.Kernels;
import org.logah.engine.MemoryPool;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.threads.WorkerPool;

/**
 * The machine's own processor. Its tensors are host memory outside the Java heap. Closing it ends its threads; tensors that it
 * gave can still be read then, but nothing is computed or allocated any more.
 */
public final class CpuDevice implements Device {
    /** More than any machine has by far; each is a stack, and each thread has work memory of its own. */
    private static final int MOST_THREADS = 4096;
    private final WorkerPool workers;
    private final Kernels kernels;
    private final MemoryPool pool = new MemoryPool("cpu", new HostMemory());

    /** All processors, the fastest kernels there are. */
    public CpuDevice() {
        this(Runtime.getRuntime().availableProcessors(), KernelChoice.AUTO);
    }

    /**
     * A device with threads of its own.
     *
     * @param threads how many threads compute, the caller's included; results do not depend on it
     * @param choice which kernels they run
     * @throws TensorException if the threads are less than 1 or more than 4096
     * @throws IllegalArgumentException if the kernels are not there
     */
    public CpuDevice(int threads, KernelChoice choice) {
        if (threads < 1 || threads > MOST_THREADS)
            throw new TensorException("cpu: " + threads + " threads; choose 1 to " + MOST_THREADS);
        this.workers = new WorkerPool(threads);
        try {
            this.kernels = choice.open(workers);
        } catch (RuntimeException e) {
            workers.close();
            throw e;
        }
    }

    @Override
    public String name() { return "cpu"; }

    @Override
    public Kernels kernels() {
        workers.requireOpen();
        return kernels;
    }

    @Override
    public MemoryPool pool() { return pool; }

    @Override
    public int threads() { return workers.threadCount(); }

    /** {@return how many jobs were offered to all threads so far; work that was too small for two tasks does not count} */
    public long sharedJobs() {
        return workers.sharedJobs();
    }

    @Override
    public void parallel(int tasks, IntConsumer body) { workers.run(tasks, body); }

    /** Ends its threads and gives its memory back. Closing a second time does nothing. */
    @Override
    public void close() {
        workers.close();
        pool.close();
    }
}
