package org.logah.ghn.features;

import java.util.ArrayList;
import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Shape;
import org.logah.ghn.graph.Axes;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;

/**
 * Our shape features: each axis relative to the residual stream's width, in {@code d / 4} numbers.
 *
 * <ul>
 * <li>Lengths that scale with the width: the logarithm of their ratio to it, on a few cosines and a learned map.
 * <li>Axes of 1 and lists (tokens, places, classes, colours): a learned row, whatever their length.
 * <li>Sides of kernels and grids: their own logarithm, above 16 that of 16.
 * </ul>
 *
 * <p>Why: GPTs, Llamas and vision transformers that differ in width alone have the same features, bit for bit. In the reference's
 * tables the row of an unseen width is noise, and so are all nodes' states: with three seeds, Llamas of width 96 (32 to 64 were
 * learned) had losses of 4.0, 3.3 and 9.0 with them, and 2.3, 2.3 and 2.4 with these features (docs/findings.md).
 */
final class RelativeShapes implements ShapeFeatures {
    private static final int COSINES = 8;
    /** Octaves that the cosines span below and above the stream's width, or a side of 1; lengths beyond are clamped. */
    private static final double OCTAVES = 4;

    // Rows in front of the cosines', for what is not a length: no parameter, an axis of 1, a list.
    private static final int NONE = 0;
    private static final int ONE = 1;
    private static final int LIST = 2;
    private static final int FIRST_COSINE = 3;
    private static final int ROWS = FIRST_COSINE + COSINES;
    private final ParameterSpec channels;
    private final ParameterSpec sides;

    RelativeShapes(int hidden) {
        Shape table = Shape.of(ROWS, hidden / 4);
        channels = new ParameterSpec("shape_enc.relative_channel.weight", table, Role.EMBEDDING);
        sides = new ParameterSpec("shape_enc.relative_spatial.weight", table, Role.EMBEDDING);
    }

    @Override
    public List<ParameterSpec> parameters() { return List.of(sides, channels); }

    @Override
    public Variable apply(Functions f, Parameters p, List<ComputationGraph> graphs) {
        int nodes = graphs.stream().mapToInt(ComputationGraph::size).sum();
        List<Variable> quarters = new ArrayList<>();
        for (int axis = 0; axis < 4; axis++) {
            float[] read = new float[nodes * ROWS];
            int at = 0;
            for (ComputationGraph graph : graphs) {
                for (GraphNode node : graph.nodes()) {
                    read(graph.axes(), node, axis, read, at);
                    at += ROWS;
                }
            }
            ParameterSpec table = axis < 2 ? channels : sides;
            quarters.add(f.matmul(f.constant(Shape.of(nodes, ROWS), read), p.get(table.name())));
        }
        return f.concat(1, quarters);
    }

    /** How much of each row of a table an axis takes. */
    private static void read(Axes axes, GraphNode node, int axis, float[] read, int at) {
        int[] shape = node.shape4();
        int length = shape == null ? 0 : shape[axis];
        if (length == 0) read[at + NONE] = 1;
        else if (length == 1) read[at + ONE] = 1;
        else if (isList(axes, node, axis)) read[at + LIST] = 1;
        else cosines(axis < 2 ? length / (double) axes.streamWidth() : length, read, at + FIRST_COSINE);
    }

    private static boolean isList(Axes axes, GraphNode node, int axis) {
        return switch (axis) {
            case 0 -> axes.listsOutputs(node);
            case 1 -> axes.listsInputs(node) || axes.readsInput(node);
            default -> false;
        };
    }

    /** Scaled so that their squares sum to 1, as for one row, on average over the octaves. */
    private static void cosines(double length, float[] read, int at) {
        double octaves = StrictMath.log(length) / StrictMath.log(2);
        double angle = Math.PI * (Math.clamp(octaves, -OCTAVES, OCTAVES) + OCTAVES) / (2 * OCTAVES);
        for (int k = 0; k < COSINES; k++)
            read[at + k] = (float) (StrictMath.cos(k * angle) * Math.sqrt((k == 0 ? 1.0 : 2) / COSINES));
    }
}
