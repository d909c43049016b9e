package org.logah.training.run;

import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

import org.logah.engine.TensorException;

/**
 * When a {@link TrainingRun} validates, and how. It does so before every step whose number is a multiple of {@code every}, and
 * at its end.
 *
 * @param every steps from one validation to the next
 * @param further what each result has beside the loss, by the names of the columns in metrics
 * @param measure computes a result as things stand
 */
public record Validation(int every, List<String> further, Supplier<Result> measure) {

    /** Batches of a validation. */
    public static final int BATCHES = 8;
    /** The part of the images, from 0 to 1, whose class has the largest logit (top-1). */
    public static final String ACCURACY = "accuracy";

    /**
     * What a validation comes to.
     *
     * @param loss in nats
     * @param further what there is to tell beside it, by name
     */
    public record Result(double loss, Map<String, Double> further) {}

    /**
     * Checks the distance.
     *
     * @throws TensorException if {@code every} is less than 1
     */
    public Validation {
        further = List.copyOf(further);
        if (every < 1) throw new TensorException("validation: every " + every + " steps; 1 is the least");
    }

    /**
     * A validation by one loss.
     *
     * @param every steps from one validation to the next
     * @param loss computes the validation loss as things stand
     * @throws TensorException if {@code every} is less than 1
     */
    public Validation(int every, DoubleSupplier loss) {
        this(every, List.of(), () -> new Result(loss.getAsDouble(), Map.of()));
    }

    /**
     * {@return whether there is one before a step, or at the run's end}
     *
     * @param position steps done
     * @param steps steps at the run's end
     */
    boolean isAt(int position, int steps) { return position == steps || position % every == 0; }
}
