package org.logah.ghn.encoder;

import org.logah.engine.TensorException;
import org.logah.engine.part.Part;
import org.logah.ghn.features.EmbeddingStart;

/**
 * An encoder's part of a hypernetwork's configuration: a record, whose components are saved in files. Its constructor without
 * parameters gives default sizes, such as LoGAH-Tiny's.
 */
public interface EncoderConfig extends Part {
    /**
     * {@return an encoder, which has no numbers yet}
     *
     * @param hidden width of the node states, {@code d}
     * @param cutoff longest distance that becomes a virtual edge
     * @throws TensorException if this encoder cannot work on states of that width
     */
    GraphEncoder build(int hidden, int cutoff);

    /**
     * Refuses a width of the node states that this encoder cannot work on; by default every width fits.
     *
     * @param hidden width of the node states, {@code d}
     * @throws TensorException if this encoder cannot work on states of that width
     */
    default void requireFits(int hidden) {}

    /** {@return how the embedding tables of a hypernetwork with this encoder start} */
    default EmbeddingStart embeddingStart() {
        return EmbeddingStart.TRUNCATED_NORMAL;
    }
}
