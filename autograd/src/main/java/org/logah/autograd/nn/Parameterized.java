package org.logah.autograd.nn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.logah.autograd.Parameters;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/**
 * Something that is a function of named parameters and owns no numbers itself: a layer, a network, a hypernetwork or a part of
 * one.
 */
public interface Parameterized {
    /** {@return every parameter, in the order of the files that hold them} */
    List<ParameterSpec> parameters();

    /** {@return the number of elements of all parameters} */
    default long parameterCount() {
        return parameters().stream().mapToLong(s -> s.shape().elements()).sum();
    }

    /**
     * Trainable parameters of zeros, or without numbers where the device has none.
     *
     * @param device where they will be
     * @return parameters in the order of {@link #parameters}, which live until nothing refers to them
     * @throws IllegalStateException if the device is closed
     */
    default Parameters zeros(Device device) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (ParameterSpec s : parameters()) tensors.put(s.name(), device.zeros(s.shape()));
        return Parameters.trainable(tensors);
    }

    /** {@return the shapes by name, in the order of {@link #parameters}} */
    default Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (ParameterSpec s : parameters()) shapes.put(s.name(), s.shape());
        return shapes;
    }

    /** {@return the parameters by name, in the order of {@link #parameters}} */
    default Map<String, ParameterSpec> specs() {
        Map<String, ParameterSpec> specs = new LinkedHashMap<>();
        for (ParameterSpec s : parameters()) specs.put(s.name(), s);
        return specs;
    }
}
