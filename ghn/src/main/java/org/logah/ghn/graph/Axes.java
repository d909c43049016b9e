package org.logah.ghn.graph;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.logah.engine.Shape;

/**
 * What the axes of a graph's parameters are. Most have a length that goes with the width of the residual stream: they are as long, or
 * a multiple or a part of it. Others are lists: tokens, places in a text, classes, colours; their length has nothing to do with the
 * stream's, and says nothing where it happens to be a multiple of it.
 *
 * <p>This is made for transformers. In a network of convolutions most axes may be the sides of kernels, and a mixer's maps from places to
 * places are not known as lists.
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

    /** Which nodes nothing but biases come behind, last nodes first: whoever reads a node stands behind it in the order. */
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

    /** {@return the width of the residual stream: the length that most axes have} 1 where nothing has a parameter. */
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
     * {@return whether the outputs of a matrix, the rows of a table, or the numbers of a vector are a list} Rows of tokens and places are,
     * and classes: the outputs of what nothing but a bias reads, and that bias.
     *
     * @param node a node that carries a parameter
     */
    public boolean listsOutputs(GraphNode node) {
        int[] shape = node.requireShape().toArray();
        if (node.primitive() == Primitive.POS_ENC) return shape.length == 2;
        if (!last[node.index()]) return false;
        // Where the head is a table read once more, a norm is the last of all.
        if (shape.length == 1) return node.primitive() == Primitive.BIAS;
        // A vocabulary may be as long as the stream is wide.
        return outputs(node) != streamWidth || shape[shape.length - 1] == streamWidth;
    }

    /**
     * {@return whether the inputs of a matrix are a list} A last map that is stored the other way round has its classes there.
     *
     * @param node a node that carries a parameter
     */
    public boolean listsInputs(GraphNode node) {
        int[] shape = node.requireShape().toArray();
        return shape.length == 2 && last[node.index()] && !listsOutputs(node) && shape[1] != streamWidth;
    }

    /**
     * {@return whether a map reads the network's input, whose channels, as the colours of pixels, are a list, too}
     *
     * @param node a node that carries a parameter
     */
    public boolean readsInput(GraphNode node) {
        return node.primitive() != Primitive.POS_ENC && graph.predecessors(node.index()).stream()
                .anyMatch(p -> graph.nodes().get(p).primitive() == Primitive.INPUT);
    }
}
