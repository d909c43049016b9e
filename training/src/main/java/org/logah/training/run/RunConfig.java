package org.logah.training.run;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Device;
import org.logah.engine.TensorException;

/**
 * The settings of a {@link TrainingRun}.
 *
 * @param steps steps at its end, those before a resumption included
 * @param file where the state goes; null to keep none
 * @param saveEvery time between saved states
 * @param metrics one row a step, see {@link MetricsFile}; null for none
 * @param validation null for none
 * @param about settings that identify the run beside the learner itself (data, sizes, seed), by name, the most telling first;
 *        they are saved in the state's header, and resuming with other values is refused, naming the first that differs
 * @param kernels what computes, saved in the header; empty if not recorded. Resuming with other kernels is reported
 *        ({@link TrainingListener#computedBy}), since their sums are rounded otherwise
 * @param overwrites whether a run that does not resume may replace existing state, metrics and checkpoints
 * @param checkpoints what is kept beside the state
 */
public record RunConfig(int steps, @Nullable Path file, Duration saveEvery, @Nullable Path metrics,
        @Nullable Validation validation, Map<String, String> about, String kernels,
        boolean overwrites, Checkpoints checkpoints) {

    /** Time between saved states where nothing else is said. */
    public static final Duration SAVE_EVERY = Duration.ofSeconds(30);

    /**
     * Checks that no number is negative.
     *
     * @throws TensorException if one is
     */
    public RunConfig {
        Map<String, String> ordered = new LinkedHashMap<>();
        about.forEach((name, value) -> ordered.put(name, Objects.requireNonNull(value, name)));
        about = Collections.unmodifiableMap(ordered);
        if (steps < 0 || saveEvery.isNegative())
            throw new TensorException("training run: " + steps + " steps, saved every " + saveEvery.toSeconds()
                    + " seconds; neither may be negative");
    }

    /**
     * {@return a run of a number of steps, of which nothing is kept}
     *
     * @param steps steps at its end
     * @throws TensorException if it is negative
     */
    public static RunConfig of(int steps) {
        return new RunConfig(steps, null, SAVE_EVERY, null, null, Map.of(), "", false, Checkpoints.NONE);
    }

    /**
     * {@return the same with a state file}
     *
     * @param to where the state goes
     */
    public RunConfig withFile(Path to) {
        return new RunConfig(steps, to, saveEvery, metrics, validation, about, kernels, overwrites, checkpoints);
    }

    /**
     * {@return the same with another time between saved states; with zero, every step is saved}
     *
     * @param time between saved states
     * @throws TensorException if it is negative
     */
    public RunConfig withSaveEvery(Duration time) {
        return new RunConfig(steps, file, time, metrics, validation, about, kernels, overwrites, checkpoints);
    }

    /**
     * {@return the same with metrics}
     *
     * @param to where they go, see {@link MetricsFile}; null for none
     */
    public RunConfig withMetrics(@Nullable Path to) {
        return new RunConfig(steps, file, saveEvery, to, validation, about, kernels, overwrites, checkpoints);
    }

    /**
     * {@return the same with validation}
     *
     * @param how when and how
     */
    public RunConfig withValidation(Validation how) {
        return new RunConfig(steps, file, saveEvery, metrics, how, about, kernels, overwrites, checkpoints);
    }

    /**
     * {@return the same with settings that identify the run}
     *
     * @param what data, sizes, seed, by name, the most telling first, in an order as a {@link LinkedHashMap} has it
     */
    public RunConfig withAbout(Map<String, String> what) {
        return new RunConfig(steps, file, saveEvery, metrics, validation, what, kernels, overwrites, checkpoints);
    }

    /**
     * {@return the same, computed by a device}
     *
     * @param device whose name and kernels the file keeps
     */
    public RunConfig withKernels(Device device) {
        return new RunConfig(steps, file, saveEvery, metrics, validation, about,
                device.name() + ", " + device.kernels().name(), overwrites, checkpoints);
    }

    /**
     * {@return the same, keeping more than the state}
     *
     * @param what is kept beside the state; a run without a file has nothing to keep it beside
     */
    public RunConfig withCheckpoints(Checkpoints what) {
        return new RunConfig(steps, file, saveEvery, metrics, validation, about, kernels, overwrites, what);
    }

    /** {@return the same, beginning anew over files that are there} */
    public RunConfig withOverwriting() {
        return new RunConfig(steps, file, saveEvery, metrics, validation, about, kernels, true, checkpoints);
    }
}
