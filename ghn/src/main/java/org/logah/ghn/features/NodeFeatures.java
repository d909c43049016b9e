package org.logah.ghn.features;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Embedding;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.autograd.nn.Parameterized;
import org.logah.engine.TensorException;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;
import org.logah.ghn.graph.Primitive;

/**
 * What a node is before it has seen its neighbours: the embedding of its primitive plus those of its shape,
 * {@code [nodes, d]} (GHN-2, section 3.3).
 */
public final class NodeFeatures implements Parameterized {
    private final FeatureConfig config;
    private final Map<Primitive, Integer> rowOf = new EnumMap<>(Primitive.class);
    private final Embedding primitives;
    private final Embedding spatial;
    private final Embedding channel;
    private final Bins channels;
    private final Bins kernels;

    /**
     * The features of a hypernetwork. A table of primitives has the width {@code d}, those of the shape {@code d / 4}, one piece
     * for each of four axes.
     *
     * @param config what the embeddings are made for
     * @param hidden width of the node states, {@code d}
     * @param maxKernel side of the largest kernel that the decoder emits
     */
    public NodeFeatures(FeatureConfig config, int hidden, int maxKernel) {
        this.config = config;
        for (Primitive p : config.primitives()) rowOf.put(p, rowOf.size());
        channels = Bins.channels(config);
        kernels = Bins.kernels(maxKernel);
        int quarter = hidden / 4;
        primitives = new Embedding("embed", config.primitives().size(), hidden, Role.EMBEDDING);
        spatial = new Embedding("shape_enc.embed_spatial", kernels.rows(), quarter, Role.EMBEDDING);
        channel = new Embedding("shape_enc.embed_channel", channels.rows(), quarter, Role.EMBEDDING);
    }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(primitives.parameters());
        specs.addAll(spatial.parameters());
        specs.addAll(channel.parameters());
        return specs;
    }

    /**
     * {@return the rows that the nodes of all graphs read, one graph behind the other: {@code [5][nodes]}, first those of the table of
     * primitives, then for each of the four axes those of the table of channels, twice, and of kernels, twice}
     *
     * @param graphs the targets' graphs
     * @throws TensorException if a node has a primitive that this hypernetwork has no embedding for
     */
    public int[][] rows(List<ComputationGraph> graphs) {
        List<GraphNode> nodes = graphs.stream().flatMap(g -> g.nodes().stream()).toList();
        int n = nodes.size();
        int[][] rows = new int[1 + 4][n];
        for (int i = 0; i < n; i++) {
            GraphNode node = nodes.get(i);
            rows[0][i] = row(node.primitive());
            int[] shape = node.shape4();
            for (int axis = 0; axis < 4; axis++) {
                Bins bins = axis < 2 ? channels : kernels;
                rows[1 + axis][i] = shape == null
                        ? bins.none()
                        : axis < 2 ? bins.channel(shape[axis]) : bins.kernel(shape[axis]);
            }
        }
        return rows;
    }

    /**
     * Features of the nodes of all graphs, one graph behind the other.
     *
     * @param f on the tape that will own the result
     * @param p the hypernetwork's parameters, the embedding tables among them
     * @param graphs the targets' graphs
     * @return the features {@code [nodes of all graphs, d]}
     * @throws TensorException if a node has a primitive that this hypernetwork has no embedding for
     */
    public Variable apply(Functions f, Parameters p, List<ComputationGraph> graphs) {
        int[][] rows = rows(graphs);
        Variable shapes = f.concat(1,
                List.of(channel.apply(f, p, f.indices(rows[1])), channel.apply(f, p, f.indices(rows[2])),
                        spatial.apply(f, p, f.indices(rows[3])), spatial.apply(f, p, f.indices(rows[4]))));
        return f.add(primitives.apply(f, p, f.indices(rows[0])), shapes);
    }

    private int row(Primitive primitive) {
        Integer row = rowOf.get(primitive);
        if (row == null)
            throw new TensorException("hypernetwork: it knows no primitive '" + primitive.label() + "', only "
                    + config.primitives().stream().map(Primitive::label).collect(Collectors.joining(", "))
                    + (config.domain() == Domain.VISION ? "; use one made for language models" : ""));
        return row;
    }
}
