package org.logah.models.llama;

import java.util.regex.Pattern;

import org.logah.engine.TensorException;
import org.logah.engine.part.JsonFields;
import org.logah.engine.part.JsonValues;
import org.logah.models.LibraryForm;
import org.logah.models.TargetNetwork;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/**
 * Llama as Hugging Face's {@code transformers} writes it: with {@code model.} in front of the names ({@code LlamaForCausalLM}) or
 * without ({@code LlamaModel}), with or without the wavelengths of its rotary positions.
 */
final class LlamaHuggingFace implements LibraryForm {
    private static final String TYPE = "llama";
    private static final String PREFIX = "model.";
    private static final String BASE = "rope_theta";
    /** Where later versions keep what is about rotary positions. */
    private static final String ROTARY = "rope_parameters";
    private static final String HEAD_SIZE = "head_dim";
    private static final Pattern WITHOUT_PREFIX = Pattern.compile("(embed_tokens|norm|layers\\.\\d+|rotary_emb)\\..*");
    private static final Pattern BUFFER = Pattern
            .compile("model\\.(layers\\.\\d+\\.self_attn\\.)?rotary_emb\\.(inv_freq|original_inv_freq)");

    @Override
    public String characteristicTensor() { return PREFIX + "layers.0.self_attn.q_proj.weight"; }

    @Override
    public String ownName(String name) { return WITHOUT_PREFIX.matcher(name).matches() ? PREFIX + name : name; }

    @Override
    public boolean isBuffer(String ownName) { return BUFFER.matcher(ownName).matches(); }

    @Override
    public TiedHead tiedHead() { return new TiedHead("lm_head.weight", PREFIX + "embed_tokens.weight"); }

    @Override
    public boolean isOf(JsonFields config) {
        return config.has("model_type") && config.text("model_type").equals(TYPE);
    }

    @Override
    public TargetNetwork network(JsonFields config) {
        LibraryForm.require(config, "hidden_act", "\"silu\"");
        LibraryForm.require(config, "rms_norm_eps", "1e-5");
        LibraryForm.require(config, "attention_bias", "false");
        LibraryForm.require(config, "mlp_bias", "false");
        LibraryForm.require(config, "rope_scaling", "null");
        if (!config.has("rms_norm_eps")) // transformers' own default is another one
            throw new TensorException("'" + config.path("rms_norm_eps") + "' is missing");
        int heads = config.integer("num_attention_heads");
        int keyValueHeads = given(config, "num_key_value_heads") ? config.integer("num_key_value_heads") : heads;
        LlamaConfig c = new LlamaConfig(config.integer("num_hidden_layers"), heads, keyValueHeads,
                config.integer("hidden_size"), config.integer("intermediate_size"), config.integer("vocab_size"),
                config.integer("max_position_embeddings"), base(config), config.flag("tie_word_embeddings", false));
        if (given(config, HEAD_SIZE)) LibraryForm.require(config, HEAD_SIZE, Integer.toString(c.headSize()));
        return new Llama(c);
    }

    private static boolean given(JsonFields config, String key) {
        return config.has(key) && !config.get(key).isJsonNull();
    }

    /** A whole number that files may write as {@code 500000.0}. */
    private static int base(JsonFields config) {
        JsonFields from = config;
        if (given(config, ROTARY)) {
            from = config.object(ROTARY);
            LibraryForm.require(from, "rope_type", "\"default\"");
        }
        if (!given(from, BASE)) return 10_000;
        double base = from.decimal(BASE);
        if (base != (int) base) throw JsonValues.wrong(from.path(BASE), from.get(BASE), "a whole number");
        return (int) base;
    }

    @Override
    public JsonObject config(TargetNetwork network) {
        if (!(network instanceof Llama llama)) throw new TensorException(network.describe() + " is no Llama");
        LlamaConfig c = llama.config();
        JsonObject o = new JsonObject();
        o.addProperty("model_type", TYPE);
        JsonArray architectures = new JsonArray();
        architectures.add("LlamaForCausalLM");
        o.add("architectures", architectures);
        o.addProperty("hidden_act", "silu");
        o.addProperty("rms_norm_eps", LlamaBlock.EPS);
        o.addProperty("hidden_size", c.width());
        o.addProperty("intermediate_size", c.mlp());
        o.addProperty("num_hidden_layers", c.layers());
        o.addProperty("num_attention_heads", c.heads());
        o.addProperty("num_key_value_heads", c.keyValueHeads());
        o.addProperty(HEAD_SIZE, c.headSize());
        o.addProperty("max_position_embeddings", c.positions());
        o.addProperty(BASE, (double) c.rotaryBase());
        o.addProperty("vocab_size", c.vocabulary());
        o.addProperty("attention_bias", false);
        o.addProperty("mlp_bias", false);
        o.addProperty("tie_word_embeddings", c.tied());
        o.addProperty("torch_dtype", "float32");
        return o;
    }
}
