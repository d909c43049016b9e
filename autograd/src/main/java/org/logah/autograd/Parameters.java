package org.logah.autograd;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import org.logah.engine.Tensor;
import org.logah.engine.TensorException;

/**
 * Named variables in order: what a network is a function of. They may be trainable leaves, or the output of a
 * hypernetwork with gradients flowing through them.
 */
public final class Parameters {
    private final Map<String, Variable> variables = new LinkedHashMap<>();

    /** Trainable leaves from named tensors, in their order. */
    public static Parameters trainable(Map<String, Tensor> tensors) {
        Parameters p = new Parameters();
        tensors.forEach((name, t) -> p.put(name, Variable.parameter(name, t)));
        return p;
    }

    public Parameters put(String name, Variable variable) {
        if (variables.put(name, variable) != null) throw new TensorException("parameter '" + name + "' is given twice");
        return this;
    }

    /** @throws TensorException if there is none of that name */
    public Variable get(String name) {
        Variable v = variables.get(name);
        if (v == null) throw new TensorException("no parameter '" + name + "' among " + variables.size());
        return v;
    }

    public boolean contains(String name) { return variables.containsKey(name); }

    public Set<String> names() { return Collections.unmodifiableSet(variables.keySet()); }

    public Collection<Variable> all() { return Collections.unmodifiableCollection(variables.values()); }

    public Map<String, Tensor> values() {
        Map<String, Tensor> out = new LinkedHashMap<>();
        variables.forEach((name, v) -> out.put(name, v.value()));
        return out;
    }

    public Parameters map(UnaryOperator<Variable> change) {
        Parameters p = new Parameters();
        variables.forEach((name, v) -> p.put(name, change.apply(v)));
        return p;
    }

    /** Number of elements of all parameters together. */
    public long count() {
        return variables.values().stream().mapToLong(v -> v.shape().elements()).sum();
    }

    public void clearGradients() { variables.values().forEach(Variable::clearGradient); }
}
