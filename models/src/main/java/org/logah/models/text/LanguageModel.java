package org.logah.models.text;

import java.util.List;
import java.util.function.UnaryOperator;

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
    /** What language models of every kind are built from. */
    interface Config {
        int layers();

        int heads();

        /** Width of the states, and of one token's keys or values in a cache. */
        int width();

        int vocabulary();

        /** Largest number of tokens in one sequence. */
        int positions();
    }

    Config config();

    /**
     * The states before the head, {@code [batch, count, width]}.
     *
     * @param tokens {@code [batch, count]}
     * @param caches none for whole sequences; else one a layer, all holding the tokens before these, whose keys and values
     *        they take in
     */
    Variable states(Functions f, Parameters p, Tensor tokens, List<KeyValueCache> caches);

    /** The head: {@code [.., width]} to {@code [.., vocabulary]}. */
    Variable logits(Functions f, Parameters p, Variable states);

    @Override
    default Variable forward(Functions f, Parameters p, Tensor tokens) {
        return logits(f, p, states(f, p, tokens, List.of()));
    }

    /**
     * Logits after the last of some tokens, whose keys and values join the caches.
     *
     * @param tokens the next tokens of one sequence, {@code [1, count]}
     * @return {@code [1, 1, vocabulary]}
     */
    default Variable next(Functions f, Parameters p, Tensor tokens, List<KeyValueCache> caches) {
        return logits(f, p, f.slice(states(f, p, tokens, caches), 1, tokens.shape().last() - 1, 1));
    }

    /** A layer's attention, from queries, keys and values side by side: causal, over a cache where there are any. */
    default UnaryOperator<Variable> attention(Functions f, List<KeyValueCache> caches, int layer) {
        return caches.isEmpty()
                ? qkv -> f.attention(qkv, null, config().heads(), true)
                : qkv -> caches.get(layer).attend(f, qkv);
    }

    /** The place of the first of some tokens; throws where they do not fit into the model's positions. */
    default int start(Tensor tokens, List<KeyValueCache> caches) {
        int start = caches.isEmpty() ? 0 : caches.get(0).tokens();
        int end = start + tokens.shape().last();
        if (end > config().positions())
            throw new TensorException(
                    end + " tokens, the model has " + config().positions() + " positions: " + describe());
        return start;
    }

    @Override
    default int classes() { return config().vocabulary(); }

    @Override
    default boolean isLanguageModel() { return true; }

    @Override
    default Tensor exampleInput(Device device) { return device.ofInts(Shape.of(1, 1), 0); }
}
