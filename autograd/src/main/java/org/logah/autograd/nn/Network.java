package org.logah.autograd.nn;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Device;
import org.logah.engine.Tensor;

/** A network as a function of its parameters: it owns no numbers, so a hypernetwork's output can be its parameters. */
public interface Network extends Parameterized {
    /**
     * Runs the network on one batch.
     *
     * @param f on the tape that will own the result
     * @param p the parameters, those of this network's names among them
     * @param input the batch, shaped as the network says
     * @return the network's output
     * @throws org.logah.engine.TensorException if a parameter is missing, or shapes do not fit
     */
    Variable forward(Functions f, Parameters p, Tensor input);

    /**
     * The smallest input that the network accepts, for tracing.
     *
     * @param device where it will be
     * @return an input that lives until nothing refers to it
     */
    Tensor exampleInput(Device device);
}
