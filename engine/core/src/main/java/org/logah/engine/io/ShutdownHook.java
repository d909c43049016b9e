package org.logah.engine.io;

/** What is done when the program ends, in a program that may be ending already: Ctrl-C comes in its first moments, too. */
public final class ShutdownHook {
    private ShutdownHook() {}

    /**
     * Adds a thread that is started when the program ends.
     *
     * @param hook the thread
     * @return whether it will be; not where the program is ending already
     */
    public static boolean add(Thread hook) { return unlessEnding(() -> Runtime.getRuntime().addShutdownHook(hook)); }

    /**
     * Takes a thread back, unless the program is ending already and it runs, or has run.
     *
     * @param hook which need not have been added
     * @return whether it will not run
     */
    public static boolean remove(Thread hook) {
        return unlessEnding(() -> Runtime.getRuntime().removeShutdownHook(hook));
    }

    /** Whether it was taken: a program that is ending takes no more orders for its end. */
    static boolean unlessEnding(Runnable order) {
        try {
            order.run();
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
