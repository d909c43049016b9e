package org.logah.training;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.engine.Device;
import org.logah.training.data.Batch;

/** What a hypernetwork is trained on: architectures, and a loss for each with predicted parameters. */
public interface MetaTask {
    /**
     * The architecture of one place in one step's meta-batch; the same for the same numbers. Several threads may ask at once.
     *
     * @param step number of the meta-training step, from 0
     * @param index place in the meta-batch, from 0
     */
    Network architecture(int step, int index);

    /**
     * A step's mini-batch, the same for the same number. All architectures of the step share it; the caller closes it after
     * the step.
     */
    Batch batch(int step, Device device);

    /**
     * The loss of a network on a mini-batch.
     *
     * @param network one that {@link #architecture} gave
     * @param parameters the network's parameters, predicted on the tape of {@code f}
     * @param batch from {@link #batch}
     * @return a scalar
     */
    Variable loss(Functions f, Network network, Parameters parameters, Batch batch);
}
