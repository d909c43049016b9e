package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.training.run.Checkpoints;
import org.logah.training.run.Learner;
import org.logah.training.run.OtherRunException;
import org.logah.training.run.RunConfig;
import org.logah.training.run.TrainingListener;
import org.logah.training.run.TrainingRun;

import picocli.CommandLine.Option;

/** What every long training has: a file that its state goes to, metrics, and going on. */
class RunOptions {
    /** What the same command does after an interruption. */
    static final String WAY_ON = "with --resume goes on";

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where weights and the optimizer's state go, now and then and at the end.")
    private Path out = Path.of("");

    @Option(names = "--save-every", converter = OptionBounds.CountOrNone.class, paramLabel = "SECONDS", defaultValue = "30", description = "Seconds between saved states (default 30).")
    private int saveSeconds;

    @Option(names = "--metrics", paramLabel = "FILE", description = "One row per step, CSV if it ends in .csv, JSON lines otherwise.")
    private @Nullable Path metrics;

    @Option(names = "--resume", description = "Go on from --out if it is there, with what it was begun with: data, seed, sizes, and, where the rate falls to the last step, their number.")
    private boolean resume;

    @Option(names = "--force", description = "Begin anew over what --out, --metrics, --out-weights, --best and --keep have.")
    private boolean force;

    Path out() { return out; }

    /** What the options name, with where the weights alone go. */
    RunFiles files(@Nullable Path weights) {
        return new RunFiles(out, metrics, weights);
    }

    /** A run that is ready to start, where the user wants it from where its file stands; its files may be others than the options name. */
    TrainingRun open(Learner learner, RunConfig config, TrainingListener listener, RunFiles files)
            throws IOException {
        RunConfig whole = config.withFile(files.out()).withSaveEvery(Duration.ofSeconds(saveSeconds))
                .withMetrics(files.metrics());
        TrainingRun run = new TrainingRun(learner, force ? whole.withOverwriting() : whole, listener);
        if (!resume) return run;
        try {
            run.resume();
        } catch (FileFormatException e) {
            boolean other = e instanceof OtherRunException;
            throw e.with((other ? "go on with what it was begun with, " : "") + (files.out().equals(out)
                    ? "choose another --out, or begin anew over it with --force in place of --resume"
                    : (other ? "or " : "") + "delete it, and it is trained anew, the others not"));
        }
        return run;
    }

    /**
     * Before any work: the files can be written, and are nothing that would be lost.
     *
     * @param inputs what the command reads, by option
     * @param files what it writes
     * @param kept what it keeps beside
     */
    void check(Map<String, @Nullable Path> inputs, RunFiles files, Checkpoints kept) throws IOException {
        if (resume && force) throw new TensorException("--resume goes on, --force begins anew; leave one of them out");
        files.check(inputs, kept, resume, force);
    }

    /** Whether the user means to go on. */
    boolean resumes() { return resume; }

    /** Whether the user means to begin anew over what is there. */
    boolean overwrites() { return force; }
}
