package org.logah.training.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.NotFiniteException;
import org.logah.engine.io.ReplacedFile;
import org.logah.training.run.TrainingListener.StepReport;

/**
 * Runs one training to its last step, from the first one or from a saved state: steps, validates, writes metrics, saves now and
 * then and at the end, and stops on request. A resumed run ends with the same bits as one that was never interrupted, whether it
 * was stopped or killed.
 *
 * <pre>{@code
 * TrainingRun run = new TrainingRun(trainer, RunConfig.of(steps).withFile(file), listener);
 * run.resume();
 * run.run();
 * }</pre>
 */
public final class TrainingRun {
    private final Learner learner;
    private final RunConfig config;
    private final TrainingListener listener;
    private final RunHistory history;
    /** What the latest validation found beside the loss. */
    private final Map<String, Double> furtherValues = new LinkedHashMap<>();
    private final RunHeader header;
    private final @Nullable StateFile state;
    private final @Nullable CheckpointFiles checkpoints;
    private long lastSave;
    private volatile boolean stopRequested;
    private boolean goesOn;
    /** The state to resume from, if it does not exist. */
    private @Nullable Path missing;

    /**
     * The result of a run.
     *
     * @param position steps done, those before a resumption included
     * @param done steps that this run did
     * @param loss of its last step; NaN if it did none, or a meta-training left that step out
     * @param validations of this run, in order; the last is that of its end unless it was stopped
     * @param stopped whether it ended early because it was asked to
     */
    public record Outcome(int position, int done, double loss, List<ValidationPoint> validations, boolean stopped) {}

    /**
     * One validation.
     *
     * @param position steps done before it
     * @param loss the validation loss
     */
    public record ValidationPoint(int position, double loss) {}

    /**
     * A run without a listener.
     *
     * @param learner what is trained; from here on only this run may step it
     * @param config what the run does
     */
    public TrainingRun(Learner learner, RunConfig config) { this(learner, config, TrainingListener.NONE); }

    /**
     * A run with a listener.
     *
     * @param learner what is trained; from here on only this run may step it
     * @param config what the run does
     * @param listener told on the thread that calls {@link #run}
     * @throws TensorException if there are checkpoints to keep, but no state file
     */
    public TrainingRun(Learner learner, RunConfig config, TrainingListener listener) {
        this.learner = learner;
        this.config = config;
        this.listener = listener;
        this.history = new RunHistory(config.file());
        this.header = new RunHeader(config.about(), config.kernels());
        this.state = config.file() == null ? null : new StateFile(learner, config.file(), header);
        this.checkpoints = config.file() == null
                ? null
                : new CheckpointFiles(config.checkpoints(), learner, config.file(), header);
        if (checkpoints == null && config.checkpoints().any())
            throw new TensorException("training run: checkpoints are kept beside a state, and this run keeps none");
    }

    /**
     * Resumes from the run's state file if it exists. A run that was not resumed replaces no file unless it overwrites.
     *
     * @return whether it existed
     * @throws OtherRunException if it is of something else than what is trained here, saying of what
     * @throws FileFormatException if it is no state
     */
    public boolean resume() throws IOException {
        missing = state == null || Files.exists(state.file()) ? null : state.file();
        if (state == null || missing != null) return false;
        String before = state.restore(history);
        if (before != null) listener.computedBy(before, config.kernels());
        goesOn = true; // never over a refused file
        return true;
    }

    /**
     * Asks the run to end after the current step, or before the step's next part if it has parts. Any thread may ask, also before
     * the run has begun.
     */
    public void stop() { stopRequested = true; }

    /**
     * Runs to the last step, or until somebody calls {@link #stop}.
     *
     * @return what the run came to
     * @throws FileFormatException if state or metrics cannot be written, saying which step is saved, or exist already and the run
     *        neither resumes nor overwrites
     * @throws DivergedException if a target's loss is not a number; the file then has the last state that was saved
     */
    public Outcome run() throws IOException {
        history.clear();
        requireFiles();
        int begun = learner.position();
        try (MetricsFile metrics = new RunMetrics(config, learner, history, state).open(goesOn)) {
            if (checkpoints != null) checkpoints.removeFormer();
            goesOn = true; // a second call may replace what this one writes
            if (missing != null) listener.startedWithout(missing);
            missing = null;
            listener.started(begun, config.steps());
            if (metrics.lacking() > 0 && begun < config.steps())
                listener.metricsLack(Objects.requireNonNull(config.metrics()), metrics.lacking(), begun);
            return sayingWhatIsKept(metrics, begun);
        }
    }

    /** Runs to the end. If a file cannot be written (most often a full disk), the message says which step is saved. */
    private Outcome sayingWhatIsKept(MetricsFile metrics, int begun) throws IOException {
        try {
            return toTheEnd(metrics, begun);
        } catch (NotFiniteException e) {
            throw e; // resuming would end the same
        } catch (FileFormatException e) {
            throw state == null ? e : state.sayingWhatIsKept(e);
        }
    }

    private Outcome toTheEnd(MetricsFile metrics, int begun) throws IOException {
        double loss = steps(metrics);
        boolean stopped = learner.position() < config.steps();
        if (!stopped) validate();
        if (stopped || !isUnchanged()) save();
        Outcome outcome = new Outcome(learner.position(), learner.position() - begun, loss, history.points(),
                stopped);
        if (stopped) {
            listener.stopped(learner.position());
        } else {
            if (checkpoints != null) checkpoints.finish();
            listener.finished(outcome);
        }
        return outcome;
    }

    /** {@return the validation of the lowest loss since the run's first step, those before a resumption included; null for none} */
    public @Nullable ValidationPoint best() {
        return history.best();
    }

    /** Checks before the first step, not at the first save. */
    private void requireFiles() throws IOException {
        for (Path file : Arrays.asList(config.file(), config.metrics())) {
            if (file == null) continue;
            // It will be about as large as before.
            ReplacedFile.requireWritable(file, Files.isRegularFile(file) ? file.toFile().length() : 0);
            if (Files.exists(file) && !goesOn && !config.overwrites())
                throw CheckpointFiles.there(file, config.file());
        }
        if (state != null && config.overwrites() && !goesOn) state.take();
        if (checkpoints != null)
            checkpoints.require(goesOn, config.overwrites(), config.steps(), config.validation());
    }

    /** The loss of the last step. */
    private double steps(MetricsFile metrics) throws IOException {
        long start = System.nanoTime();
        lastSave = start;
        long items = 0;
        double loss = Double.NaN;
        while (learner.position() < config.steps() && !stopRequested) {
            Validation validation = config.validation();
            boolean validated = validation != null && validation.isAt(learner.position(), config.steps());
            if (validated) validate();
            TrainingStep step = learner.step(() -> stopRequested);
            if (step == null) break;
            loss = step.loss();
            history.stepped(loss);
            items += step.items();
            double perSecond = items / ((System.nanoTime() - start) / 1e9);
            double latest = history.latest();
            Map<String, Double> more = new LinkedHashMap<>(learner.figures());
            if (validated) more.putAll(furtherValues);
            writeRow(metrics, step, validated ? latest : null, more, perSecond);
            listener.stepped(new StepReport(step, config.steps(), items, perSecond, latest));
            if (System.nanoTime() - lastSave > config.saveEvery().toNanos()) save();
        }
        return loss;
    }

    private void writeRow(MetricsFile metrics, TrainingStep step, @Nullable Double validation,
            Map<String, Double> more, double perSecond) throws IOException {
        int lacking = metrics.lacking();
        try {
            metrics.row(step, validation, more, perSecond);
        } catch (FileFormatException e) {
            throw onceSaved(e);
        }
        if (metrics.lacking() > lacking)
            listener.metricsLack(Objects.requireNonNull(config.metrics()), metrics.lacking(), step.index());
    }

    private void validate() throws IOException {
        Validation validation = config.validation();
        if (validation == null) return;
        Validation.Result result = validation.measure().get();
        ValidationPoint point = new ValidationPoint(learner.position(), result.loss());
        listener.validated(point.position(), point.loss());
        for (String name : validation.further()) {
            double value = Objects.requireNonNull(result.further().get(name), name);
            furtherValues.put(name, value);
            listener.validated(point.position(), name, value);
        }
        try {
            // Before a state says that it is the best: one that is killed in between finds it again.
            if (checkpoints != null) checkpoints.validated(point);
            history.add(point);
            if (checkpoints != null && state != null
                    && checkpoints.keep(header.of(history), config.checkpoints().keep() > 0 && isUnchanged()))
                state.keptBeside();
        } catch (FileFormatException e) {
            throw onceSaved(e);
        }
    }

    /** A checkpoint or a row that cannot be written ends the run, but takes none of its steps with it. */
    private FileFormatException onceSaved(FileFormatException e) {
        try {
            save();
        } catch (IOException again) {
            e.addSuppressed(again);
        }
        return e;
    }

    /**
     * {@return whether the file holds the current state: the run resumed from it, has done no step since, and found nothing
     * better}
     *
     * @throws IOException if it cannot be read
     */
    public boolean isUnchanged() throws IOException { return state != null && state.isUnchanged(history); }

    /** {@return what the latest validation found beside the loss, by name, see {@link Validation#further}} */
    public Map<String, Double> furtherValues() {
        return Collections.unmodifiableMap(furtherValues);
    }

    /**
     * Saves the state now, where the run has a file. A listener may ask for it; from other threads it must not be called while
     * the run is under way.
     *
     * @throws FileFormatException if it cannot be written
     */
    public void save() throws IOException {
        if (state == null) return;
        state.save(history);
        lastSave = System.nanoTime();
        listener.saved(state.file(), learner.position());
    }
}
