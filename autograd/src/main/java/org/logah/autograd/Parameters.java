package org.logah.autograd;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;

/**
 * Named variables in order: what a network is a function of. They may be trainable leaves, or the output of a
 * hypernetwork with gradients flowing through them; those belong to the tape that they were computed on, and are gone when it is
 * closed ({@link #copyTo} keeps them).
 */
public final class Parameters {
    private final Map<String, Variable> variables = new LinkedHashMap<>();

    /** No parameters yet. */
    public Parameters() {}

    /**
     * Trainable leaves from named tensors.
     *
     * @param tensors their values; they are not copied
     * @return parameters in the order of the map
     */
    public static Parameters trainable(Map<String, Tensor> tensors) {
        Parameters p = new Parameters();
        tensors.forEach((name, t) -> p.put(name, Variable.parameter(name, t)));
        return p;
    }

    /**
     * Adds a parameter behind the others.
     *
     * @param name under which {@link #get} finds it
     * @param variable the parameter
     * @return these parameters
     * @throws TensorException if there is one of that name
     */
    public Parameters put(String name, Variable variable) {
        if (variables.put(name, variable) != null) throw new TensorException("parameter '" + name + "' is given twice");
        return this;
    }

    /**
     * One parameter.
     *
     * @param name its name
     * @return the variable
     * @throws TensorException if there is none of that name
     */
    public Variable get(String name) {
        Variable v = variables.get(name);
        if (v == null) throw new TensorException("no parameter '" + name + "' among " + variables.size());
        return v;
    }

    /**
     * Whether there is a parameter.
     *
     * @param name its name
     * @return whether {@link #get} finds it
     */
    public boolean contains(String name) { return variables.containsKey(name); }

    /** {@return all names, in order} */
    public Set<String> names() {
        return Collections.unmodifiableSet(variables.keySet());
    }

    /** {@return all variables, in order} */
    public Collection<Variable> all() {
        return Collections.unmodifiableCollection(variables.values());
    }

    /** {@return the tensors by name, in order; they are not copied} */
    public Map<String, Tensor> values() {
        Map<String, Tensor> out = new LinkedHashMap<>();
        variables.forEach((name, v) -> out.put(name, v.value()));
        return out;
    }

    /**
     * Other parameters of the same names.
     *
     * @param change makes each of one of these
     * @return the results, in the same order
     */
    public Parameters map(UnaryOperator<Variable> change) {
        Parameters p = new Parameters();
        variables.forEach((name, v) -> p.put(name, change.apply(v)));
        return p;
    }

    /**
     * Trainable copies that no tape owns: how predicted parameters outlive the tape that they were predicted on. Gradients are
     * not copied, and none flow back from the copies.
     *
     * @param device where the copies will be
     * @return trainable leaves of the same names, shapes and numbers, which live until nothing refers to them
     * @throws IllegalStateException if the memory of one was given back already
     */
    public Parameters copyTo(Device device) {
        Parameters p = new Parameters();
        variables.forEach((name, v) -> p.put(name, Variable.parameter(name, v.value().copyTo(device))));
        return p;
    }

    /** {@return the number of elements of all parameters together} */
    public long count() {
        return variables.values().stream().mapToLong(v -> v.shape().elements()).sum();
    }

    /** Forgets the gradients of all. */
    public void clearGradients() {
        variables.values().forEach(Variable::clearGradient);
    }
}
