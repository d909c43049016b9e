package org.logah.ghn.graph;

import static org.logah.ghn.graph.GraphBuilder.NONE;
import static org.logah.ghn.graph.GraphBuilder.joined;
import static org.logah.ghn.graph.GraphBuilder.union;
import static org.logah.ghn.graph.Origin.Constant.CONSTANT;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Op;
import org.logah.autograd.Ops;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Binary;
import org.logah.engine.Shape;
import org.logah.ghn.graph.Origin.Joined;
import org.logah.ghn.graph.Origin.OfParameter;
import org.logah.ghn.graph.Recording.Operation;

/**
 * Maps each operation to the graph: which node it becomes, if any, and which nodes its result comes from. Operations that it does
 * not understand are refused; no source of a value is dropped.
 */
final class OperationReader {
    private final Network network;
    private final int inputs;
    private final GraphBuilder graph;
    private final IdentityHashMap<Variable, Origin> origins = new IdentityHashMap<>();

    /** @param inputs how many inputs the network has; they are the graph's first nodes */
    OperationReader(Network network, int inputs, GraphBuilder graph) {
        this.network = network;
        this.inputs = inputs;
        this.graph = graph;
    }

    void set(Variable v, Origin origin) { origins.put(v, origin); }

    /** Where a value comes from; what nothing is known of is a constant. */
    Origin origin(Variable v) {
        return origins.getOrDefault(v, CONSTANT);
    }

    void read(Operation o) { set(o.result(), result(o)); }

    @SuppressWarnings("ReferenceEquality") // the very row of the table
    private Origin result(Operation o) {
        Op<?> op = o.op();
        if (isPassing(op)) return in(o, 0);
        if (op == Ops.PRODUCT) return product(o);
        if (op == Ops.BINARY) return binary(o, (Binary) o.attributes());
        if (op == Ops.ADD_ONTO) return sum(o, 1, 0);
        if (op == Ops.LAYER_NORM) return layerNorm(o);
        if (op == Ops.RMS_NORM) return scaled(o, Primitive.RMSNORM, data(o, 0), 1);
        if (op == Ops.ATTENTION || op == Ops.CROSS_ATTENTION) return attention(o);
        if (op == Ops.GATHER) return lookup(o);
        if (op == Ops.CONCAT) return concatenation(o);
        if (op == Ops.SOFTMAX) return softmax(o);
        if (op == Ops.SUM_TO) return sumTo(o);
        if (op == Ops.ROTARY) return structural(Primitive.ROT_EMB, union(data(o, 0), readNodes(o)));
        if (op == Ops.GRU) return gru(o);
        if (op == Ops.CROSS_ENTROPY) return joined(Primitive.CONCAT, union(data(o, 0), readNodes(o)));
        return unknown(o);
    }

    /** Operations on one value that make no node: the result keeps the value's origin. */
    @SuppressWarnings("ReferenceEquality") // the very row of the table
    private static boolean isPassing(Op<?> op) {
        return op == Ops.UNARY || op == Ops.AFFINE || op == Ops.RESHAPE || op == Ops.PERMUTE || op == Ops.SLICE;
    }

    private Origin in(Operation o, int i) { return origin(o.inputs().get(i)); }

    /** The node of an input that is read as data; there a parameter is a table of its own. */
    private int[] data(Operation o, int i) {
        return in(o, i) instanceof OfParameter p ? table(o, p, false) : graph.only(in(o, i));
    }

    private int[] readNodes(Operation o) {
        int[] nodes = NONE;
        for (Variable v : o.read()) nodes = union(nodes, graph.only(origin(v)));
        return nodes;
    }

    private Origin structural(Primitive primitive, int[] from) {
        return from.length == 0 ? CONSTANT : new Origin.OfNode(graph.node(primitive, from));
    }

    /** Values that meet in one node; where all come from one node, nothing meets. */
    private Origin meeting(Primitive primitive, int[] from) {
        return from.length > 1 ? structural(primitive, from) : joined(primitive, from);
    }

    /** The origin of a result of constants and at most one parameter; null for all others. */
    private @Nullable Origin ofOneParameter(Operation o) {
        OfParameter only = null;
        for (Variable v : o.inputs()) {
            Origin origin = origin(v);
            if (origin instanceof OfParameter p && (only == null || only.name().equals(p.name()))) only = p;
            else if (origin != CONSTANT) return null;
        }
        return only == null ? CONSTANT : only;
    }

    /**
     * The node of a parameter that is used as a value: it has no incoming edge.
     *
     * @param added whether it is added to something; then its role does not matter
     */
    private int[] table(Operation o, OfParameter p, boolean added) {
        if (!added && !isTable(p)) {
            throw refused(o, "'" + p.name() + "' has the role " + graph.spec(p.name()).role()
                    + ", and what is read like a computed value has EMBEDDING or POSITION");
        }
        return graph.only(carry(o, Primitive.POS_ENC, p, NONE));
    }

    private boolean isTable(OfParameter p) {
        Role role = graph.spec(p.name()).role();
        return role == Role.EMBEDDING || role == Role.POSITION;
    }

    private Origin carry(Operation o, Primitive primitive, OfParameter p, int[] from) {
        Origin result = graph.carry(primitive, p.name(), from);
        if (result == CONSTANT)
            throw refused(o, "'" + p.name() + "' has a node from another use, and a second use is of a computed value");
        return result;
    }

    /** A matrix times a value, plus its bias; of two computed values a gate, or attention scores before their softmax. */
    private Origin product(Operation o) {
        Origin y;
        if (in(o, 1) instanceof OfParameter w) y = carry(o, Primitive.CONV, w, data(o, 0));
        else if (in(o, 0) instanceof OfParameter w && !isTable(w)) y = carry(o, Primitive.CONV, w, data(o, 1));
        else y = joined(Primitive.GATE, union(data(o, 0), data(o, 1)));
        return o.inputs().size() > 2 ? plus(o, y, 2) : y;
    }

    private Origin binary(Operation o, Binary how) {
        Origin alone = ofOneParameter(o);
        if (alone != null) return alone;
        if (how == Binary.ADD || how == Binary.SUBTRACT) return sum(o, 0, 1);
        if (in(o, 1) instanceof OfParameter) return scaled(o, Primitive.BN, data(o, 0), 1);
        if (how == Binary.MULTIPLY && in(o, 0) instanceof OfParameter)
            return scaled(o, Primitive.BN, data(o, 1), 0);
        return meeting(Primitive.GATE, union(data(o, 0), data(o, 1)));
    }

    private Origin sum(Operation o, int first, int second) {
        if (!(in(o, first) instanceof OfParameter)) return plus(o, in(o, first), second);
        if (!(in(o, second) instanceof OfParameter)) return plus(o, in(o, second), first);
        boolean swapped = in(o, first) instanceof OfParameter p && !isTable(p);
        return plus(o, joined(Primitive.SUM, data(o, swapped ? second : first)), swapped ? first : second);
    }

    /** A value and its addend: a vector is a bias node behind it, a table or another path meets it in a sum. */
    private Origin plus(Operation o, Origin y, int added) {
        Origin x = in(o, added);
        if (x == CONSTANT) return y;
        if (x instanceof OfParameter p && graph.isVector(p.name()))
            return carry(o, Primitive.BIAS, p, graph.only(y));
        int[] right = x instanceof OfParameter p ? table(o, p, true) : graph.only(x);
        return meeting(Primitive.SUM, union(graph.only(y), right));
    }

    /** A value times a weight for each channel. */
    private Origin scaled(Operation o, Primitive primitive, int[] from, int weight) {
        if (in(o, weight) instanceof OfParameter p) return carry(o, primitive, vector(o, p), from);
        return meeting(Primitive.GATE, union(from, graph.only(in(o, weight))));
    }

    private OfParameter vector(Operation o, OfParameter p) {
        if (graph.isVector(p.name())) return p;
        throw refused(o, "'" + p.name() + "' has several axes, and a scale has one that is longer than 1");
    }

    private Origin layerNorm(Operation o) {
        int[] x = data(o, 0);
        if (in(o, 1) instanceof OfParameter w && in(o, 2) instanceof OfParameter b && !graph.isPlaced(w.name())
                && !graph.isPlaced(b.name()) && graph.isVector(b.name()) && !w.name().equals(b.name()))
            return graph.carry(Primitive.LN, vector(o, w).name(), b.name(), x);
        return plus(o, scaled(o, Primitive.LN, x, 1), 2);
    }

    /** Queries, keys and values, and what is added to the scores. */
    @SuppressWarnings("ReferenceEquality") // the very row of the table
    private Origin attention(Operation o) {
        int operands = o.op() == Ops.ATTENTION ? 1 : 3;
        int[] from = NONE;
        for (int i = 0; i < o.inputs().size(); i++) {
            from = union(from, in(o, i) instanceof OfParameter p
                    ? table(o, p, i >= operands)
                    : graph.parts(in(o, i)));
        }
        return structural(Primitive.MSA, from);
    }

    /** Rows of a table. With constant indices (places) it is still connected to the input, as in the reference. */
    private Origin lookup(Operation o) {
        int[] index = readNodes(o);
        if (!(in(o, 0) instanceof OfParameter p)) return joined(Primitive.CONCAT, union(data(o, 0), index));
        boolean places = index.length == 0 && inputs == 1;
        return carry(o, Primitive.POS_ENC, p, places ? new int[]{0} : index);
    }

    private Origin concatenation(Operation o) {
        Origin alone = ofOneParameter(o);
        if (alone != null) return alone;
        int[] from = NONE;
        for (int i = 0; i < o.inputs().size(); i++)
            from = union(from, in(o, i) instanceof OfParameter p ? table(o, p, false) : graph.parts(in(o, i)));
        return joined(Primitive.CONCAT, from);
    }

    /** Of a product of two computed values: attention written out. */
    private Origin softmax(Operation o) {
        return in(o, 0) instanceof Joined j && j.primitive() == Primitive.GATE && j.joint() < 0
                ? structural(Primitive.MSA, j.nodes())
                : in(o, 0);
    }

    /** A sum over places keeps the channels: an average but for a factor. */
    private Origin sumTo(Operation o) {
        Shape to = o.result().shape();
        boolean overPlaces = to.rank() > 0 && to.last() == o.inputs().get(0).shape().last();
        return overPlaces && !(in(o, 0) instanceof OfParameter)
                ? structural(Primitive.GLOB_AVG, data(o, 0))
                : in(o, 0);
    }

    private Origin gru(Operation o) {
        return meeting(Primitive.GATE, union(union(data(o, 0), data(o, 1)), data(o, 2)));
    }

    /** Operations not in the table are allowed on one computed value, whose origin they keep. */
    private Origin unknown(Operation o) {
        int[] from = readNodes(o);
        for (int i = 0; i < o.inputs().size(); i++) {
            if (in(o, i) instanceof OfParameter)
                throw refused(o, "parameters are understood in the operations that Ops lists");
            from = union(from, graph.only(in(o, i)));
        }
        if (from.length > 1) throw refused(o, "several values are understood in the operations that Ops lists");
        return joined(Primitive.CONCAT, from);
    }

    private TracingException refused(Operation o, String reason) {
        List<String> parameters = o.inputs().stream().map(this::origin)
                .flatMap(v -> v instanceof OfParameter p ? Stream.of(p.name()) : Stream.empty()).distinct()
                .map(name -> "'" + name + "' " + graph.spec(name).shape()).toList();
        String on = switch (parameters.size()) {
            case 0 -> "computed values";
            case 1 -> "parameter " + parameters.get(0);
            default -> "parameters " + String.join(" and ", parameters);
        };
        return new TracingException(network,
                "operation '" + o.op().name() + "' on " + on + " is not understood: " + reason);
    }
}
