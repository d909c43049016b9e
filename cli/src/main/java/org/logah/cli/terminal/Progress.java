package org.logah.cli.terminal;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * How far a long job is, how long it still takes and how fast it goes: one line that is rewritten on a terminal, else a line every ten
 * seconds. Fields that a narrow terminal has no room for are left out, the last ones first.
 */
public final class Progress {
    /** What is over sooner than this is not worth a line. */
    public static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long TERMINAL_NANOS = 200_000_000L;
    private static final long LOG_NANOS = 10_000_000_000L;
    /**
     * Rates are those of about so long, and at first of the second half of the time: the first steps of a fresh program are ten times as
     * slow as its later ones.
     */
    private static final long WINDOW_NANOS = 20_000_000_000L;
    /** What a fresh program is like is no measure of how long it takes, unless it is done with a good part by then. */
    private static final long SETTLING_NANOS = 15_000_000_000L;
    private static final int SETTLED_PART = 20;
    private static final String BETWEEN = "  ";
    /** A bar in a window of so many columns pushes out nothing that a training says. */
    private static final int COLUMNS_FOR_BAR = 110;
    private static final int BAR = 20;
    private static final long MARK_NANOS = WINDOW_NANOS / 80;
    private final PrintWriter out;
    private final @Nullable TerminalWriter terminal;
    private final String what;
    private final String unit;
    private final long patience;
    private final LongSupplier clock;
    private final long start;
    private final Deque<Mark> marks = new ArrayDeque<>();
    private @Nullable Mark first;
    private @Nullable Mark last;
    private boolean shown;
    private long shownAt;

    /** How far it was at some moment. */
    private record Mark(long nanos, long done, double units) {}

    /**
     * Progress that is shown from the beginning.
     *
     * @param out where it is shown; live where it is a {@link TerminalWriter} on a terminal
     * @param what is counted, or done: what stands in front of {@code 3/8}
     * @param unit of the rate
     */
    public Progress(PrintWriter out, String what, String unit) { this(out, what, unit, Duration.ZERO); }

    /**
     * Progress that is shown only if the job takes some time.
     *
     * @param out where it is shown; live where it is a {@link TerminalWriter} on a terminal
     * @param what is counted, or done: what stands in front of {@code 3/8}
     * @param unit of the rate
     * @param patience what is over sooner is not shown
     */
    public Progress(PrintWriter out, String what, String unit, Duration patience) {
        this(out, what, unit, patience, System::nanoTime);
    }

    Progress(PrintWriter out, String what, String unit, Duration patience, LongSupplier clock) {
        this.out = out;
        this.terminal = out instanceof TerminalWriter t && t.isTerminal() ? t : null;
        this.what = what;
        this.unit = unit;
        this.patience = patience.toNanos();
        this.clock = clock;
        this.start = clock.getAsLong();
        this.shownAt = start;
    }

    /**
     * Says on a terminal that the job has begun; of one that is over soon enough nothing remains.
     *
     * @param done how much was done before
     * @param total how much there is
     */
    public void begin(long done, long total) {
        if (terminal == null) return;
        shown = patience == 0;
        shownAt = clock.getAsLong();
        show(terminal, List.of(place(done, total), "starting"));
    }

    /**
     * Says how far the job is, unless that was said just now.
     *
     * @param done how much is done
     * @param total how much there is
     * @param units units done since the job began, for the rate
     * @param details what else to say, the most important first
     */
    public void update(long done, long total, double units, List<String> details) {
        Mark now = new Mark(clock.getAsLong(), done, units);
        Mark from = mark(now);
        if (first == null) first = now;
        last = now;
        if (now.nanos() - shownAt < (terminal == null ? LOG_NANOS : TERMINAL_NANOS) && (shown || terminal == null))
            return;
        if (now.nanos() - start < patience) return;
        shown = true;
        shownAt = now.nanos();
        List<String> fields = new ArrayList<>(List.of(place(done, total)));
        if (terminal != null && terminal.isWide(COLUMNS_FOR_BAR)) fields.add(bar(done, total));
        double seconds = (now.nanos() - from.nanos()) / 1e9;
        if (seconds > 0 && done > from.done()) {
            if (isSettled(first, now, total))
                fields.add(time(seconds / (done - from.done()) * (total - done)) + " left");
            fields.add(rate((units - from.units()) / seconds));
        }
        fields.addAll(details);
        if (terminal == null) out.println(String.join(BETWEEN, fields));
        else show(terminal, fields);
    }

    private boolean isSettled(Mark begin, Mark now, long total) {
        return now.nanos() - start >= SETTLING_NANOS
                || (now.done() - begin.done()) * SETTLED_PART >= total - begin.done();
    }

    /** Keeps a moment, and gives the one that rates are measured from: the same one the first time, later an earlier one. */
    private Mark mark(Mark now) {
        if (marks.isEmpty() || now.nanos() - marks.getLast().nanos() >= MARK_NANOS) marks.add(now);
        long window = Math.min(WINDOW_NANOS, (now.nanos() - start) / 2);
        while (marks.size() > 2 && now.nanos() - marks.getFirst().nanos() > window) marks.removeFirst();
        return marks.getFirst();
    }

    /**
     * Says that the job is at its end, and ends the line. Says nothing of a job in which nothing was done, or that was over soon enough.
     *
     * @param total how much there was
     * @param details what else to say, the most important first
     */
    public void finish(long total, List<String> details) {
        long nanos = clock.getAsLong() - start;
        if (last == null || nanos < patience && !shown) {
            if (terminal != null) terminal.erase();
            return;
        }
        List<String> fields = new ArrayList<>(
                List.of(place(total, total), "took " + time(nanos / 1e9), rate(last.units() / (nanos / 1e9))));
        fields.addAll(details);
        if (terminal == null) out.println(String.join(BETWEEN, fields));
        else terminal.finish(wrapped(fields, terminal.liveColumns()));
    }

    /** All fields, in as many lines as they take. */
    private static String wrapped(List<String> fields, int columns) {
        StringBuilder text = new StringBuilder(fields.getFirst());
        int length = text.length();
        for (String field : fields.subList(1, fields.size())) {
            if (length + BETWEEN.length() + field.length() > columns) {
                text.append(System.lineSeparator());
                length = 0;
            }
            text.append(BETWEEN).append(field);
            length += BETWEEN.length() + field.length();
        }
        return text.toString();
    }

    private static String bar(long done, long total) {
        int full = total == 0 ? BAR : (int) (BAR * Math.min(done, total) / total);
        return "[" + "#".repeat(full) + " ".repeat(BAR - full) + "]";
    }

    private String place(long done, long total) { return what + " " + done + "/" + total; }

    private String rate(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 10 ? "%.2f %s/s" : "%.0f %s/s", perSecond, unit);
    }

    private static void show(TerminalWriter terminal, List<String> fields) {
        int count = fields.size();
        while (count > 1 && String.join(BETWEEN, fields.subList(0, count)).length() > terminal.liveColumns()) count--;
        terminal.live(String.join(BETWEEN, fields.subList(0, count)));
    }

    /**
     * {@return a time as people say it: {@code 45 s}, {@code 3 min 20 s}, {@code 2 h 5 min}}
     *
     * @param seconds the time
     */
    public static String time(double seconds) {
        long s = Math.round(seconds);
        if (s < 60) return s + " s";
        return s < 3600 ? s / 60 + " min " + s % 60 + " s" : s / 3600 + " h " + s % 3600 / 60 + " min";
    }
}
