package org.logah.autograd.nn;

import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Device;
import org.logah.engine.Tensor;

/**
 * A network as a function of its parameters: it owns no numbers, so a hypernetwork's output can be its parameters. It may
 * take several inputs, as an encoder-decoder takes a source and a target.
 */
public interface Network extends Parameterized {
    /**
     * Runs the network on one batch.
     *
     * @param f on the tape that will own the result
     * @param p the parameters, those of this network's names among them
     * @param inputs as many as {@link #exampleInputs} gives, in that order, shaped as the network says
     * @return the network's output
     * @throws org.logah.engine.TensorException if a parameter is missing, or shapes do not fit
     */
    Variable forward(Functions f, Parameters p, List<Tensor> inputs);

    /**
     * The smallest inputs that the network accepts, for tracing.
     *
     * @param device where they will be
     * @return inputs that live until nothing refers to them, each with memory of its own
     */
    List<Tensor> exampleInputs(Device device);

    /** {@return what messages call this network: the class's name, where it has no better one} */
    default String describe() {
        return getClass().getSimpleName();
    }
}
