package org.logah.cli.terminal;

import java.io.PrintWriter;
import java.util.function.Supplier;

import org.logah.engine.io.ShutdownHook;

/** Says one line when the user presses Ctrl-C while something runs that ends at once and leaves nothing behind. */
public final class InterruptionNotice implements AutoCloseable {
    private final Thread hook;

    /**
     * Listens from here on.
     *
     * @param err where the line goes
     * @param text asked for when it happens
     */
    public InterruptionNotice(PrintWriter err, Supplier<String> text) {
        this.hook = new Thread(() -> {
            // What runs goes on until the program has ended, and would show how far it is behind the notice.
            if (err instanceof TerminalWriter terminal) terminal.conclude();
            err.println("logah: " + text.get());
        }, "logah-notice");
        ShutdownHook.add(hook);
    }

    @Override
    public void close() { ShutdownHook.remove(hook); }
}
