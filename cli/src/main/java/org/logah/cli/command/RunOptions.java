package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
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

    @Option(names = "--seed", converter = Numbers.Seed.class, paramLabel = "N", defaultValue = "1", description = "Seed of everything random (default 1).")
    private long seed;

    @Option(names = "--save-every", converter = Numbers.CountOrNone.class, paramLabel = "SECONDS", defaultValue = "30", description = "Seconds between saved states (default 30).")
    private int saveSeconds;

    @Option(names = "--metrics", paramLabel = "FILE", description = "One row per step, CSV if it ends in .csv, JSON lines otherwise.")
    private @Nullable Path metrics;

    @Option(names = "--resume", description = "Go on from --out if it is there.")
    private boolean resume;

    @Option(names = "--force", description = "Begin anew over what --out and --metrics have.")
    private boolean force;

    Path out() { return out; }

    long seed() { return seed; }

    /** A run that is ready to start, where the user wants it from where its file stands. */
    TrainingRun open(Learner learner, TrainingRun.Config config, TrainingListener listener) throws IOException {
        TrainingRun.Config whole = config.withFile(out).withSaveEvery(Duration.ofSeconds(saveSeconds))
                .withMetrics(metrics);
        TrainingRun run = new TrainingRun(learner, force ? whole.withOverwriting() : whole, listener);
        if (resume) run.resume();
        return run;
    }

    /**
     * Before any work: the files can be written, and are nothing that would be lost.
     *
     * @param inputs what the command reads, by option
     */
    void check(Map<String, @Nullable Path> inputs) throws IOException {
        if (resume && force) throw new TensorException("--resume goes on, --force begins anew; leave one of them out");
        Map<String, @Nullable Path> others = new LinkedHashMap<>(inputs);
        OutputFile.check("--out", out, others);
        others.put("--out", out);
        if (metrics != null) OutputFile.check("--metrics", metrics, others);
        if (resume || force) return;
        for (Path file : metrics == null ? List.of(out) : List.of(out, metrics)) {
            if (Files.exists(file))
                throw new FileFormatException(file,
                        "is there already; --resume goes on from it, --force begins anew over it");
        }
    }
}
