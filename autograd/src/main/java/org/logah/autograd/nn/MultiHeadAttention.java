package org.logah.autograd.nn;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.TensorException;

/**
 * Self-attention (arXiv 1706.03762): one map to queries, keys and values, attention by head, one map out;
 * {@code [batch, tokens, width]} to the same.
 */
public record MultiHeadAttention(Linear qkv, Linear out, int heads, boolean causal) implements Layer {
    public MultiHeadAttention {
        if (out.in() % heads != 0)
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

    /** @param bias added to the scores, {@code [heads, tokens, tokens]} or null */
    public Variable apply(Functions f, Parameters p, Variable x, @Nullable Variable bias) {
        return out.apply(f, p, f.attention(qkv.apply(f, p, x), bias, heads, causal));
    }
}
