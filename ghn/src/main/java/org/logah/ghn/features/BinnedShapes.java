package org.logah.ghn.features;

import java.util.ArrayList;
import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Embedding;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;

/**
 * The reference's shape features (GHN-2, section 3.3): a row of width {@code d / 4} for each length of an axis, in one table for
 * channels and one for the sides of kernels.
 */
public final class BinnedShapes implements ShapeFeatures {
    private final Embedding spatial;
    private final Embedding channel;
    private final Bins channels;
    private final Bins kernels;

    /**
     * The tables of a hypernetwork.
     *
     * @param config what the embeddings are made for
     * @param hidden width of the node states, {@code d}
     * @param maxKernel side of the largest kernel that the decoder emits
     */
    public BinnedShapes(FeatureConfig config, int hidden, int maxKernel) {
        channels = Bins.channels(config);
        kernels = Bins.kernels(maxKernel);
        int quarter = hidden / 4;
        spatial = new Embedding("shape_enc.embed_spatial", kernels.rows(), quarter, Role.EMBEDDING);
        channel = new Embedding("shape_enc.embed_channel", channels.rows(), quarter, Role.EMBEDDING);
    }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(spatial.parameters());
        specs.addAll(channel.parameters());
        return specs;
    }

    /**
     * {@return the table rows of all graphs' nodes, one graph behind the other, for each of the four axes, {@code [4][nodes]}:
     * channels twice, kernels twice}
     *
     * @param graphs the targets' graphs
     */
    public int[][] rows(List<ComputationGraph> graphs) {
        List<GraphNode> nodes = graphs.stream().flatMap(g -> g.nodes().stream()).toList();
        int[][] rows = new int[4][nodes.size()];
        for (int i = 0; i < nodes.size(); i++) {
            int[] shape = nodes.get(i).shape4();
            for (int axis = 0; axis < 4; axis++) {
                Bins bins = axis < 2 ? channels : kernels;
                rows[axis][i] = shape == null
                        ? bins.none()
                        : axis < 2 ? bins.channel(shape[axis]) : bins.kernel(shape[axis]);
            }
        }
        return rows;
    }

    @Override
    public Variable apply(Functions f, Parameters p, List<ComputationGraph> graphs) {
        int[][] rows = rows(graphs);
        return f.concat(1,
                List.of(channel.apply(f, p, f.indices(rows[0])), channel.apply(f, p, f.indices(rows[1])),
                        spatial.apply(f, p, f.indices(rows[2])), spatial.apply(f, p, f.indices(rows[3]))));
    }
}
