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
 * Ours: an axis by what it is to the residual stream. A length that goes with the stream's width is the logarithm of its part of it, which
 * a few cosines carry to {@code d / 4} features by a learned map; axes of 1 and lists (tokens, places, classes, colours) have a learned row
 * whatever their length; sides of kernels and grids are logarithms of themselves, those beyond 16 as 16. So GPTs, Llamas and vision transformers that
 * differ in their width alone have the same features, bit for bit, and what a hypernetwork has learned of narrow ones it knows of wide ones.
 *
 * <p>Why not the reference's tables: the row of a width that no training saw is noise, and the states of all nodes with it. Of Llamas of
 * width 96, of which 32 to 64 were learned, the predicted losses were 4.0, 3.3 and 9.0 with three seeds instead of 2.3, 2.3 and 2.4 (docs/results.md).
 */
final class RelativeShapes implements ShapeFeatures {
    private static final int COSINES = 8;
    /** Octaves below and above the stream's width, or a side of 1, where cosines begin and end; what is beyond counts as the end. */
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

    /** Together their squares come to 1, as a row's do, in the mean over the octaves. */
    private static void cosines(double length, float[] read, int at) {
        double octaves = StrictMath.log(length) / StrictMath.log(2);
        double angle = Math.PI * (Math.clamp(octaves, -OCTAVES, OCTAVES) + OCTAVES) / (2 * OCTAVES);
        for (int k = 0; k < COSINES; k++)
            read[at + k] = (float) (StrictMath.cos(k * angle) * Math.sqrt((k == 0 ? 1.0 : 2) / COSINES));
    }
}
