package org.logah.training.meta;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Device;
import org.logah.models.TargetNetwork;
import org.logah.training.data.Batch;
import org.logah.training.targets.ClassificationLoss;

/**
 * What a hypernetwork is trained on: for each step some architectures, and one mini-batch that all of them read. A task has no
 * device of its own, so it can run on the {@code meta} device to estimate the memory of its steps.
 */
public interface MetaTask {
    /**
     * {@return the architecture of one place in one step's meta-batch; the same for the same numbers, and the same object for
     * the same architecture where that is possible, so that its graph is traced once} Called by several threads at once.
     *
     * @param step the step's number, counted from 0
     * @param index the place in its meta-batch, counted from 0
     */
    TargetNetwork architecture(int step, int index);

    /**
     * {@return the mini-batch of a step; the same numbers for the same step} The caller closes it.
     *
     * @param step the step's number, counted from 0
     * @param device where its tensors are made
     */
    Batch batch(int step, Device device);

    /**
     * {@return the loss of a network with predicted parameters on its step's mini-batch, a scalar}
     *
     * @param f records the operations
     * @param network one of the step's architectures
     * @param parameters its parameters, with gradients flowing through them
     * @param batch the step's mini-batch, which the other architectures of the step read, too
     */
    default Variable loss(Functions f, TargetNetwork network, Parameters parameters, Batch batch) {
        return ClassificationLoss.PLAIN.of(f, network, parameters, batch);
    }
}
