package org.logah.ghn.encoder;

import org.logah.engine.TensorException;
import org.logah.engine.part.Part;
import org.logah.ghn.features.EmbeddingStart;

/**
 * An encoder's own part of a hypernetwork's configuration: a record, whose components are what its files say of it. Its
 * constructor without parameters gives the values of LoGAH-Tiny or the like.
 */
public interface EncoderConfig extends Part {
    /**
     * @param hidden width of the node states, {@code d}
     * @param cutoff longest distance that becomes a virtual edge
     */
    GraphEncoder build(int hidden, int cutoff);

    /** @throws TensorException if this encoder cannot work on states of that width */
    default void requireFits(int hidden) {}

    /** How the embedding tables of a hypernetwork with this encoder start. */
    default EmbeddingStart embeddingStart() {
        return EmbeddingStart.TRUNCATED_NORMAL;
    }
}
