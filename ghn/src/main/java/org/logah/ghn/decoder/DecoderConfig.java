package org.logah.ghn.decoder;

import org.logah.engine.part.Part;

/**
 * A decoder's part of a hypernetwork's configuration: a record, whose components are saved in files. Its constructor without
 * parameters gives default sizes, such as LoGAH-Tiny's.
 */
public interface DecoderConfig extends Part {
    /** {@return the side S of the largest kernel decoded; the bins of kernel sides end there} */
    int maxKernel();

    /**
     * {@return whether the decoder has a map of its own for the outputs of a network's last matrix, and so supports one number of
     * classes, or one vocabulary, only} By default it has none.
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
