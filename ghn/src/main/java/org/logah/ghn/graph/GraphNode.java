package org.logah.ghn.graph;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Shape;

/**
 * One node of a computational graph.
 *
 * @param parameter name of the parameter that the node carries, null for structural nodes; a layer norm carries its bias too
 * @param shape the shape that the node's features are made of; a vision position table {@code (1, T, C)} reads as
 *        {@code (1, C, s, s)} with {@code s = floor(sqrt T)}
 */
public record GraphNode(int index, Primitive primitive, @Nullable String parameter, @Nullable Shape shape) {

    /** The shape brought to four axes (output, input, height, width), or null for structural nodes. */
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

    /** The parameter's name; throws on structural nodes. */
    public String requireParameter() {
        if (parameter == null)
            throw new IllegalStateException("node " + index + " (" + primitive.label() + ") has no parameter");
        return parameter;
    }

    /** The parameter's shape; throws on structural nodes. */
    public Shape requireShape() {
        if (shape == null)
            throw new IllegalStateException("node " + index + " (" + primitive.label() + ") has no shape");
        return shape;
    }
}
