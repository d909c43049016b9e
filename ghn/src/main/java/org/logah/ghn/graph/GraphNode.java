package org.logah.ghn.graph;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Shape;

/**
 * One node of a computational graph.
 *
 * @param index its place in the graph's topological order
 * @param primitive what it does
 * @param parameter name of the parameter that the node carries, null for structural nodes
 * @param normBias name of the bias that a layer norm carries beside its weight, null elsewhere
 * @param shape the shape in which the parameter is embedded and decoded; null for structural nodes. It is the parameter's own,
 *        but vectors lose their axes of 1, a table {@code (1, T, C)} of the role POSITION becomes {@code (1, C, s, s)} with
 *        {@code s = floor(sqrt T)}, and other tables lose leading axes of 1
 */
public record GraphNode(int index, Primitive primitive, @Nullable String parameter, @Nullable String normBias,
        @Nullable Shape shape) {

    /** The same node at another place in the order. */
    GraphNode withIndex(int other) {
        return new GraphNode(other, primitive, parameter, normBias, shape);
    }

    /** {@return the shape brought to four axes (output, input, height, width), or null for structural nodes} */
    public int @Nullable [] shape4() {
        if (shape == null) return null;
        int[] d = shape.toArray();
        return switch (d.length) {
            case 1 -> new int[]{d[0], 1, 1, 1};
            case 2 -> new int[]{d[0], d[1], 1, 1};
            case 3 -> new int[]{d[0], d[1], d[2], 1};
            default -> d;
        };
    }

    /**
     * {@return the parameter's name}
     *
     * @throws IllegalStateException if this is a structural node
     */
    public String requireParameter() {
        if (parameter == null)
            throw new IllegalStateException("node " + index + " (" + primitive.label() + ") has no parameter");
        return parameter;
    }

    /**
     * {@return the shape that the parameter is decoded in}
     *
     * @throws IllegalStateException if this is a structural node
     */
    public Shape requireShape() {
        if (shape == null)
            throw new IllegalStateException("node " + index + " (" + primitive.label() + ") has no shape");
        return shape;
    }
}
