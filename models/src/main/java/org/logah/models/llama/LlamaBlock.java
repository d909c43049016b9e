package org.logah.models.llama;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

import org.logah.autograd.Functions;
import org.logah.autograd.Ops.Rotary;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.Parameterized;
import org.logah.autograd.nn.RmsNorm;
import org.logah.engine.Shape;

/**
 * A layer of Llama (arXiv 2302.13971): {@code x += attention(norm x)} with rotary positions and shared heads of keys and
 * values, {@code x += down(silu(gate x') * up x')} with {@code x' = norm x}. No map has a bias.
 */
record LlamaBlock(int headSize, RmsNorm attentionNorm, Linear query, Linear key, Linear value, Linear output,
        RmsNorm mlpNorm, Linear gate, Linear up, Linear down) implements Parameterized {

    static final double EPS = 1e-5;

    static LlamaBlock of(String name, LlamaConfig c) {
        int d = c.width();
        int kv = c.keyValueHeads() * c.headSize();
        String attention = name + ".self_attn.";
        String mlp = name + ".mlp.";
        return new LlamaBlock(c.headSize(), new RmsNorm(name + ".input_layernorm", d, EPS),
                Linear.withoutBias(attention + "q_proj", d, d).intoScores(),
                Linear.withoutBias(attention + "k_proj", d, kv).intoScores(),
                Linear.withoutBias(attention + "v_proj", d, kv),
                Linear.withoutBias(attention + "o_proj", d, d).ontoResidual(),
                new RmsNorm(name + ".post_attention_layernorm", d, EPS),
                Linear.withoutBias(mlp + "gate_proj", d, c.mlp()), Linear.withoutBias(mlp + "up_proj", d, c.mlp()),
                Linear.withoutBias(mlp + "down_proj", c.mlp(), d).ontoResidual());
    }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(attentionNorm.parameters());
        for (Linear map : List.of(query, key, value, output)) specs.addAll(map.parameters());
        specs.addAll(mlpNorm.parameters());
        for (Linear map : List.of(gate, up, down)) specs.addAll(map.parameters());
        return specs;
    }

    /**
     * @param attention from queries, keys and values side by side, {@code [batch, tokens, 3 * width]}, to
     *        {@code [batch, tokens, width]}
     */
    Variable apply(Functions f, Parameters p, Variable x, Rotary rotary, UnaryOperator<Variable> attention) {
        Variable seen = attentionNorm.apply(f, p, x);
        Variable q = f.rotary(query.apply(f, p, seen), rotary);
        Variable k = f.rotary(key.apply(f, p, seen), rotary);
        Variable v = value.apply(f, p, seen);
        Variable qkv = f.concat(2, List.of(q, spread(f, k), spread(f, v)));
        Variable y = f.addOnto(output.apply(f, p, attention.apply(qkv)), x);
        Variable in = mlpNorm.apply(f, p, y);
        Variable gated = f.multiply(f.silu(gate.apply(f, p, in)), up.apply(f, p, in));
        return f.addOnto(down.apply(f, p, gated), y);
    }

    /** Every head of keys or values once for each head of queries that it serves. */
    private Variable spread(Functions f, Variable x) {
        int heads = x.shape().last() / headSize;
        int times = query.out() / x.shape().last();
        if (times == 1) return x;
        Variable apart = f.reshape(x, Shape.of(x.shape().dim(0), x.shape().dim(1), heads, 1, headSize));
        return f.reshape(f.concat(3, Collections.nCopies(times, apart)), x.shape().with(-1, query.out()));
    }
}
