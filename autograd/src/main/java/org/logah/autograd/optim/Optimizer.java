package org.logah.autograd.optim;

import java.util.Map;

import org.logah.engine.Tensor;

/** Updates parameters from their gradients, in place. Parameters without a gradient stay as they are. */
public interface Optimizer {
    /**
     * Does one step.
     *
     * @param learningRate the rate of this step
     * @param gradientScale multiplies every gradient first: clipping, or the mean over accumulated batches
     * @throws IllegalStateException if the parameters' device is closed
     */
    void step(double learningRate, double gradientScale);

    /** {@return everything needed to go on later with the same numbers, by name; the tensors are not copied} */
    Map<String, Tensor> state();

    /** {@return the number of steps done so far} */
    int steps();

    /**
     * Goes on from a saved state.
     *
     * @param state what {@link #state} gave; it is copied
     * @param steps how many steps were done when it was saved
     * @throws org.logah.engine.TensorException if a tensor of it is missing or has another number of elements
     */
    void restore(Map<String, Tensor> state, int steps);
}
