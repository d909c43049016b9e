package org.logah.engine.cpu.threads;

import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Runs numbered tasks on a fixed set of threads, the caller among them. Tasks are cut by the caller from shapes alone, so
 * what a task computes does not depend on how many threads there are. Workers, and the caller when its own tasks are done, spin briefly
 * before they sleep, since kernels end and follow each other within microseconds. One job at a time; a task that submits again, to this pool or to another one,
 * runs its tasks itself.
 */
public final class WorkerPool implements AutoCloseable {
    private static final int SPINS = 2_000;
    /** Of a caller whose own tasks are done, half a millisecond or so: parts of a kernel end sooner, those of a network may take seconds. */
    private static final int CALLER_SPINS = 20_000;
    /**
     * Whether this thread runs a task, of any pool: a thread that waits for one pool while it holds another would wait forever for
     * one that does the same in the opposite order.
     */
    private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);
    private final Thread[] threads;
    private volatile @Nullable Job job;
    private volatile boolean closed;
    private volatile long sharedJobs;

    /**
     * A pool whose threads wait for work.
     *
     * @param threadCount how many threads compute, the caller's included
     * @throws IllegalArgumentException if there is less than one
     */
    public WorkerPool(int threadCount) {
        if (threadCount < 1) throw new IllegalArgumentException("threads: " + threadCount + " is less than 1");
        threads = new Thread[threadCount - 1];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(this::work, "logah-worker-" + (i + 1));
            threads[i].setDaemon(true);
            threads[i].start();
        }
    }

    /** {@return how many threads compute, the caller's included} */
    public int threadCount() {
        return threads.length + 1;
    }

    /** {@return how many jobs of several tasks were offered to all threads so far; what one thread did alone does not count} */
    public long sharedJobs() {
        return sharedJobs;
    }

    /** {@return how many threads a job submitted now would get: one inside a task} */
    public int available() {
        return INSIDE.get() ? 1 : threadCount();
    }

    /**
     * Runs {@code body} for 0 .. tasks-1 and returns when all are done; the first exception is thrown again. What the body
     * refers to, tensors among it, is not collected before: kernels know memory by its address alone.
     *
     * @param tasks how many tasks there are
     * @param body runs one, given its number
     * @throws IllegalStateException if the pool is closed
     */
    public void run(int tasks, IntConsumer body) {
        requireOpen();
        if (tasks <= 1 || threads.length == 0 || INSIDE.get()) {
            runHere(tasks, body);
            return;
        }
        Job mine;
        synchronized (this) {
            sharedJobs = sharedJobs + 1;
            mine = new Job(sharedJobs, tasks, body);
            job = mine;
            for (Thread t : threads) LockSupport.unpark(t);
            INSIDE.set(true);
            try {
                mine.drain();
                mine.await();
            } finally {
                INSIDE.set(false);
                job = null;
            }
        }
        Reference.reachabilityFence(body);
        Throwable failure = mine.failure.get();
        if (failure instanceof RuntimeException e) throw e;
        if (failure instanceof Error e) throw e;
    }

    /**
     * Checks that the pool is open.
     *
     * @throws IllegalStateException if it was closed with its device
     */
    public void requireOpen() {
        if (closed) throw new IllegalStateException("device cpu is closed and computes nothing; open a new one");
    }

    /**
     * The same as {@link #run} on the calling thread, for what is not worth sharing.
     *
     * @param tasks how many tasks there are
     * @param body runs one, given its number
     */
    public void runHere(int tasks, IntConsumer body) {
        for (int i = 0; i < tasks; i++) body.accept(i);
        Reference.reachabilityFence(body);
    }

    private void work() {
        INSIDE.set(true);
        // A number, not the job: an idle thread must not keep alive what its last job computed with.
        long last = 0;
        int spins = 0;
        while (!closed) {
            Job current = job;
            if (current != null && current.number != last) {
                last = current.number;
                current.drain();
                spins = 0;
            } else if (++spins < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(this, 1_000_000_000L);
            }
        }
    }

    /** Ends the threads. Closing a second time does nothing. */
    @Override
    public void close() {
        closed = true;
        for (Thread t : threads) LockSupport.unpark(t);
    }

    private static final class Job {
        final long number;
        final int tasks;
        final IntConsumer body;
        final AtomicInteger next = new AtomicInteger();
        final AtomicInteger finished = new AtomicInteger();
        final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        final Thread caller = Thread.currentThread();
        /** Whether the caller sleeps, or is about to: then whoever finishes last wakes it. */
        private volatile boolean asleep;

        Job(long number, int tasks, IntConsumer body) {
            this.number = number;
            this.tasks = tasks;
            this.body = body;
        }

        void drain() {
            for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                try {
                    if (failure.get() == null) body.accept(i);
                } catch (Throwable t) {
                    failure.compareAndSet(null, t);
                } finally {
                    if (finished.incrementAndGet() == tasks && asleep) LockSupport.unpark(caller);
                }
            }
        }

        /** Until all tasks are finished. An interrupt is no reason to stop, and stays for whoever asks. */
        void await() {
            for (int spins = 0; spins < CALLER_SPINS && finished.get() < tasks; spins++) Thread.onSpinWait();
            boolean interrupted = false;
            asleep = true;
            while (finished.get() < tasks) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) Thread.currentThread().interrupt();
        }
    }
}
