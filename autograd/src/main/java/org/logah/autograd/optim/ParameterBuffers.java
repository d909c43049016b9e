package org.logah.autograd.optim;

import java.util.LinkedHashMap;
import java.util.Map;

import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;

/** One tensor of optimizer state per parameter, zero at first. */
final class ParameterBuffers {
    private final String prefix;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    ParameterBuffers(String prefix, Parameters parameters) {
        this.prefix = prefix;
        for (String name : parameters.names()) {
            Variable v = parameters.get(name);
            tensors.put(name, v.value().device().zeros(v.shape()));
        }
    }

    Tensor of(String name) {
        Tensor t = tensors.get(name);
        if (t == null) throw new TensorException("optimizer has no state for '" + name + "'");
        return t;
    }

    void saveTo(Map<String, Tensor> state) { tensors.forEach((name, t) -> state.put(prefix + "." + name, t)); }

    void restore(Map<String, Tensor> state) {
        tensors.forEach((name, t) -> {
            Tensor saved = state.get(prefix + "." + name);
            if (saved == null) throw new TensorException("saved optimizer state lacks '" + prefix + "." + name + "'");
            t.set(saved);
        });
    }
}
