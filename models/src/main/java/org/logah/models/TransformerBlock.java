package org.logah.models;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Layer;
import org.logah.autograd.nn.LayerNorm;
import org.logah.autograd.nn.Mlp;
import org.logah.autograd.nn.MultiHeadAttention;
import org.logah.autograd.nn.ParameterSpec;

/**
 * A pre-norm transformer layer: {@code x += attention(norm1 x)}, {@code x += mlp(norm2 x)}.
 *
 * @param norm1 the norm before attention
 * @param attention self-attention
 * @param norm2 the norm before the MLP
 * @param mlp two maps with an activation between them
 */
public record TransformerBlock(LayerNorm norm1, MultiHeadAttention attention, LayerNorm norm2,
        Mlp mlp) implements Layer {
    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(norm1.parameters());
        specs.addAll(attention.parameters());
        specs.addAll(norm2.parameters());
        specs.addAll(mlp.parameters());
        return specs;
    }

    @Override
    public Variable apply(Functions f, Parameters p, Variable x) {
        return apply(f, p, x, qkv -> f.attention(qkv, null, attention.heads(), attention.causal()));
    }

    /**
     * The same with another attention in its middle.
     *
     * @param f records the operations
     * @param p the parameters of the whole network
     * @param x states, {@code [batch, tokens, width]}
     * @param attend from queries, keys and values side by side, {@code [batch, tokens, 3 * width]}, to
     *        {@code [batch, tokens, width]}
     * @return states of the shape of {@code x}
     */
    public Variable apply(Functions f, Parameters p, Variable x, UnaryOperator<Variable> attend) {
        Variable qkv = attention.qkv().apply(f, p, norm1.apply(f, p, x));
        Variable y = f.addOnto(attention.out().apply(f, p, attend.apply(qkv)), x);
        return f.addOnto(mlp.apply(f, p, norm2.apply(f, p, y)), y);
    }
}
