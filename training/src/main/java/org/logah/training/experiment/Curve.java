package org.logah.training.experiment;

import java.util.Comparator;
import java.util.List;

import org.logah.training.run.Validation;

/**
 * Validation loss in nats per token or image at each step measured, and what a language model wrote.
 *
 * @param seed of the run
 * @param start its name
 * @param rate learning rate
 * @param steps done before each measurement
 * @param losses as many; they end early where the training came to a loss that is no number
 * @param finished whether the training reached its end
 * @param before a text by the network as it started; empty where it writes none
 * @param after a text by the trained network; empty where it writes none, or the training came to a loss that is no number
 * @param scores of the trained network over {@link StartComparison#END_BATCHES} mini-batches: {@link Score#LOSS}, and
 *        {@link Score#ACCURACY} if it classifies images; none where the training came to a loss that is no number
 * @param hypernetwork digest of the weights that predicted the start; empty where none did, or a file of an earlier version does
 *        not say
 */
public record Curve(long seed, String start, double rate, List<Integer> steps, List<Double> losses,
        boolean finished, String before, String after, List<Score> scores, String hypernetwork) {

    /** {@return the loss after the last step} */
    public double last() { return losses.getLast(); }

    /**
     * {@return a score}
     *
     * @param name as {@link Score#LOSS}
     * @throws java.util.NoSuchElementException if it was not measured
     */
    public double score(String name) {
        return scores.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow().value();
    }

    /**
     * {@return the curve of a start's best learning rate: of those that reached the end the lowest at it; if none did, the
     * longest}
     *
     * @param curves of one seed
     * @param start its name
     * @throws java.util.NoSuchElementException if there is no such start
     */
    public static Curve best(List<Curve> curves, String start) {
        return curves.stream().filter(c -> c.start().equals(start))
                .min(Comparator.comparing((Curve c) -> !c.finished()).thenComparingInt(c -> -c.steps().size())
                        .thenComparingDouble(c -> c.losses().isEmpty() ? 0 : c.last()))
                .orElseThrow();
    }

    /**
     * What a trained network was measured by.
     *
     * @param name what it is
     * @param value the number
     */
    public record Score(String name, double value) {
        /** Mean validation loss, in nats. */
        public static final String LOSS = "loss";
        /** The part of the validation images whose class has the largest logit. */
        public static final String ACCURACY = Validation.ACCURACY;
    }
}
