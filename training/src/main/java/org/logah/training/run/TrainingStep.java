package org.logah.training.run;

/**
 * What came out of one step of a training.
 *
 * @param index number of the step, counted from 0
 * @param loss mean over the step's mini-batches or architectures
 * @param gradientNorm norm of the whole gradient, before it is clipped
 * @param learningRate the rate that the step was made with
 * @param items tokens or images that a target saw, or architectures that a hypernetwork saw
 * @param applied false where loss or gradient was not a number, so that nothing was changed
 */
public record TrainingStep(int index, double loss, double gradientNorm, double learningRate, int items,
        boolean applied) {}
