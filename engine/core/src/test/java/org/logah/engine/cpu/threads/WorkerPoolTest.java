package org.logah.engine.cpu.threads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

class WorkerPoolTest {
    /** An idle thread that remembered its last job would keep alive what the job computed with, tensors among it. */
    @Test
    void whatAJobUsedIsGoneWhenItIsDone() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(2)) {
            WeakReference<byte[]> used = use(pool);
            for (int i = 0; i < 100 && used.get() != null; i++) {
                System.gc();
                Thread.sleep(10);
            }
            assertNull(used.get());
        }
    }

    /** Both threads take part, or the job would not end. */
    private static WeakReference<byte[]> use(WorkerPool pool) {
        byte[] room = new byte[1000];
        CountDownLatch both = new CountDownLatch(2);
        pool.run(2, i -> {
            room[i] = 1;
            both.countDown();
            try {
                if (!both.await(1, TimeUnit.MINUTES)) throw new IllegalStateException("one thread did both");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertEquals(2, room[0] + room[1]);
        return new WeakReference<>(room);
    }

    /** Whoever waits for a long task of another thread leaves it the processor. */
    @Test
    void aCallerThatWaitsForLongSleeps() {
        Thread caller = Thread.currentThread();
        CountDownLatch both = new CountDownLatch(2);
        try (WorkerPool pool = new WorkerPool(2)) {
            pool.run(2, _ -> {
                both.countDown();
                try {
                    if (!both.await(1, TimeUnit.MINUTES)) throw new AssertionError("one thread did both");
                    if (Thread.currentThread() == caller) return;
                    for (int i = 0; i < 6000; i++) {
                        if (caller.getState() == Thread.State.WAITING) return;
                        Thread.sleep(10);
                    }
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                throw new AssertionError("the caller is " + caller.getState());
            });
        }
    }

    /** It cannot leave before the tasks are done, and whoever interrupted it is not forgotten. */
    @Test
    void aCallerThatIsInterruptedWaitsOn() {
        Thread caller = Thread.currentThread();
        CountDownLatch both = new CountDownLatch(2);
        AtomicInteger done = new AtomicInteger();
        try (WorkerPool pool = new WorkerPool(2)) {
            pool.run(2, _ -> {
                both.countDown();
                try {
                    if (!both.await(1, TimeUnit.MINUTES)) throw new AssertionError("one thread did both");
                    if (Thread.currentThread() != caller) {
                        caller.interrupt();
                        Thread.sleep(50);
                    }
                } catch (InterruptedException e) {
                    caller.interrupt(); // before it waited
                }
                done.incrementAndGet();
            });
            assertEquals(2, done.get());
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void theFirstExceptionIsThrownAgain() {
        try (WorkerPool pool = new WorkerPool(2)) {
            CountDownLatch first = new CountDownLatch(1);
            CountDownLatch second = new CountDownLatch(1);
            IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> pool.run(2, i -> {
                try {
                    if (i == 0) {
                        if (!second.await(1, TimeUnit.MINUTES)) throw new AssertionError("one thread did both");
                        throw new FirstFailure(first);
                    }
                    second.countDown();
                    if (!first.await(1, TimeUnit.MINUTES)) throw new AssertionError("one thread did both");
                    Thread.sleep(100);
                    throw new IllegalStateException("the second");
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }));
            assertEquals("the first", thrown.getMessage());
        }
    }

    /** Each of two threads would hold one pool and wait for the other. */
    @Test
    void twoPoolsNestedInOppositeOrderEnd() throws InterruptedException {
        try (WorkerPool a = new WorkerPool(2); WorkerPool b = new WorkerPool(2)) {
            CyclicBarrier both = new CyclicBarrier(2);
            AtomicInteger done = new AtomicInteger();
            Thread there = nested(a, b, both, done);
            Thread back = nested(b, a, both, done);
            there.join(20_000);
            back.join(20_000);
            assertEquals(8, done.get());
        }
    }

    private static Thread nested(WorkerPool outer, WorkerPool inner, CyclicBarrier both, AtomicInteger done) {
        Thread thread = new Thread(() -> outer.run(2, i -> {
            try {
                if (i == 0) both.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                throw new IllegalStateException(e);
            }
            inner.run(2, _ -> done.incrementAndGet());
        }));
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static final class FirstFailure extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        FirstFailure(CountDownLatch thrown) {
            super("the first");
            thrown.countDown();
        }
    }
}
