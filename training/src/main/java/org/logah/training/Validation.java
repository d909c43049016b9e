package org.logah.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;

import org.logah.engine.TensorException;
import org.logah.models.DataKind;
import org.logah.training.data.BatchSource;

/**
 * When a {@link TrainingRun} validates, and how. It does so before every step whose number is a multiple of {@code every}, and
 * at its end.
 *
 * @param every steps from one validation to the next
 * @param loss computes the validation loss as things stand
 * @param more computes what else there is to tell, behind the loss, by the name that it has in metrics
 */
public record Validation(int every, DoubleSupplier loss, Map<String, DoubleSupplier> more) {

    /** Batches of a validation. */
    public static final int BATCHES = 8;
    /** The part of the images, from 0 to 1, whose class has the largest logit (top-1). */
    public static final String ACCURACY = "accuracy";

    /**
     * Checks the distance.
     *
     * @throws TensorException if {@code every} is less than 1
     */
    public Validation {
        more = Collections.unmodifiableMap(new LinkedHashMap<>(more));
        if (every < 1) throw new TensorException("validation: every " + every + " steps; 1 is the least");
    }

    /**
     * A validation by one loss.
     *
     * @param every steps from one validation to the next
     * @param loss computes the validation loss as things stand
     * @throws TensorException if {@code every} is less than 1
     */
    public Validation(int every, DoubleSupplier loss) { this(every, loss, Map.of()); }

    /**
     * {@return the validation of a target by its mean loss over the first {@link #BATCHES} batches of a source} Where the target
     * reads images it also tells which part of them it has right, as {@link #ACCURACY}.
     *
     * @param trainer trains the target
     * @param source what is validated on
     * @param every steps from one validation to the next
     * @throws TensorException if {@code every} is less than 1
     */
    public static Validation of(Trainer trainer, BatchSource source, int every) {
        if (trainer.network().data().kind() != DataKind.IMAGES)
            return new Validation(every, () -> trainer.validate(source, BATCHES));
        Trainer.Scores[] latest = {new Trainer.Scores(Double.NaN, Double.NaN)};
        return new Validation(every, () -> {
            latest[0] = trainer.score(source, BATCHES);
            return latest[0].loss();
        }, Map.of(ACCURACY, () -> latest[0].accuracy()));
    }
}
