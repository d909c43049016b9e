package org.logah.autograd.nn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/**
 * A network as a function of its parameters: it owns no numbers, so a hypernetwork's output can be its parameters. It may
 * take several inputs, as an encoder-decoder takes a source and a target.
 */
public interface Network {
    /** Every parameter, in the order of the network's files. */
    List<ParameterSpec> parameters();

    /**
     * Runs the network on one batch.
     *
     * @param inputs as many as {@link #exampleInputs} gives, in that order; tensors of one device
     */
    Variable forward(Functions f, Parameters p, List<Tensor> inputs);

    /** The smallest inputs that the network accepts, for tracing; each a tensor of its own. */
    List<Tensor> exampleInputs(Device device);

    /** What messages call this network: the class's name, where it has no better one. */
    default String describe() {
        return getClass().getSimpleName();
    }

    /** Number of elements of all parameters. */
    default long parameterCount() {
        return parameters().stream().mapToLong(s -> s.shape().elements()).sum();
    }

    /** Parameters without numbers or with zeros, as the device has it. */
    default Parameters zeros(Device device) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (ParameterSpec s : parameters()) tensors.put(s.name(), device.zeros(s.shape()));
        return Parameters.trainable(tensors);
    }

    /** Shapes by name. */
    default Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (ParameterSpec s : parameters()) shapes.put(s.name(), s.shape());
        return shapes;
    }
}
