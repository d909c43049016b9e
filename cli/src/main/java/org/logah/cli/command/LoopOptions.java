package org.logah.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

/** What every long training has: a seed, a file that its state goes to, metrics, and going on. */
final class LoopOptions {
    @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where weights and the optimizer's state go, now and then and at the end.")
    private Path out = Path.of("");

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of everything random (default 1).")
    private long seed;

    @Option(names = "--save-every", paramLabel = "SECONDS", defaultValue = "30", description = "Seconds between saved states (default 30).")
    private int saveSeconds;

    @Option(names = "--metrics", paramLabel = "FILE", description = "One row per step, CSV if it ends in .csv, JSON lines otherwise.")
    private @Nullable Path metrics;

    @Option(names = "--resume", description = "Go on from --out if it is there.")
    private boolean resume;

    private long saved = System.nanoTime();

    Path out() { return out; }

    long seed() { return seed; }

    @Nullable
    Path metrics() { return metrics; }

    /** Whether there is a state to go on from, and the user wants to. */
    boolean resumes() {
        return resume && Files.exists(out);
    }

    /** Whether it is time to save; says so once for each time. */
    boolean saveIsDue() {
        if (System.nanoTime() - saved <= saveSeconds * 1_000_000_000L) return false;
        saved = System.nanoTime();
        return true;
    }
}
