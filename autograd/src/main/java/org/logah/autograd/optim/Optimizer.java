package org.logah.autograd.optim;

import java.util.Map;

import org.logah.engine.Tensor;

/** Updates parameters from their gradients, in place. Parameters without a gradient stay as they are. */
public interface Optimizer {
    /**
     * @param learningRate the rate of this step
     * @param gradientScale multiplies every gradient first: clipping, or the mean over accumulated batches
     */
    void step(double learningRate, double gradientScale);

    /** Everything needed to go on later with the same numbers, by name. */
    Map<String, Tensor> state();

    /** Steps done so far. */
    int steps();

    /** Goes on from a saved state. */
    void restore(Map<String, Tensor> state, int steps);
}
