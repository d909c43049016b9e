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
import org.logah.models.DataFormat;
import org.logah.models.TargetNetwork;

/** Predicts each next token: tokens {@code [batch, length]} to logits {@code [batch, length, vocabulary]}. */
public interface LanguageModel extends TargetNetwork {
    /** What language models of every kind are built from. */
    interface Config {
        /** {@return the number of transformer layers} */
        int layers();

        /** {@return the number of attention heads, of queries where keys and values have fewer} */
        int heads();

        /** {@return the width of the states, and of one token's keys or values in a cache} */
        int width();

        /** {@return the number of different tokens} */
        int vocabulary();

        /** {@return the largest number of tokens in one sequence} */
        int positions();
    }

    /** {@return what it was built from} */
    Config config();

    /**
     * The residual stream: the embedded tokens, and what each block leaves of them; the last are the states before the head.
     *
     * @param f records the operations
     * @param p the network's parameters
     * @param tokens {@code [batch, count]}
     * @param caches none for whole sequences; else one a layer, all holding the tokens before these, whose keys and values
     *        they take in
     * @return each {@code [batch, count, width]}, one more than there are blocks
     * @throws TensorException if the tokens go past the last position
     */
    List<Variable> residualStream(Functions f, Parameters p, Tensor tokens, List<KeyValueCache> caches);

    @Override
    default List<Variable> residualStream(Functions f, Parameters p, Tensor tokens) {
        return residualStream(f, p, tokens, List.of());
    }

    /**
     * The states before the head.
     *
     * @param f records the operations
     * @param p the network's parameters
     * @param tokens {@code [batch, count]}
     * @param caches as {@link #residualStream(Functions, Parameters, Tensor, List)} takes them
     * @return {@code [batch, count, width]}
     * @throws TensorException if the tokens go past the last position
     */
    default Variable states(Functions f, Parameters p, Tensor tokens, List<KeyValueCache> caches) {
        return residualStream(f, p, tokens, caches).getLast();
    }

    /**
     * The head.
     *
     * @param f records the operations
     * @param p the network's parameters
     * @param states {@code [.., width]}
     * @return {@code [.., vocabulary]}
     */
    Variable logits(Functions f, Parameters p, Variable states);

    @Override
    default Variable forward(Functions f, Parameters p, Tensor tokens) {
        return logits(f, p, states(f, p, tokens, List.of()));
    }

    /**
     * Logits after the last of some tokens, whose keys and values join the caches.
     *
     * @param f records the operations
     * @param p the network's parameters
     * @param tokens the next tokens of one sequence, {@code [1, count]}
     * @param caches one a layer, all holding the tokens before these
     * @return {@code [1, 1, vocabulary]}
     * @throws TensorException if the tokens go past the last position
     */
    default Variable next(Functions f, Parameters p, Tensor tokens, List<KeyValueCache> caches) {
        return logits(f, p, f.slice(states(f, p, tokens, caches), 1, tokens.shape().last() - 1, 1));
    }

    /**
     * A layer's attention: causal, over a cache where there are any.
     *
     * @param f records the operations
     * @param caches none, or one a layer
     * @param layer number of the layer, counted from 0
     * @return from queries, keys and values side by side, {@code [batch, tokens, 3 * width]}, to {@code [batch, tokens, width]}
     */
    default UnaryOperator<Variable> attention(Functions f, List<KeyValueCache> caches, int layer) {
        return caches.isEmpty()
                ? qkv -> f.attention(qkv, null, config().heads(), true)
                : qkv -> caches.get(layer).attend(f, qkv);
    }

    /**
     * {@return the place of the first of some tokens, counted from 0}
     *
     * @param tokens {@code [batch, count]}
     * @param caches none, or one a layer, holding the tokens before these
     * @throws TensorException if the tokens go past the last position
     */
    default int start(Tensor tokens, List<KeyValueCache> caches) {
        int start = caches.isEmpty() ? 0 : caches.get(0).tokens();
        int end = start + tokens.shape().last();
        if (end > config().positions())
            throw new TensorException(
                    end + " tokens, the model has " + config().positions() + " positions: " + describe());
        return start;
    }

    @Override
    default DataFormat data() { return new DataFormat.Tokens(config().vocabulary(), config().positions()); }

    @Override
    default Tensor exampleInput(Device device) { return device.ofInts(Shape.of(1, 1), 0); }
}
