package org.logah.ghn.graph;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.logah.engine.Shape;

/**
 * Tells which axes of a graph's parameters scale with the residual stream's width, and which are lists. Most are as long as the
 * stream is wide, or a multiple or a part of that. Lists are tokens, places in a text, classes and colours: their length is
 * independent of the width, even where it happens to be a multiple of it.
 *
 * <p>This is made for transformers. In a convolutional network most axes may be the sides of kernels, and a mixer's maps from
 * places to places are not recognized as lists.
 */
public final class Axes {
    private final ComputationGraph graph;
    private final int streamWidth;
    private final boolean[] last;

    Axes(ComputationGraph graph) {
        this.graph = graph;
        streamWidth = streamWidth(graph.carriers());
        last = last(graph);
    }

    /** For each node, whether only biases follow it. Goes backwards, since a node's readers come after it. */
    private static boolean[] last(ComputationGraph graph) {
        boolean[] last = new boolean[graph.size()];
        Arrays.fill(last, true);
        for (int i = last.length - 1; i >= 0; i--) {
            boolean ends = last[i] && graph.nodes().get(i).primitive() == Primitive.BIAS;
            for (int p : graph.predecessors(i)) last[p] &= ends;
        }
        return last;
    }

    /** The length that most axes of parameters have, the least of those that are as frequent. */
    private static int streamWidth(List<GraphNode> carriers) {
        Map<Integer, Integer> counts = new HashMap<>();
        for (GraphNode n : carriers)
            for (int length : n.requireShape().toArray()) counts.merge(length, 1, Integer::sum);
        return counts.entrySet().stream()
                .max(Map.Entry.<Integer, Integer>comparingByValue()
                        .thenComparing(Map.Entry.<Integer, Integer>comparingByKey().reversed()))
                .map(Map.Entry::getKey).orElse(1);
    }

    /** {@return the width of the residual stream: the most frequent length of an axis, 1 without parameters} */
    public int streamWidth() {
        return streamWidth;
    }

    /**
     * {@return how many outputs a parameter has: the length of its first axis, of a grid of positions {@code (1, C, s, s)} its channels}
     *
     * @param node a node that carries a parameter
     */
    public static int outputs(GraphNode node) {
        Shape shape = node.requireShape();
        return shape.rank() > 2 && shape.dim(0) == 1 ? shape.dim(1) : shape.dim(0);
    }

    /**
     * {@return whether the outputs of a matrix, the rows of a table, or the numbers of a vector are a list} Lists are rows of
     * tokens and places, and classes: the outputs of a matrix that only a bias follows, and that bias.
     *
     * @param node a node that carries a parameter
     */
    public boolean listsOutputs(GraphNode node) {
        int[] shape = node.requireShape().toArray();
        if (node.primitive() == Primitive.POS_ENC) return shape.length == 2;
        if (!last[node.index()]) return false;
        // With a tied head the last node is a norm.
        if (shape.length == 1) return node.primitive() == Primitive.BIAS;
        // A vocabulary may be as long as the stream is wide.
        return outputs(node) != streamWidth || shape[shape.length - 1] == streamWidth;
    }

    /**
     * {@return whether the inputs of a matrix are a list: the classes of a last map that is stored transposed}
     *
     * @param node a node that carries a parameter
     */
    public boolean listsInputs(GraphNode node) {
        int[] shape = node.requireShape().toArray();
        return shape.length == 2 && last[node.index()] && !listsOutputs(node) && shape[1] != streamWidth;
    }

    /**
     * {@return whether a map reads the network's input; its channels, such as colours, are a list}
     *
     * @param node a node that carries a parameter
     */
    public boolean readsInput(GraphNode node) {
        return node.primitive() != Primitive.POS_ENC && graph.predecessors(node.index()).stream()
                .anyMatch(p -> graph.nodes().get(p).primitive() == Primitive.INPUT);
    }
}
