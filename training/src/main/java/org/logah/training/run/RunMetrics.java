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
record RunMetrics(TrainingRun.Config config, Learner learner, RunHistory history, @Nullable StateFile state) {

    /**
     * Opens the metrics. The state is saved first, so that metrics and checkpoints never exist without a state to resume from. If
     * the metrics cannot be opened, that state is deleted again, so that it does not block the next try.
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
        if (alone || Files.exists(state.file())) return openMetrics(null);
        state.save(history);
        try {
            return openMetrics(null);
        } catch (IOException e) {
            Files.deleteIfExists(state.file());
            throw e;
        }
    }

    /** Of a file that was not this run's so far, the state says so before the first row is written. */
    private MetricsFile furtherMetrics(StateFile to, OwnMetrics own, Path file) throws IOException {
        MetricsFile metrics = openMetrics(own.mayBe(file) ? null : own.described());
        if (!own.are(file) && learner.position() < config.steps()) {
            own.set(file);
            to.save(history);
        }
        return metrics;
    }

    /** @param own where this run's are, and what to do, in words, if the file is another one */
    private MetricsFile openMetrics(@Nullable String own) throws IOException {
        List<String> columns = new ArrayList<>();
        Validation validation = config.validation();
        if (validation != null) columns.addAll(validation.further());
        columns.addAll(learner.figures().keySet());
        return new MetricsFile(config.metrics(), learner.position(), columns,
                new MetricsFile.Former(history.lastLoss(), own));
    }
}
