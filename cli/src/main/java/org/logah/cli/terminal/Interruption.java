package org.logah.cli.terminal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Passes Ctrl-C on to something that ends in its own time, saving what it has: the program ends only after {@link #close}. */
public final class Interruption implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;
    private final CountDownLatch done = new CountDownLatch(1);
    private final Runnable stop;
    private final Thread hook = new Thread(this::interrupt, "logah-interruption");

    /** @param stop asks what runs to end, from another thread */
    public Interruption(Runnable stop) {
        this.stop = stop;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void interrupt() {
        stop.run();
        try {
            if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                System.err.println("logah: gave up waiting for the last step");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        done.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The program is ending already; the hook waits no longer.
        }
    }
}
