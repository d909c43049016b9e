package org.logah.cli.terminal;

/** Says one line when the user presses Ctrl-C while something runs that ends at once and leaves nothing behind. */
public final class InterruptionNotice implements AutoCloseable {
    private final Thread hook;

    public InterruptionNotice(String text) {
        this.hook = new Thread(() -> System.err.println("logah: " + text), "logah-notice");
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
