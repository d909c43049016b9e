package org.logah.ghn.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.jgrapht.graph.DefaultEdge;
import org.jgrapht.graph.SimpleDirectedGraph;
import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Ops;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.engine.Binary;
import org.logah.engine.MetaDevice;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/**
 * Reads a network's computational graph off the network itself: it runs once without numbers, and the recorded operations
 * are contracted to {@link Primitive}s. Operations without parameters that are no primitive (reshapes, activations) pass
 * their source on.
 */
public final class GraphTracer {
    private final Map<Variable, String> parameterOf = new IdentityHashMap<>();
    private final Map<Variable, Integer> sourceOf = new IdentityHashMap<>();
    /** Results of concatenations of several nodes' values; they are a node only where something else than attention reads them. */
    private final Map<Variable, Set<Integer>> joined = new IdentityHashMap<>();
    private final Set<String> placed = new HashSet<>();
    private final Map<String, Shape> shapes;
    private final Tensor input;
    private final List<GraphNode> nodes = new ArrayList<>();
    private final List<int[]> edges = new ArrayList<>();

    private GraphTracer(Map<String, Shape> shapes, Tensor input) {
        this.shapes = shapes;
        this.input = input;
    }

    /** The graph as it should be. */
    public static ComputationGraph trace(Network network) {
        return trace(network, false);
    }

    /**
     * @param headOnInput the reference's quirk: the untied head of a language model hangs on the input, before the first
     *        sum, with no outgoing edge; for hypernetworks trained that way
     */
    public static ComputationGraph trace(Network network, boolean headOnInput) {
        MetaDevice meta = new MetaDevice();
        try (Tape tape = Tape.tracing(meta)) {
            Parameters parameters = network.zeros(meta);
            Tensor input = network.exampleInput(meta);
            network.forward(new Functions(tape), parameters, input);
            GraphTracer tracer = new GraphTracer(network.shapes(), input);
            for (String name : parameters.names()) tracer.parameterOf.put(parameters.get(name), name);
            tracer.node(Primitive.INPUT, null, null);
            for (Tape.Node<?> n : tape.nodes()) tracer.visit(n);
            if (headOnInput) tracer.moveHeadToInput();
            return tracer.build();
        }
    }

    private void visit(Tape.Node<?> n) {
        Variable[] in = n.inputs();
        @Nullable
        Integer source = null;
        if (n.op() == Ops.PRODUCT && parameterOf.containsKey(in[1])) {
            source = carry(Primitive.CONV, parameterOf.get(in[1]), source(in[0]));
            if (in.length > 2) source = carry(Primitive.BIAS, parameterOf.get(in[2]), source);
        } else if (n.op() == Ops.LAYER_NORM) {
            source = carry(Primitive.LN, parameterOf.get(in[1]), source(in[0]));
        } else if (n.op() == Ops.RMS_NORM) {
            source = carry(Primitive.RMSNORM, parameterOf.get(in[1]), source(in[0]));
        } else if (n.op() == Ops.ROTARY) {
            source = node(Primitive.ROT_EMB, null, null, source(in[0]));
        } else if (n.op() == Ops.GATHER) {
            source = carry(Primitive.POS_ENC, parameterOf.get(in[0]), 0);
        } else if (n.op() == Ops.ATTENTION) {
            source = node(Primitive.MSA, null, null, sources(in[0]));
        } else if (n.op() == Ops.BINARY && n.attributes() == Binary.ADD) {
            source = sum(in[0], in[1]);
        } else if (n.op() == Ops.ADD_ONTO) {
            source = sum(in[1], in[0]);
        } else if (n.op() == Ops.RESHAPE && parameterOf.containsKey(in[0])) {
            parameterOf.put(n.result(), parameterOf.get(in[0]));
        } else {
            source = passOn(n, in);
        }
        if (source != null) sourceOf.put(n.result(), source);
    }

    /** An addition: a table of positions becomes a node of its own; two paths that meet are a sum. */
    private @Nullable Integer sum(Variable a, Variable b) {
        Integer left = tableOr(a);
        Integer right = tableOr(b);
        if (left == null || right == null) return left == null ? right : left;
        return node(Primitive.SUM, null, null, left, right);
    }

    private @Nullable Integer tableOr(Variable v) {
        String parameter = parameterOf.get(v);
        return parameter == null ? source(v) : carry(Primitive.POS_ENC, parameter, null);
    }

    /** A product of two paths is a gate; other operations without parameters hand their source on. */
    private @Nullable Integer passOn(Tape.Node<?> n, Variable[] in) {
        Set<Integer> sources = new TreeSet<>();
        for (Variable v : in) {
            Integer s = parameterOf.containsKey(v) ? null : source(v);
            if (s != null) sources.add(s);
        }
        if (sources.size() > 1 && n.op() == Ops.CONCAT) {
            joined.put(n.result(), sources);
            return null;
        }
        if (sources.size() > 1 && n.op() == Ops.BINARY && n.attributes() == Binary.MULTIPLY)
            return node(Primitive.GATE, null, null, sources.toArray(Integer[]::new));
        return sources.isEmpty() ? null : sources.iterator().next();
    }

    /** All nodes that a value is put together from. */
    private @Nullable Integer[] sources(Variable v) {
        Set<Integer> parts = joined.get(v);
        return parts == null ? new Integer[]{source(v)} : parts.toArray(Integer[]::new);
    }

    /** The node that produces a value; the network's input is node 0, other constants have none. */
    private @Nullable Integer source(Variable v) {
        Set<Integer> parts = joined.remove(v);
        if (parts != null) sourceOf.put(v, node(Primitive.CONCAT, null, null, parts.toArray(Integer[]::new)));
        Integer s = sourceOf.get(v);
        return s == null && v.value().storage() == input.storage() ? Integer.valueOf(0) : s;
    }

    /** A node for a parameter, once; a parameter used again (a tied head) adds nothing. */
    private @Nullable Integer carry(Primitive primitive, @Nullable String parameter, @Nullable Integer from) {
        if (parameter == null || !placed.add(parameter)) return from;
        Shape shape = shapes.get(parameter);
        if (shape != null && primitive == Primitive.POS_ENC && shape.rank() == 3) {
            int side = (int) Math.floor(Math.sqrt(shape.dim(1)));
            shape = Shape.of(shape.dim(0), shape.dim(2), side, side);
        }
        return from == null ? node(primitive, parameter, shape) : node(primitive, parameter, shape, from);
    }

    private int node(Primitive primitive, @Nullable String parameter, @Nullable Shape shape,
            @Nullable Integer... from) {
        int index = nodes.size();
        nodes.add(new GraphNode(index, primitive, parameter, shape));
        for (Integer f : from) {
            if (f != null) edges.add(new int[]{f, index});
        }
        return index;
    }

    private void moveHeadToInput() {
        GraphNode last = nodes.get(nodes.size() - 1);
        int firstSum = 0;
        while (firstSum < nodes.size() && nodes.get(firstSum).primitive() != Primitive.SUM) firstSum++;
        if (last.primitive() != Primitive.CONV || firstSum == nodes.size()) return;
        int from = nodes.size() - 1;
        int to = firstSum;
        List<GraphNode> order = new ArrayList<>(nodes.subList(0, from));
        order.add(to, last);
        Map<Integer, Integer> renumbered = new HashMap<>();
        nodes.clear();
        for (GraphNode n : order) {
            renumbered.put(n.index(), nodes.size());
            nodes.add(new GraphNode(nodes.size(), n.primitive(), n.parameter(), n.shape()));
        }
        edges.removeIf(e -> e[1] == from);
        edges.replaceAll(e -> new int[]{renumbered.getOrDefault(e[0], e[0]), renumbered.getOrDefault(e[1], e[1])});
        edges.add(new int[]{0, to});
    }

    private ComputationGraph build() {
        SimpleDirectedGraph<Integer, DefaultEdge> graph = new SimpleDirectedGraph<>(DefaultEdge.class);
        nodes.forEach(n -> graph.addVertex(n.index()));
        edges.forEach(e -> graph.addEdge(e[0], e[1]));
        return new ComputationGraph(nodes, graph);
    }
}
