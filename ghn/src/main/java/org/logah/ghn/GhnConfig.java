package org.logah.ghn;

import org.logah.engine.SizeBounds;
import org.logah.engine.TensorException;
import org.logah.ghn.assembly.Scaling;
import org.logah.ghn.decoder.DecoderConfig;
import org.logah.ghn.encoder.EncoderConfig;
import org.logah.ghn.features.FeatureConfig;
import org.logah.ghn.features.ShapeForm;
import org.logah.ghn.graph.GraphForm;

/**
 * What a hypernetwork is built from, part by part. The published ones are in {@link Variant}.
 *
 * @param hidden width of the node states, {@code d}; a multiple of 4, since a node's shape is embedded in four pieces
 * @param graph how it sees a target's graph
 * @param features what its embeddings are made for
 * @param encoder lets nodes see each other
 * @param decoder turns states into raw tensors
 * @param scaling brings raw tensors to the size of initial weights
 */
public record GhnConfig(int hidden, GraphForm graph, FeatureConfig features, EncoderConfig encoder,
        DecoderConfig decoder, Scaling scaling) {
    /**
     * Checks that the parts go together.
     *
     * @throws TensorException if the width is no multiple of 4 or beyond its {@link SizeBounds}, or the encoder cannot work on it
     */
    public GhnConfig {
        if (hidden < 4 || hidden % 4 != 0)
            throw new TensorException("hypernetwork: hidden size " + hidden + " is not a multiple of 4");
        SizeBounds.of("hypernetwork").width("hidden size", hidden).within("kernels", decoder.maxKernel(),
                SizeBounds.MOST_KERNEL);
        encoder.requireFits(hidden);
    }

    /**
     * {@return the same with another encoder}
     *
     * @param other the encoder
     * @throws TensorException if it cannot work on this width
     */
    public GhnConfig withEncoder(EncoderConfig other) {
        return new GhnConfig(hidden, graph, features, other, decoder, scaling);
    }

    /**
     * {@return the same with another decoder}
     *
     * @param other the decoder
     */
    public GhnConfig withDecoder(DecoderConfig other) {
        return new GhnConfig(hidden, graph, features, encoder, other, scaling);
    }

    /**
     * {@return the same for targets with another number of classes}
     *
     * @param number of classes, at least 1
     * @throws TensorException if there are less
     */
    public GhnConfig withClasses(int number) {
        return new GhnConfig(hidden, graph, features.withClasses(number), encoder, decoder, scaling);
    }

    /**
     * {@return the same with another scaling}
     *
     * @param other the scaling
     */
    public GhnConfig withScaling(Scaling other) {
        return new GhnConfig(hidden, graph, features, encoder, decoder, other);
    }

    /**
     * {@return the same with shapes told in another form}
     *
     * @param other the form
     */
    public GhnConfig withShapes(ShapeForm other) {
        return new GhnConfig(hidden, graph, features.withShapes(other), encoder, decoder, scaling);
    }

    /**
     * {@return the same with or without features of siblings}
     *
     * @param told whether nodes that do the same with the same are told apart
     */
    public GhnConfig withSiblings(boolean told) {
        return new GhnConfig(hidden, graph, features.withSiblings(told), encoder, decoder, scaling);
    }
}
