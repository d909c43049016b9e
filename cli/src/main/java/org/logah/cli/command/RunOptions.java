package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.training.Learner;
import org.logah.training.TrainingListener;
import org.logah.training.TrainingRun;

import picocli.CommandLine.Option;

/** What every long training has: a seed, a file that its state goes to, metrics, and going on. */
final class RunOptions {
    /** What the same command does after an interruption. */
    static final String WAY_ON = "with --resume goes on";

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

    Path out() { return out; }

    long seed() { return seed; }

    /** A run that is ready to start, where the user wants it from where its file stands. */
    TrainingRun open(Learner learner, TrainingRun.Config config, TrainingListener listener) throws IOException {
        if (saveSeconds < 0) throw new TensorException("--save-every " + saveSeconds + " is negative");
        TrainingRun run = new TrainingRun(learner,
                config.withFile(out).withSaveEvery(Duration.ofSeconds(saveSeconds)).withMetrics(metrics), listener);
        if (resume) run.resume();
        return run;
    }
}
