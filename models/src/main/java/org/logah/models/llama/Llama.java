package org.logah.models.llama;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

import org.logah.autograd.Checkpointing;
import org.logah.autograd.Functions;
import org.logah.autograd.Ops.Rotary;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Embedding;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.autograd.nn.RmsNorm;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;
import org.logah.models.text.KeyValueCache;
import org.logah.models.text.LanguageModel;

/**
 * Llama (arXiv 2302.13971, with the shared key and value heads of its later versions) under Hugging Face's parameter names:
 * weights {@code [out, in]}, RMS norm eps 1e-5, rotary positions, a gated MLP with SiLU.
 */
public final class Llama implements LanguageModel {
    private final LlamaConfig config;
    private final Embedding tokens;
    private final List<LlamaBlock> blocks;
    private final RmsNorm finalNorm;
    private final Linear head;

    /**
     * A network without numbers.
     *
     * @param config its sizes
     */
    public Llama(LlamaConfig config) {
        this.config = config;
        int d = config.width();
        tokens = new Embedding("model.embed_tokens", config.vocabulary(), d, Role.EMBEDDING);
        blocks = IntStream.range(0, config.layers()).mapToObj(i -> LlamaBlock.of("model.layers." + i, config)).toList();
        finalNorm = new RmsNorm("model.norm", d, LlamaBlock.EPS);
        head = new Linear(config.tied() ? "model.embed_tokens.weight" : "lm_head.weight", null, d, config.vocabulary(),
                false);
    }

    @Override
    public LlamaConfig config() { return config; }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(tokens.parameters());
        blocks.forEach(b -> specs.addAll(b.parameters()));
        specs.addAll(finalNorm.parameters());
        if (!config.tied()) specs.addAll(head.parameters());
        return specs;
    }

    @Override
    public List<Variable> residualStream(Functions f, Parameters p, Tensor input, List<KeyValueCache> caches) {
        int count = input.shape().last();
        Rotary rotary = f.rotaryTables(start(input, caches), count, config.headSize(), config.rotaryBase());
        List<Variable> stream = new ArrayList<>();
        stream.add(tokens.apply(f, p, input));
        for (int i = 0; i < blocks.size(); i++) {
            int number = i;
            LlamaBlock block = blocks.get(i);
            stream.add(Checkpointing.block(f, p, block.shapes().keySet(), stream.getLast(),
                    (g, q, x) -> block.apply(g, q, x, rotary, attention(g, caches, number))));
        }
        return stream;
    }

    @Override
    public Llama withClasses(int classes) {
        return new Llama(new LlamaConfig(config.layers(), config.heads(), config.keyValueHeads(), config.width(),
                config.mlp(), classes, config.positions(), config.rotaryBase(), config.tied()));
    }

    @Override
    public Variable logits(Functions f, Parameters p, Variable x) { return head.apply(f, p, finalNorm.apply(f, p, x)); }

    @Override
    public String describe() {
        return String.format(Locale.ROOT,
                "llama:layers=%d,heads=%d,kvheads=%d,width=%d,mlp=%d,vocabulary=%d,positions=%d,base=%d,tied=%b",
                config.layers(), config.heads(), config.keyValueHeads(), config.width(), config.mlp(),
                config.vocabulary(), config.positions(), config.rotaryBase(), config.tied());
    }

    /** Normal with deviation 0.02; norms 1. */
    @Override
    public void initialize(ParameterSpec spec, Tensor tensor, RandomStream random) {
        if (spec.role() == Role.NORM_WEIGHT) tensor.device().kernels().fill(tensor, 1f);
        else random.fillNormal(tensor, 0, 0.02);
    }
}
