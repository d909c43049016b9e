package org.logah.ghn.decoder;

import org.logah.engine.part.Part;

/**
 * A decoder's own part of a hypernetwork's configuration: a record, whose components are what its files say of it. Its
 * constructor without parameters gives the values of LoGAH-Tiny or the like.
 */
public interface DecoderConfig extends Part {
    /** {@return the side S of the largest kernel decoded; the bins of kernel sides end there} */
    int maxKernel();

    /**
     * {@return whether the decoder has a map of its own for the outputs of a network's last matrix, so that it knows one number of classes,
     * or one vocabulary, only} By default it has none.
     */
    default boolean hasClassifier() { return false; }

    /**
     * {@return a decoder, which has no numbers yet}
     *
     * @param hidden width of the node states, {@code d}
     * @param classes classes of the targets, or their vocabulary, for decoders that {@link #hasClassifier have a classifier}
     */
    ParameterDecoder build(int hidden, int classes);
}
