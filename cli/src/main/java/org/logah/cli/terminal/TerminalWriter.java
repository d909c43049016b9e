package org.logah.cli.terminal;

import java.io.OutputStream;
import java.io.PrintWriter;

/**
 * Writes to a terminal whose last line may be a live one, rewritten in its place. Whatever else is written first ends that line, so
 * nothing is glued to it. Any thread may write.
 */
public final class TerminalWriter extends PrintWriter {
    /** Back to the line's start, and clear it. */
    private static final String CLEAR = "\r\033[K";
    /** Cut what follows at the window's edge: a live line that wraps, since the window shrank, could not be cleared. */
    private static final String CUT = "\033[?7l";
    private static final String WRAP = "\033[?7h";
    /** A terminal shows Ctrl-C as {@code ^C} behind what is there, and the last column stays free. */
    private static final int FREE_COLUMNS = 3;
    private final boolean terminal;
    private final int columns;
    private boolean open;
    private boolean concluded;

    /**
     * A writer that lets through each line at once.
     *
     * @param out where to
     * @param terminal whether that is a terminal that can rewrite a line
     * @param columns its width; 0 where nobody knows
     */
    public TerminalWriter(OutputStream out, boolean terminal, int columns) {
        super(out, true);
        this.terminal = terminal;
        this.columns = columns;
    }

    /**
     * {@return the error stream} The script {@code logah} says whether it is a terminal and how wide, in system properties; without
     * it Java is asked, which looks at the other two streams.
     */
    public static TerminalWriter ofErrors() {
        String said = System.getProperty("logah.terminal");
        boolean terminal = said != null
                ? said.equals("true")
                : System.console() != null && System.console().isTerminal();
        return new TerminalWriter(System.err, terminal && !isDumb(), Integer.getInteger("logah.columns", 0));
    }

    /** {@return whether the user's terminal understands neither colours nor rewritten lines} */
    public static boolean isDumb() {
        return "dumb".equals(System.getenv("TERM"));
    }

    /** {@return whether lines can be rewritten} */
    public boolean isTerminal() { return terminal; }

    /** {@return how long a live line may be, with room for what the terminal itself may show behind it} */
    public int liveColumns() {
        return columns > FREE_COLUMNS ? columns - FREE_COLUMNS : Integer.MAX_VALUE;
    }

    /**
     * {@return whether its width is known, and at least so many}
     *
     * @param least columns
     */
    public boolean isWide(int least) { return columns >= least; }

    /**
     * Shows a line in the place of the one that is live, or opens one. Nothing is shown any more once the program is told to end.
     *
     * @param line what it shows, without an end
     */
    public void live(String line) {
        synchronized (lock) {
            if (concluded) return;
            open = false;
            write(CLEAR + CUT + line + WRAP);
            open = true;
            flush();
        }
    }

    /**
     * Writes what stays, whole, in the place of the line that is live.
     *
     * @param text what it shows, without an end
     */
    public void finish(String text) {
        synchronized (lock) {
            erase();
            println(text);
        }
    }

    /** Leaves nothing of a line that is live. */
    public void erase() {
        synchronized (lock) {
            if (!open) return;
            open = false;
            write(CLEAR);
            flush();
        }
    }

    /** Ends a line that is live, and lets no other begin. */
    public void conclude() {
        synchronized (lock) {
            concluded = true;
            end();
            flush();
        }
    }

    private void end() {
        if (!open) return;
        open = false;
        super.println();
    }

    @Override
    public void write(int c) {
        synchronized (lock) {
            end();
            super.write(c);
        }
    }

    @Override
    public void write(char[] text, int from, int count) {
        synchronized (lock) {
            end();
            super.write(text, from, count);
        }
    }

    @Override
    public void write(String text, int from, int count) {
        synchronized (lock) {
            end();
            super.write(text, from, count);
        }
    }

    /** An empty line does not pass through the others. */
    @Override
    public void println() {
        synchronized (lock) {
            end();
            super.println();
        }
    }
}
