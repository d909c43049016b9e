package org.logah.cli.terminal;

/** What is done when the program ends, in a program that may be ending already: Ctrl-C comes in its first moments, too. */
public final class ShutdownHook {
    private ShutdownHook() {}

    /**
     * Adds a thread that is started when the program ends.
     *
     * @param hook the thread
     * @return whether it will be; not where the program is ending already
     */
    public static boolean add(Thread hook) {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /**
     * Takes a thread back, unless the program is ending already.
     *
     * @param hook which need not have been added
     */
    public static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // it runs, or has run
        }
    }
}
