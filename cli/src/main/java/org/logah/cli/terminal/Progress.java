package org.logah.cli.terminal;

import java.io.PrintWriter;
import java.util.Locale;

/** One line that says how far a long job is, how fast it goes and how long it still takes. */
public final class Progress {
    private static final long TERMINAL_NANOS = 200_000_000L;
    private static final long LOG_NANOS = 10_000_000_000L;
    /** Back to the line's start, clear it, and cut what follows at the terminal's edge: a wrapped line could not be cleared. */
    private static final String CLEAR = "\r\033[K\033[?7l";
    private static final String WRAP = "\033[?7h";
    private final PrintWriter out;
    private final String what;
    private final String unit;
    private final boolean terminal = System.console() != null && System.console().isTerminal()
            && !"dumb".equals(System.getenv("TERM"));
    private final long start = System.nanoTime();
    private long first = -1;
    private long shown;

    public Progress(PrintWriter out, String what, String unit) {
        this.out = out;
        this.what = what;
        this.unit = unit;
    }

    /**
     * @param units units done in this run, for the rate
     * @param detail what else to say
     */
    public void update(long done, long total, double units, String detail) {
        long now = System.nanoTime();
        if (first < 0) first = done - 1;
        boolean last = done >= total;
        if (shown == 0) shown = start;
        if (!last && now - shown < (terminal ? TERMINAL_NANOS : LOG_NANOS)) return;
        shown = now;
        double seconds = (now - start) / 1e9;
        double left = seconds / Math.max(1, done - first) * (total - done);
        double rate = units / seconds;
        String line = String.format(Locale.ROOT,
                rate < 10 ? "%s %d/%d  %s  %.2f %s/s  %s" : "%s %d/%d  %s  %.0f %s/s  %s",
                what, done, total, detail, rate, unit, last ? "took " + time(seconds) : time(left) + " left");
        if (terminal) out.print(CLEAR + line + WRAP + (last ? System.lineSeparator() : ""));
        else out.println(line);
        out.flush();
    }

    /** {@code 45 s}, {@code 3 min 20 s}, {@code 2 h 5 min}. */
    public static String time(double seconds) {
        long s = Math.round(seconds);
        if (s < 60) return s + " s";
        return s < 3600 ? s / 60 + " min " + s % 60 + " s" : s / 3600 + " h " + s % 3600 / 60 + " min";
    }
}
