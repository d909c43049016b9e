package org.logah.models.text;

import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.models.TargetNetwork;

/** Predicts each next token: tokens {@code [batch, length]} to logits {@code [batch, length, vocabulary]}. */
public interface LanguageModel extends TargetNetwork {
    /** Largest number of tokens in one sequence. */
    int positions();

    /** Number of layers; each has one {@link KeyValueCache}. */
    int layers();

    /** Number of attention heads. */
    int heads();

    /** Width of the states, and of one token's keys or values in a cache. */
    int width();

    /**
     * Logits after the last of some tokens, whose keys and values join the caches.
     *
     * @param tokens the next tokens of one sequence, {@code [1, count]}
     * @param caches one a layer, all holding the tokens before these
     * @return {@code [1, 1, vocabulary]}
     */
    Variable next(Functions f, Parameters p, Tensor tokens, List<KeyValueCache> caches);

    @Override
    default boolean isLanguageModel() { return true; }

    @Override
    default Tensor exampleInput(Device device) { return device.ofInts(Shape.of(1, 1), 0); }

    /** Throws where a sequence is longer than the model's positions. */
    default void requireRoom(int tokens) {
        if (tokens > positions())
            throw new TensorException(tokens + " tokens, the model has " + positions() + " positions: " + describe());
    }
}
