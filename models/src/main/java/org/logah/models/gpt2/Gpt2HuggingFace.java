package org.logah.models.gpt2;

import java.util.regex.Pattern;

import org.logah.engine.SizeBounds;
import org.logah.engine.TensorException;
import org.logah.engine.part.JsonFields;
import org.logah.models.LibraryForm;
import org.logah.models.TargetNetwork;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/**
 * GPT-2 as Hugging Face's {@code transformers} writes it: with {@code transformer.} in front of the names ({@code GPT2LMHeadModel}) or
 * without ({@code GPT2Model}, as the published files have it), with or without masks of attention.
 */
final class Gpt2HuggingFace implements LibraryForm {
    private static final String TYPE = "gpt2";
    private static final String PREFIX = "transformer.";
    private static final Pattern WITHOUT_PREFIX = Pattern.compile("(wte|wpe|ln_f|h\\.\\d+)\\..*");
    private static final Pattern BUFFER = Pattern.compile("transformer\\.h\\.\\d+\\.attn\\.(bias|masked_bias)");

    @Override
    public String characteristicTensor() { return PREFIX + "h.0.attn.c_attn.weight"; }

    @Override
    public String ownName(String name) { return WITHOUT_PREFIX.matcher(name).matches() ? PREFIX + name : name; }

    @Override
    public boolean isBuffer(String ownName) { return BUFFER.matcher(ownName).matches(); }

    @Override
    public TiedHead tiedHead() { return new TiedHead("lm_head.weight", PREFIX + "wte.weight"); }

    @Override
    public boolean isOf(JsonFields config) {
        return config.has("model_type") && config.text("model_type").equals(TYPE);
    }

    @Override
    public TargetNetwork network(JsonFields config) {
        LibraryForm.require(config, "activation_function", "\"gelu_new\"", "\"gelu_pytorch_tanh\"");
        LibraryForm.require(config, "layer_norm_epsilon", "1e-5");
        LibraryForm.require(config, "scale_attn_weights", "true");
        LibraryForm.require(config, "scale_attn_by_inverse_layer_idx", "false");
        LibraryForm.require(config, "add_cross_attention", "false");
        int width = config.integer("n_embd");
        boolean given = config.has("n_inner") && !config.get("n_inner").isJsonNull();
        return new Gpt2(new Gpt2Config(config.integer("n_layer"), config.integer("n_head"), width,
                given ? config.integer("n_inner") : SizeBounds.fourTimes(width), config.integer("vocab_size"),
                config.integer(config.has("n_positions") ? "n_positions" : "n_ctx"),
                config.flag("tie_word_embeddings", true)));
    }

    @Override
    public JsonObject config(TargetNetwork network) {
        if (!(network instanceof Gpt2 gpt)) throw new TensorException(network.describe() + " is no GPT-2");
        Gpt2Config c = gpt.config();
        JsonObject o = new JsonObject();
        o.addProperty("model_type", TYPE);
        JsonArray architectures = new JsonArray();
        architectures.add("GPT2LMHeadModel");
        o.add("architectures", architectures);
        o.addProperty("activation_function", "gelu_new");
        o.addProperty("layer_norm_epsilon", 1e-5);
        o.addProperty("n_layer", c.layers());
        o.addProperty("n_head", c.heads());
        o.addProperty("n_embd", c.width());
        o.addProperty("n_inner", c.mlp());
        o.addProperty("n_positions", c.positions());
        o.addProperty("n_ctx", c.positions());
        o.addProperty("vocab_size", c.vocabulary());
        o.addProperty("tie_word_embeddings", c.tied());
        o.addProperty("torch_dtype", "float32");
        return o;
    }
}
