package org.logah.cli.terminal;

import java.util.function.Supplier;

/** Says one line when the user presses Ctrl-C while something runs that ends at once and leaves nothing behind. */
public final class InterruptionNotice implements AutoCloseable {
    private final Thread hook;

    /** @param text asked for when it happens */
    public InterruptionNotice(Supplier<String> text) {
        this.hook = new Thread(() -> System.err.println("logah: " + text.get()), "logah-notice");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The program is ending already, and has said so.
        }
    }
}
