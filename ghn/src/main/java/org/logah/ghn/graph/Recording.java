package org.logah.ghn.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Op;
import org.logah.autograd.Ops;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.engine.Storage;
import org.logah.engine.Tensor;

/**
 * One recorded run of a network: its operations and the values between them. Each value read is identified as a result, a
 * parameter, an input or a constant, even if the network took the tensor off the tape and put it back.
 */
final class Recording {
    private final List<Operation> operations = new ArrayList<>();
    private final List<Variable> inputs = new ArrayList<>();
    private final IdentityHashMap<Variable, String> parameters = new IdentityHashMap<>();
    private final Set<Variable> results = Collections.newSetFromMap(new IdentityHashMap<>());
    private final IdentityHashMap<Storage, Variable> lastIn = new IdentityHashMap<>();
    private final Variable output;

    /**
     * A recorded operation.
     *
     * @param inputs the variables that it computes with
     * @param read tensors among its attributes that it reads, the indices of a lookup, say
     */
    record Operation(Op<?> op, Object attributes, List<Variable> inputs, List<Variable> read, Variable result) {}

    Recording(Tape tape, Parameters parameters, List<Tensor> inputs, Variable output) {
        for (String name : parameters.names()) {
            Variable v = parameters.get(name);
            this.parameters.put(v, name);
            lastIn.put(v.value().storage(), v);
        }
        for (Tensor t : inputs) {
            Variable v = Variable.constant(t);
            this.inputs.add(v);
            lastIn.put(t.storage(), v);
        }
        for (Tape.Node<?> n : tape.nodes()) {
            List<Variable> in = new ArrayList<>();
            for (Variable v : n.inputs()) in.add(known(v));
            List<Variable> read = tensorsIn(n.attributes()).stream().map(t -> known(Variable.constant(t))).toList();
            operations.add(new Operation(n.op(), n.attributes(), in, read, n.result()));
            results.add(n.result());
            lastIn.put(n.result().value().storage(), n.result());
        }
        this.output = known(output);
    }

    private static List<Tensor> tensorsIn(Object attributes) {
        if (attributes instanceof Tensor t) return List.of(t);
        if (attributes instanceof Ops.Targets t) return List.of(t.targets());
        return attributes instanceof Ops.Rotary r ? List.of(r.cos(), r.sin()) : List.of();
    }

    /** The value that lies in a variable's memory, where that is known, else the variable itself: a constant. */
    private Variable known(Variable v) {
        if (parameters.containsKey(v) || results.contains(v)) return v;
        return lastIn.getOrDefault(v.value().storage(), v);
    }

    /** The network's inputs, as the operations read them. */
    List<Variable> inputs() { return inputs; }

    Variable output() { return output; }

    /** The parameters' names by variable. */
    Map<Variable, String> parameters() { return parameters; }

    /** The operations that the output depends on, in order. */
    List<Operation> live() {
        Set<Variable> needed = Collections.newSetFromMap(new IdentityHashMap<>());
        needed.add(output);
        Deque<Operation> live = new ArrayDeque<>();
        for (int i = operations.size() - 1; i >= 0; i--) {
            Operation o = operations.get(i);
            if (!needed.contains(o.result())) continue;
            needed.addAll(o.inputs());
            needed.addAll(o.read());
            live.addFirst(o);
        }
        return List.copyOf(live);
    }

    /** The name of the first operation that reads a parameter, or null where none does. */
    @Nullable
    String firstReader(String parameter) {
        for (Operation o : operations) {
            for (Variable v : o.inputs()) if (parameter.equals(parameters.get(v))) return o.op().name();
        }
        return null;
    }
}
