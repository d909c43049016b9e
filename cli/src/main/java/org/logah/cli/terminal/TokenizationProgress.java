package org.logah.cli.terminal;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.logah.training.data.TokenizationListener;

/** Shows how far the making of tokens is, and says on Ctrl-C that nothing is left of them. Closing it listens no more. */
public final class TokenizationProgress implements TokenizationListener, AutoCloseable {
    private static final double MEGABYTE = 1 << 20;
    private final PrintWriter out;
    private @Nullable Progress progress;
    private @Nullable InterruptionNotice notice;
    private long megabytes;

    /**
     * Progress of a text that is not read yet.
     *
     * @param out where it is shown, see {@link Progress}
     */
    public TokenizationProgress(PrintWriter out) { this.out = out; }

    @Override
    public void started(String text, Path tokens, long bytes) {
        close();
        notice = new InterruptionNotice(out, () -> "interrupted; nothing is left of the tokens of " + text
                + ", the same command makes them anew");
        megabytes = megabytes(bytes);
        progress = new Progress(out, "tokens of " + Path.of(text).getFileName() + ", MB", "MB", Progress.PATIENCE);
        progress.begin(0, megabytes);
    }

    @Override
    public void progressed(long done, long bytes) {
        if (progress != null) progress.update((long) (done / MEGABYTE), megabytes, done / MEGABYTE, List.of());
    }

    @Override
    public void finished(Path tokens, long count) {
        if (progress != null) progress.finish(megabytes, List.of());
        out.printf(Locale.ROOT, "%s: %,d tokens%n", tokens, count);
        close();
    }

    @Override
    public void noticed(String line) { out.println(line); }

    private static long megabytes(long bytes) { return (long) Math.ceil(bytes / MEGABYTE); }

    @Override
    public void close() {
        if (notice != null) notice.close();
        notice = null;
        progress = null;
    }
}
