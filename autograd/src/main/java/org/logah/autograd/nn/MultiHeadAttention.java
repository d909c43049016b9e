package org.logah.autograd.nn;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.TensorException;

/**
 * Self-attention (arXiv 1706.03762, section 3.2): one map to queries, keys and values, attention by head, one map out;
 * {@code [batch, tokens, width]} to the same.
 *
 * @param qkv the map to queries, keys and values side by side, {@code width} to {@code 3 * width}
 * @param out the map of what was attended to, {@code width} to {@code width}
 * @param heads how many parts of a row attend each for themselves; they divide the width
 * @param causal whether a token sees only those up to itself
 */
public record MultiHeadAttention(Linear qkv, Linear out, int heads, boolean causal) implements Layer {
    /**
     * Checks that the heads divide the width.
     *
     * @throws TensorException if they do not
     */
    public MultiHeadAttention {
        if (heads < 1 || out.in() % heads != 0)
            throw new TensorException("attention: " + heads + " heads do not divide width " + out.in());
    }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(qkv.parameters());
        specs.addAll(out.parameters());
        return specs;
    }

    @Override
    public Variable apply(Functions f, Parameters p, Variable x) { return apply(f, p, x, null); }

    /**
     * Attention with a bias on its scores.
     *
     * @param f on the tape that will own the result
     * @param p the parameters, those of both maps among them
     * @param x {@code [batch, tokens, width]}
     * @param bias added to the scores, {@code [heads, tokens, tokens]} or with a batch axis in front; null for none
     * @return {@code [batch, tokens, width]}
     * @throws TensorException if a parameter is missing, or shapes do not fit
     */
    public Variable apply(Functions f, Parameters p, Variable x, @Nullable Variable bias) {
        return out.apply(f, p, f.attention(qkv.apply(f, p, x), bias, heads, causal));
    }
}
