package org.logah.ghn.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Shape;

/**
 * A graph that grows node by node. A node's predecessors are there before it, so its index order is topological. Sets of
 * nodes are sorted arrays.
 */
final class GraphBuilder {
    /** No node. */
    static final int[] NONE = {};
    private final Map<String, ParameterSpec> specs;
    private final List<GraphNode> nodes = new ArrayList<>();
    private final List<int[]> predecessors = new ArrayList<>();
    private final Map<String, Integer> placed = new HashMap<>();

    /** @param specs the network's parameters by name */
    GraphBuilder(Map<String, ParameterSpec> specs) {
        this.specs = specs;
    }

    int size() { return nodes.size(); }

    /** A node without a parameter. */
    int node(Primitive primitive, int[] from) {
        return add(primitive, null, null, null, from);
    }

    private int add(Primitive primitive, @Nullable String parameter, @Nullable String normBias, @Nullable Shape shape,
            int[] from) {
        int index = nodes.size();
        nodes.add(new GraphNode(index, primitive, parameter, normBias, shape));
        predecessors.add(from.clone());
        return index;
    }

    /**
     * Gives a parameter its node at its first use. The same use again (another part of a matrix) returns that node; a different
     * use (a tied head) adds no node, as in the reference.
     *
     * @param from nodes that the parameter is used on
     * @return where the result comes from
     */
    Origin carry(Primitive primitive, String parameter, int[] from) {
        return carry(primitive, parameter, null, from);
    }

    /** @param normBias a norm's bias, predicted with its weight; null where there is none */
    Origin carry(Primitive primitive, String parameter, @Nullable String normBias, int[] from) {
        Integer there = placed.get(parameter);
        if (there == null) {
            int index = add(primitive, parameter, normBias, decodedShape(primitive, parameter), from);
            placed.put(parameter, index);
            if (normBias != null) placed.put(normBias, index);
            return new Origin.OfNode(index);
        }
        boolean same = nodes.get(there).primitive() == primitive && Arrays.equals(predecessors.get(there), from);
        return same ? new Origin.OfNode(there) : joined(Primitive.CONCAT, from);
    }

    boolean isPlaced(String parameter) { return placed.containsKey(parameter); }

    ParameterSpec spec(String parameter) {
        ParameterSpec spec = specs.get(parameter);
        if (spec == null) throw new IllegalStateException("no parameter '" + parameter + "' among " + specs.size());
        return spec;
    }

    /** Whether at most one axis of a parameter is longer than one: it is decoded as a vector. */
    boolean isVector(String parameter) {
        int longer = 0;
        for (int d : spec(parameter).shape().toArray()) if (d > 1) longer++;
        return longer <= 1;
    }

    /** The shape to decode: the parameter's own, except for vectors and tables of three axes or more. */
    private Shape decodedShape(Primitive primitive, String parameter) {
        Shape shape = spec(parameter).shape();
        boolean vector = switch (primitive) {
            case BIAS, BN, LN, RMSNORM -> isVector(parameter);
            case POS_ENC -> shape.rank() < 2;
            default -> false;
        };
        if (vector) return Shape.of(Math.toIntExact(shape.elements()));
        if (primitive != Primitive.POS_ENC || shape.rank() < 3 || shape.dim(0) != 1) return shape;
        if (shape.rank() == 3 && spec(parameter).role() == Role.POSITION) {
            int side = (int) Math.floor(Math.sqrt(shape.dim(1)));
            return Shape.of(1, shape.dim(2), side, side);
        }
        int[] axes = shape.toArray();
        int ones = 0;
        while (ones < axes.length - 2 && axes[ones] == 1) ones++;
        return Shape.of(Arrays.copyOfRange(axes, ones, axes.length));
    }

    /** The origin of values of several nodes; where a joining node is needed, it has that primitive. */
    static Origin joined(Primitive primitive, int[] nodes) {
        return switch (nodes.length) {
            case 0 -> Origin.Constant.CONSTANT;
            case 1 -> new Origin.OfNode(nodes[0]);
            default -> new Origin.Joined(primitive, nodes);
        };
    }

    /** The one node of a value, or none; adds the joining node if there is none yet. */
    int[] only(Origin origin) {
        if (origin instanceof Origin.OfNode n) return new int[]{n.node()};
        if (!(origin instanceof Origin.Joined j)) return NONE;
        if (j.joint() < 0) j.joinAt(node(j.primitive(), j.nodes()));
        return new int[]{j.joint()};
    }

    /** The nodes that a value is put together from side by side. */
    int[] parts(Origin origin) {
        return origin instanceof Origin.Joined j && j.joint() < 0 && j.primitive() == Primitive.CONCAT
                ? j.nodes()
                : only(origin);
    }

    /** Sorted, each once. */
    static int[] union(int[] a, int[] b) {
        int[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        Arrays.sort(both);
        int count = 0;
        for (int node : both) if (count == 0 || both[count - 1] != node) both[count++] = node;
        return Arrays.copyOf(both, count);
    }

    /** Which nodes have a path to a given one. */
    boolean[] waysTo(int node) {
        boolean[] reached = new boolean[nodes.size()];
        reached[node] = true;
        for (int i = node; i >= 0; i--) {
            if (reached[i]) for (int p : predecessors.get(i)) reached[p] = true;
        }
        return reached;
    }

    GraphNode at(int index) { return nodes.get(index); }

    /**
     * Applies the reference's quirk: the untied head of a language model reads the input, before the first sum, with no outgoing
     * edge. If the last node is no matrix, nothing changes.
     */
    void moveHeadToInput() {
        int from = nodes.size() - 1;
        int to = 0;
        while (to < nodes.size() && nodes.get(to).primitive() != Primitive.SUM) to++;
        if (nodes.get(from).primitive() != Primitive.CONV || to == nodes.size()) return;
        nodes.add(to, nodes.remove(from));
        predecessors.remove(from);
        predecessors.add(to, new int[]{0});
        for (int i = to; i < nodes.size(); i++) {
            nodes.set(i, nodes.get(i).withIndex(i));
            if (i == to) continue;
            int[] shifted = predecessors.get(i);
            for (int k = 0; k < shifted.length; k++) if (shifted[k] >= to) shifted[k]++;
        }
    }

    ComputationGraph build() { return new ComputationGraph(nodes, predecessors); }
}
