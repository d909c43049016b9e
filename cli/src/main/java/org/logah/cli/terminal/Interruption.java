package org.logah.cli.terminal;

import java.io.PrintWriter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.logah.engine.io.ShutdownHook;

/**
 * Passes Ctrl-C on to something that ends in its own time, saving what it has: the program ends only after {@link #close} and
 * {@link #allSaid}, or after a minute without them.
 */
public final class Interruption implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;
    /** Of those whose program is ending and that have not said all yet. */
    private static final Set<CountDownLatch> ENDING = ConcurrentHashMap.newKeySet();
    private final CountDownLatch done = new CountDownLatch(1);
    private final PrintWriter err;
    private final Runnable stop;
    private final Thread hook = new Thread(this::interrupt, "logah-interruption");

    /**
     * Listens from here on.
     *
     * @param err where it is said that nothing ended
     * @param stop asks what runs to end, from another thread
     */
    public Interruption(PrintWriter err, Runnable stop) {
        this.err = err;
        this.stop = stop;
        if (!ShutdownHook.add(hook)) stop.run();
    }

    private void interrupt() {
        stop.run();
        try {
            if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                err.println("logah: gave up waiting for the last step");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        // Why it could not save, for one, is said by whoever catches it: the program must not be gone by then.
        if (!ShutdownHook.remove(hook)) ENDING.add(done);
    }

    /**
     * What was interrupted has ended and said what there is to say, errors included: a program that was told to end may do so. Who
     * listens has to call it after {@link #close}.
     */
    public static void allSaid() { for (CountDownLatch one : ENDING) if (ENDING.remove(one)) one.countDown(); }
}
