package org.logah.training.run;

import java.io.IOException;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.SameFile;

/**
 * The files that a {@link TrainingRun} keeps beside its state: for {@code run.safetensors} these are
 * {@code run.step-200.safetensors} and {@code run.best.safetensors}.
 *
 * @param keep how many of the latest states at validations are kept under names of their own; 0 for none
 * @param best whether the weights of the lowest validation loss are kept, without the optimizer's state
 * @param weights where the last step's weights go at the end, without the optimizer's state; null for nowhere
 */
public record Checkpoints(int keep, boolean best, @Nullable Path weights) {

    /** Only the state. */
    public static final Checkpoints NONE = new Checkpoints(0, false, null);

    /**
     * Checks the number.
     *
     * @throws TensorException if it is negative
     */
    public Checkpoints {
        if (keep < 0) throw new TensorException("checkpoints: " + keep + " of them cannot be kept");
    }

    /**
     * {@return the same, keeping as many states at most as a run has steps}
     *
     * @param steps the run's, each with one validation at most
     */
    public Checkpoints within(int steps) { return new Checkpoints(Math.min(keep, steps), best, weights); }

    /**
     * {@return where a run keeps its best weights; null where it does not}
     *
     * @param state the run's state
     */
    public @Nullable Path best(Path state) { return best ? new CheckpointNames(state).best() : null; }

    /**
     * {@return whether a file is where a run keeps its best weights}
     *
     * @param state the run's state
     * @param file any file, which need not be there
     * @throws IOException if the files cannot be looked at
     */
    public boolean isBest(Path state, Path file) throws IOException {
        return best && SameFile.are(new CheckpointNames(state).best(), file);
    }

    /**
     * {@return whether a file is one of the numbered states that a run writes, and removes in time}
     *
     * @param state the run's state
     * @param file any file, which need not be there
     * @throws IOException if the files cannot be looked at
     */
    public boolean isNumbered(Path state, Path file) throws IOException {
        return keep > 0 && new CheckpointNames(state).isNumbered(file);
    }

    /** {@return whether there is anything to be written} */
    boolean any() {
        return keep > 0 || best || weights != null;
    }
}
