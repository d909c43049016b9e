package org.logah.ghn.features;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Embedding;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.autograd.nn.Parameterized;
import org.logah.engine.TensorException;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.Primitive;

/**
 * Node features before message passing, {@code [nodes, d]}: the embedding of a node's primitive plus those of its shape (GHN-2,
 * section 3.3) and, in ours, of its rank among siblings.
 */
public final class NodeFeatures implements Parameterized {
    private final FeatureConfig config;
    private final Map<Primitive, Integer> rowOf = new EnumMap<>(Primitive.class);
    private final Embedding primitives;
    private final ShapeFeatures shapes;
    private final @Nullable SiblingFeatures siblings;

    /**
     * The features of a hypernetwork. A table of primitives has the width {@code d}; shapes are as their form has them.
     *
     * @param config what the embeddings are made for
     * @param hidden width of the node states, {@code d}
     * @param maxKernel side of the largest kernel that the decoder emits
     */
    public NodeFeatures(FeatureConfig config, int hidden, int maxKernel) {
        this.config = config;
        for (Primitive p : config.primitives()) rowOf.put(p, rowOf.size());
        primitives = new Embedding("embed", config.primitives().size(), hidden, Role.EMBEDDING);
        shapes = config.shapes().build(config, hidden, maxKernel);
        siblings = config.siblings() ? new SiblingFeatures(hidden) : null;
    }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(primitives.parameters());
        specs.addAll(shapes.parameters());
        if (siblings != null) specs.addAll(siblings.parameters());
        return specs;
    }

    /**
     * {@return the rows of the table of primitives that the nodes of all graphs read, one graph behind the other}
     *
     * @param graphs the targets' graphs
     * @throws TensorException if a node has a primitive that this hypernetwork has no embedding for
     */
    public int[] primitiveRows(List<ComputationGraph> graphs) {
        return graphs.stream().flatMap(g -> g.nodes().stream()).mapToInt(n -> row(n.primitive())).toArray();
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
        Variable known = primitives.apply(f, p, f.indices(primitiveRows(graphs)));
        Variable shaped = f.add(known, shapes.apply(f, p, graphs));
        return siblings == null ? shaped : f.add(shaped, siblings.apply(f, p, graphs));
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
