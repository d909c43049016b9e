package org.logah.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets a loop finish its step and save when the user presses Ctrl-C: the program ends only after {@link #close}. */
public final class Interruption implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "logah-interruption");
    private volatile boolean requested;

    public Interruption() { Runtime.getRuntime().addShutdownHook(hook); }

    /** Whether the loop should end after this step. */
    public boolean requested() { return requested; }

    private void stop() {
        requested = true;
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
        if (!requested) Runtime.getRuntime().removeShutdownHook(hook);
    }
}
