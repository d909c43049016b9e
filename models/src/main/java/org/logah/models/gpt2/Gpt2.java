package org.logah.models.gpt2;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

import org.logah.autograd.Checkpointing;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Embedding;
import org.logah.autograd.nn.LayerNorm;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.Mlp;
import org.logah.autograd.nn.MultiHeadAttention;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;
import org.logah.engine.random.RandomStream;
import org.logah.models.TransformerBlock;
import org.logah.models.text.KeyValueCache;
import org.logah.models.text.LanguageModel;

/**
 * GPT-2 (Radford et al. 2019) with Hugging Face's parameter names and layout: weights {@code [in, out]}, GELU in its tanh
 * form, layer norm eps 1e-5. Tokens {@code [batch, length]} to logits {@code [batch, length, vocabulary]}.
 */
public final class Gpt2 implements LanguageModel {
    private static final double EPS = 1e-5;
    private final Gpt2Config config;
    private final Embedding tokens;
    private final Embedding positions;
    private final List<TransformerBlock> blocks;
    private final LayerNorm finalNorm;
    private final Linear head;

    /**
     * A network without numbers.
     *
     * @param config its sizes
     */
    public Gpt2(Gpt2Config config) {
        this.config = config;
        int d = config.width();
        tokens = new Embedding("transformer.wte", config.vocabulary(), d, Role.EMBEDDING);
        positions = new Embedding("transformer.wpe", config.positions(), d, Role.POSITION);
        blocks = IntStream.range(0, config.layers()).mapToObj(i -> block("transformer.h." + i, config)).toList();
        finalNorm = new LayerNorm("transformer.ln_f", d, EPS);
        head = new Linear(config.tied() ? "transformer.wte.weight" : "lm_head.weight", null, d, config.vocabulary(),
                false);
    }

    private static TransformerBlock block(String name, Gpt2Config c) {
        int d = c.width();
        return new TransformerBlock(new LayerNorm(name + ".ln_1", d, EPS),
                new MultiHeadAttention(Linear.inOut(name + ".attn.c_attn", d, 3 * d),
                        Linear.inOut(name + ".attn.c_proj", d, d).ontoResidual(),
                        c.heads(), true),
                new LayerNorm(name + ".ln_2", d, EPS), new Mlp(List.of(Linear.inOut(name + ".mlp.c_fc", d, c.mlp()),
                        Linear.inOut(name + ".mlp.c_proj", c.mlp(), d).ontoResidual()), Unary.GELU_TANH, false));
    }

    @Override
    public Gpt2Config config() { return config; }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(tokens.parameters());
        specs.addAll(positions.parameters());
        blocks.forEach(b -> specs.addAll(b.parameters()));
        specs.addAll(finalNorm.parameters());
        if (!config.tied()) specs.addAll(head.parameters());
        return specs;
    }

    @Override
    public List<Variable> residualStream(Functions f, Parameters p, Tensor input, List<KeyValueCache> caches) {
        int start = start(input, caches);
        Tensor places = f.indices(IntStream.range(start, start + input.shape().last()).toArray());
        List<Variable> stream = new ArrayList<>();
        stream.add(f.add(tokens.apply(f, p, input), positions.apply(f, p, places)));
        for (int i = 0; i < blocks.size(); i++) {
            Variable x = stream.getLast();
            int number = i;
            TransformerBlock block = blocks.get(i);
            stream.add(Checkpointing.block(f, p, block.shapes().keySet(), x,
                    (g, q, y) -> block.apply(g, q, y, attention(g, caches, number))));
        }
        return stream;
    }

    @Override
    public Gpt2 withClasses(int classes) {
        return new Gpt2(new Gpt2Config(config.layers(), config.heads(), config.width(), config.mlp(), classes,
                config.positions(), config.tied()));
    }

    @Override
    public Variable logits(Functions f, Parameters p, Variable x) { return head.apply(f, p, finalNorm.apply(f, p, x)); }

    @Override
    public String describe() {
        // Without a locale's own digits: it is the key by which files tell one model from another.
        return String.format(Locale.ROOT,
                "gpt2:layers=%d,heads=%d,width=%d,mlp=%d,vocabulary=%d,positions=%d,tied=%b", config.layers(),
                config.heads(), config.width(), config.mlp(), config.vocabulary(), config.positions(), config.tied());
    }

    /** Normal with deviation 0.02, the residual maps divided by {@code sqrt(2 layers)}; biases 0, norms 1 and 0. */
    @Override
    public void initialize(ParameterSpec spec, Tensor tensor, RandomStream random) {
        switch (spec.role()) {
            case BIAS, NORM_BIAS, TOKEN -> tensor.device().kernels().fill(tensor, 0f);
            case NORM_WEIGHT -> tensor.device().kernels().fill(tensor, 1f);
            case WEIGHT, WEIGHT_IN_OUT, EMBEDDING, POSITION -> random.fillNormal(tensor, 0,
                    spec.residual() ? 0.02 / Math.sqrt(2.0 * config.layers()) : 0.02);
        }
    }
}
