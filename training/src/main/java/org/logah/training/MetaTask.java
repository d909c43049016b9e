package org.logah.training;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;

/** What a hypernetwork is trained on: architectures, and a loss for each with predicted parameters. */
public interface MetaTask {
    /** The architecture of one place in one step's meta-batch; the same for the same numbers. */
    Network architecture(int step, int index);

    /** The loss of a network on this step's mini-batch, the same batch for all architectures of a step. */
    Variable loss(Functions f, Network network, Parameters parameters, int step);
}
