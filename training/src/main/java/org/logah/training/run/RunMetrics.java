package org.logah.training.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Opens a run's metrics.
 *
 * @param config of the run
 * @param learner what it trains
 * @param history what it came to before
 * @param state its state file; null where none is kept
 */
record RunMetrics(RunConfig config, Learner learner, RunHistory history, @Nullable StateFile state) {

    /**
     * Opens the metrics. The state is saved first, so that metrics and checkpoints never exist without a state to resume from. If
     * the metrics cannot be opened, a state that was not there before is deleted again, so that it does not block the next try.
     *
     * @param goesOn whether the run resumes from its state
     */
    MetricsFile open(boolean goesOn) throws IOException {
        OwnMetrics own = history.metrics();
        if (own == null || state == null) return openMetrics(null);
        Path file = config.metrics();
        if (goesOn && file != null) return furtherMetrics(state, own, file);
        if (file != null) own.set(file);
        boolean alone = file == null && !config.checkpoints().any();
        if (alone || goesOn) return openMetrics(null);
        boolean there = Files.exists(state.file()); // of a run that this one begins anew over
        state.save(history);
        try {
            return openMetrics(null);
        } catch (IOException e) {
            if (!there) Files.deleteIfExists(state.file());
            throw e;
        }
    }

    /** Of a file that was not this run's so far, the state says so before the first row is written. */
    private MetricsFile furtherMetrics(StateFile to, OwnMetrics own, Path file) throws IOException {
        boolean named = own.isNamed(file);
        // Before the first step there are no rows to tell a file by.
        boolean others = !named && (learner.position() == 0 || !own.isUnknown());
        MetricsFile metrics = openMetrics(others ? own.refusal() : null);
        if (named || learner.position() >= config.steps()) return metrics;
        try {
            own.set(file);
            to.save(history);
            return metrics;
        } catch (IOException e) {
            metrics.close();
            throw e;
        }
    }

    /** @param refusal what is said if the file may be another run's and has something to lose; null if it is this one's */
    private MetricsFile openMetrics(@Nullable String refusal) throws IOException {
        List<String> columns = new ArrayList<>();
        Validation validation = config.validation();
        if (validation != null) columns.addAll(validation.further());
        columns.addAll(learner.figures().keySet());
        return new MetricsFile(config.metrics(), learner.position(), columns,
                new MetricsFile.Former(history.lastLoss(), refusal));
    }
}
