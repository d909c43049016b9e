package org.logah.ghn.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Op;
import org.logah.autograd.Ops;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.engine.MetaDevice;
import org.logah.engine.Storage;
import org.logah.engine.Tensor;

/**
 * Which parameters and inputs the output of a network depends on, straight from the operations on its tape: the judge of what a
 * tracer makes of them. A parameter can be cut: then what reaches the output only by what it is computed with is gone.
 */
final class Influence {
    private final Tape tape;
    private final Map<Storage, Set<String>> ofStorage = new HashMap<>();
    private final Map<Variable, Set<String>> leaves = new IdentityHashMap<>();
    private final Map<Variable, String> alone = new IdentityHashMap<>();
    private final Parameters parameters;
    private final int inputs;
    private final @Nullable String cut;

    private Influence(Tape tape, Parameters parameters, List<Tensor> inputs, @Nullable String cut) {
        this.tape = tape;
        this.parameters = parameters;
        this.inputs = inputs.size();
        this.cut = cut;
        for (String name : parameters.names()) {
            leaves.put(parameters.get(name), name.equals(cut) ? Set.of() : Set.of(name));
            alone.put(parameters.get(name), name);
        }
        for (int i = 0; i < inputs.size(); i++) ofStorage.put(inputs.get(i).storage(), Set.of(input(i)));
    }

    static String input(int i) { return "input " + i; }

    /** @param cut a parameter without which, and without what it is computed with, the rest is asked for; or null */
    static Set<String> of(Network network, @Nullable String cut) {
        MetaDevice meta = new MetaDevice();
        try (Tape tape = Tape.tracing(meta)) {
            Parameters p = network.zeros(meta);
            List<Tensor> in = network.exampleInputs(meta);
            Variable output = network.forward(new Functions(tape), p, in);
            return new Influence(tape, p, in, cut).at(output);
        }
    }

    private Set<String> at(Variable output) {
        for (Tape.Node<?> n : tape.nodes()) {
            Variable result = n.result();
            String only = onlyParameter(n);
            if (only != null) alone.put(result, only);
            Set<String> found = through(n);
            leaves.put(result, found);
            if (only == null) ofStorage.put(result.value().storage(), found);
        }
        return leaves.get(output);
    }

    private Set<String> leaves(Variable v) {
        Set<String> known = leaves.get(v);
        return known == null ? ofStorage.getOrDefault(v.value().storage(), Set.of()) : known;
    }

    /** The parameter that a result is a function of, where it is of no other value and elementwise or a rearrangement. */
    private @Nullable String onlyParameter(Tape.Node<?> n) {
        if (!Set.of("unary", "affine", "reshape", "permute", "slice").contains(n.op().name())) return null;
        return alone.get(n.inputs()[0]);
    }

    private boolean isCut(Variable v) { return cut != null && cut.equals(alone.get(v)); }

    private Set<String> through(Tape.Node<?> n) {
        Variable[] in = n.inputs();
        Op<?> op = n.op();
        Set<String> all = new HashSet<>();
        if (op == Ops.PRODUCT) {
            boolean matrixCut = isCut(in[0]) || isCut(in[1]);
            boolean biasCut = in.length > 2 && isCut(in[2]);
            if (biasCut) return all;
            if (in.length > 2) all.addAll(leaves(in[2]));
            if (!matrixCut) {
                all.addAll(leaves(in[0]));
                all.addAll(leaves(in[1]));
            }
            return all;
        }
        boolean onChain = op == Ops.LAYER_NORM || op == Ops.RMS_NORM || op == Ops.GATHER;
        for (Variable v : in) {
            boolean vector = op == Ops.BINARY && alone.containsKey(v) && isVector(v);
            if (isCut(v) && (onChain || vector)) return new HashSet<>();
            all.addAll(leaves(v));
        }
        if (n.attributes() instanceof Tensor indices) {
            Set<String> from = ofStorage.getOrDefault(indices.storage(), Set.of());
            all.addAll(from);
            // A table of places hangs on the input where there is one.
            if (from.isEmpty() && inputs == 1) all.add(input(0));
        }
        return all;
    }

    private boolean isVector(Variable v) {
        String name = alone.get(v);
        int longer = 0;
        for (int d : parameters.get(name).shape().toArray()) if (d > 1) longer++;
        return longer <= 1;
    }
}
