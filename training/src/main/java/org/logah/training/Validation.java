package org.logah.training;

import java.util.function.DoubleSupplier;

import org.logah.engine.TensorException;
import org.logah.training.data.BatchSource;

/**
 * When a {@link TrainingRun} validates, and how. It does so before every step whose number is a multiple of {@code every}, and
 * at its end.
 *
 * @param every steps from one validation to the next
 * @param loss computes the validation loss as things stand
 */
public record Validation(int every, DoubleSupplier loss) {
    /** Batches of a validation. */
    public static final int BATCHES = 8;

    /**
     * Checks the distance.
     *
     * @throws TensorException if {@code every} is less than 1
     */
    public Validation {
        if (every < 1) throw new TensorException("validation: every " + every + " steps; 1 is the least");
    }

    /**
     * {@return the validation of a target by its mean loss over the first {@link #BATCHES} batches of a source}
     *
     * @param trainer trains the target
     * @param source what is validated on
     * @param every steps from one validation to the next
     * @throws TensorException if {@code every} is less than 1
     */
    public static Validation of(Trainer trainer, BatchSource source, int every) {
        return new Validation(every, () -> trainer.validate(source, BATCHES));
    }
}
