package org.logah.training.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;

/** What a {@link TrainingRun} trains, step by step: a target or a hypernetwork. */
public interface Learner {
    /**
     * Does the next step.
     *
     * @param stopped asked between a step's parts, from any thread: whether to leave the step undone
     * @return what came out of it; null if it was left undone, as if it had not begun
     * @throws ArithmeticException if the loss is not a number and the training cannot go on without this step
     */
    @Nullable
    TrainingStep step(BooleanSupplier stopped);

    /**
     * Does the next step, whatever happens.
     *
     * @return what came out of it
     * @throws ArithmeticException if the loss is not a number and the training cannot go on without this step
     */
    default TrainingStep step() { return Objects.requireNonNull(step(() -> false)); }

    /** {@return the next step's number, counted from 0: how many steps are done} */
    int position();

    /** {@return further values for metrics, by column; always the same columns} */
    default Map<String, Double> figures() {
        return Map.of();
    }

    /**
     * Writes weights, the optimizer's state and the position. The file has its name only once it is whole.
     *
     * @param file where to
     * @param more header entries beside the learner's own
     * @throws FileFormatException if it cannot be written, or a weight is not finite
     */
    void save(Path file, Map<String, String> more) throws IOException;

    /**
     * Writes the weights alone, as other programs and {@code --init} take them. The file has its name only once it is whole.
     *
     * @param file where to
     * @param more header entries beside the learner's own
     * @throws FileFormatException if it cannot be written, or a weight is not finite
     */
    void saveWeights(Path file, Map<String, String> more) throws IOException;

    /**
     * Refuses a state whose header is of something else than what is trained here; {@link #restore} checks the rest.
     *
     * @param in the state's file
     * @throws FileFormatException if its header says that it is of something else
     * @throws IOException if the header cannot be read
     */
    default void requireOwn(SafetensorsReader in) throws IOException {}

    /**
     * Goes on from a file that {@link #save} wrote: every later step gives the same numbers as without the interruption.
     *
     * @param file where from
     * @throws FileFormatException if it is no such file, or one of something else than what is trained here; then nothing was
     *         changed
     */
    void restore(Path file) throws IOException;
}
