package org.logah.autograd.nn;

import java.util.ArrayList;
import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.TensorException;

/**
 * Attention of one sequence over another (arXiv 1706.03762, section 3.2.3): a map to queries from the one, maps to keys and
 * values from the other, attention by head, one map out. Every query sees every key.
 *
 * @param query {@code [.., width]} to {@code [.., width]}
 * @param key from the other sequence's width to {@code width}
 * @param value likewise
 * @param out {@code [.., width]} to {@code [.., width]}
 * @param heads how many heads; they divide the width
 */
public record CrossAttention(Linear query, Linear key, Linear value, Linear out,
        int heads) implements Parameterized {
    /**
     * Checks that the maps fit each other and the heads.
     *
     * @throws TensorException if they do not
     */
    public CrossAttention {
        int width = query.out();
        if (heads < 1 || width % heads != 0)
            throw new TensorException("cross-attention: " + heads + " heads do not divide width " + width);
        if (key.out() != width || value.out() != width || out.in() != width || key.in() != value.in()) {
            throw new TensorException("cross-attention: queries " + width + ", keys " + key.in() + " to " + key.out()
                    + ", values " + value.in() + " to " + value.out() + " and output " + out.in()
                    + " do not fit each other");
        }
    }

    /**
     * Maps of one width, each with a bias. Whether the output goes onto a residual stream is for the block to say.
     *
     * @param name in front of {@code .q_proj}, {@code .k_proj}, {@code .v_proj} and {@code .out_proj}
     * @param width of both sequences, and of queries, keys and values
     * @param heads how many heads; they divide the width
     * @return the layer
     */
    public static CrossAttention of(String name, int width, int heads) {
        return new CrossAttention(Linear.of(name + ".q_proj", width, width).intoScores(),
                Linear.of(name + ".k_proj", width, width).intoScores(), Linear.of(name + ".v_proj", width, width),
                Linear.of(name + ".out_proj", width, width), heads);
    }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>();
        for (Linear map : List.of(query, key, value, out)) specs.addAll(map.parameters());
        return specs;
    }

    /**
     * Lets each token of one sequence attend to all of another.
     *
     * @param f on the tape that will own the result
     * @param p the parameters, those of this layer's names among them
     * @param x what asks, {@code [batch, queries, width]}
     * @param memory what is asked, {@code [batch, keys, width of the other sequence]}
     * @return {@code [batch, queries, width]}
     */
    public Variable apply(Functions f, Parameters p, Variable x, Variable memory) {
        Variable q = query.apply(f, p, x);
        Variable k = key.apply(f, p, memory);
        Variable v = value.apply(f, p, memory);
        return out.apply(f, p, f.crossAttention(q, k, v, null, heads, false));
    }
}
