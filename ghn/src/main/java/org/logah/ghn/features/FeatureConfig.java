package org.logah.ghn.features;

import java.util.List;

import org.logah.engine.SizeBounds;
import org.logah.engine.TensorException;
import org.logah.ghn.graph.Primitive;

/**
 * The configuration of node features.
 *
 * @param domain vision or language models
 * @param classes classes of vision targets, or the vocabulary of the targets it was trained on; that number has a bin of its own
 *        among the channel numbers
 * @param primitives the primitive of each row of their embedding table
 * @param shapes how a parameter's shape is encoded
 * @param siblings whether nodes with the same primitive and predecessors are told apart by their order: queries from keys, tokens
 *        from places; the reference does so by their shapes alone
 */
public record FeatureConfig(Domain domain, int classes, List<Primitive> primitives, ShapeForm shapes,
        boolean siblings) {
    /**
     * Copies the list of primitives.
     *
     * @throws TensorException if the classes are not within their {@link SizeBounds}, there are no primitives, or one is named twice
     */
    public FeatureConfig {
        primitives = List.copyOf(primitives);
        SizeBounds.of("hypernetwork").rows("classes", classes);
        if (primitives.isEmpty() || primitives.stream().distinct().count() != primitives.size())
            throw new TensorException("hypernetwork: primitives " + primitives + " must be there, each once");
    }

    /**
     * {@return embeddings with the reference's primitives and its tables of lengths}
     *
     * @param domain vision or language models
     * @param classes classes of the targets, or their vocabulary
     * @throws TensorException if the classes are not positive
     */
    public static FeatureConfig of(Domain domain, int classes) {
        return new FeatureConfig(domain, classes, domain.primitives(), ShapeForm.BINNED, false);
    }

    /** {@return whether nodes are told as the reference tells them, with nothing of ours} */
    public boolean isReference() {
        return shapes == ShapeForm.BINNED && !siblings;
    }

    /**
     * {@return the same for targets with another number of classes}
     *
     * @param number of classes, at least 1
     * @throws TensorException if there are less
     */
    public FeatureConfig withClasses(int number) {
        return new FeatureConfig(domain, number, primitives, shapes, siblings);
    }

    /**
     * {@return the same with shapes in another form}
     *
     * @param other the form
     */
    public FeatureConfig withShapes(ShapeForm other) {
        return new FeatureConfig(domain, classes, primitives, other, siblings);
    }

    /**
     * {@return the same with or without features of siblings}
     *
     * @param told whether nodes that do the same with the same are told apart
     */
    public FeatureConfig withSiblings(boolean told) {
        return new FeatureConfig(domain, classes, primitives, shapes, told);
    }
}
