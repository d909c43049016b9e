package org.logah.training.meta;

import java.util.Map;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Computes the gradient of a meta-training's step, in this process ({@link LocalGradients}) or on other machines. Either way
 * architectures' gradients are added in the order of their places in the meta-batch, so that the bits are the same.
 */
public interface MetaGradients extends AutoCloseable {
    /**
     * Leaves the gradient of a step's mean loss, the penalty included, in the weights, and nothing of an earlier step's.
     *
     * @param step the step's number, counted from 0
     * @param stopped asked between architectures, from any thread: whether to leave the step undone
     * @return the mean loss, without the penalty; null if the step was left undone
     * @throws org.logah.engine.TensorException if an architecture cannot be computed
     */
    @Nullable
    Double of(int step, BooleanSupplier stopped);

    /** {@return what metrics have of the last step beside the trainer's own, by column; always the same columns} */
    default Map<String, Double> figures() {
        return Map.of();
    }

    /** Gives back what it holds; the weights stay. */
    @Override
    default void close() {}
}
