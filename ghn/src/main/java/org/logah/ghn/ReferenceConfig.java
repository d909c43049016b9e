package org.logah.ghn;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.part.JsonValues;
import org.logah.ghn.assembly.FanInScaling;
import org.logah.ghn.assembly.Scaling;
import org.logah.ghn.assembly.StdScaling;
import org.logah.ghn.decoder.ConvDecoder;
import org.logah.ghn.decoder.DecoderConfig;
import org.logah.ghn.decoder.LowRankDecoder;
import org.logah.ghn.encoder.EncoderConfig;
import org.logah.ghn.encoder.GatedGnn;
import org.logah.ghn.encoder.Graphormer;
import org.logah.ghn.features.Domain;
import org.logah.ghn.features.FeatureConfig;
import org.logah.ghn.graph.GraphForm;
import org.logah.ghn.graph.GraphForm.UntiedHead;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/**
 * Configurations with the reference's keys: {@code hid}, {@code heads}, {@code layers}, {@code is_ghn2}, {@code max_shape}
 * (outputs, inputs, kernel, kernel), {@code num_classes}, and for the low-rank decoder {@code lora}, {@code lora_r} and
 * {@code max_ck_lora}. Files of this project's first version had {@code language}, {@code scaling}, {@code reference} and
 * {@code cutoff} too; without them the reference's own values hold.
 */
public final class ReferenceConfig {
    private final JsonObject json;

    private ReferenceConfig(JsonObject json) { this.json = json; }

    /**
     * {@return the configuration that an object describes}
     *
     * @param json with the reference's keys
     * @throws TensorException if a key is missing or holds something else than it should
     */
    public static GhnConfig read(JsonObject json) { return read(json, null, null); }

    /**
     * {@return a configuration of which more is known than its object says}
     *
     * @param json with the reference's keys
     * @param domain what it is for, or null to go by {@code language}
     * @param scaling its scaling, or null to go by {@code scaling}
     * @throws TensorException if a key is missing or holds something else than it should
     */
    public static GhnConfig read(JsonObject json, @Nullable Domain domain, @Nullable Scaling scaling) {
        ReferenceConfig c = new ReferenceConfig(json);
        Domain d = domain != null ? domain : c.flag("language", false) ? Domain.LANGUAGE : Domain.VISION;
        boolean quirks = c.flag("reference", true);
        boolean lowRank = c.flag("lora", true);
        UntiedHead head = quirks && d == Domain.LANGUAGE ? UntiedHead.ON_INPUT : UntiedHead.BEHIND_NORM;
        return new GhnConfig(c.number("hid"), new GraphForm(head, c.number("cutoff", lowRank ? 250 : 50)),
                FeatureConfig.of(d, c.number("num_classes", 10)), c.encoder(),
                lowRank ? c.lowRank(quirks) : c.convolutional(), scaling != null ? scaling : c.scaling(d));
    }

    private EncoderConfig encoder() {
        return flag("is_ghn2", false)
                ? new GatedGnn.Config()
                : new Graphormer.Config(number("heads", 1), number("layers", 1));
    }

    private DecoderConfig lowRank(boolean quirks) {
        return new LowRankDecoder.Config(number("lora_r"), number("max_ck_lora"), maxShape(0), maxShape(1), maxShape(2),
                quirks ? LowRankDecoder.Limit.LARGEST_SHAPE : LowRankDecoder.Limit.MASK);
    }

    private DecoderConfig convolutional() {
        return new ConvDecoder.Config(maxShape(0), maxShape(1), maxShape(2),
                flag("is_ghn2", false) ? ConvDecoder.Window.CORNER : ConvDecoder.Window.CENTRE);
    }

    private Scaling scaling(Domain domain) {
        JsonElement e = json.get("scaling");
        if (e == null) return domain == Domain.LANGUAGE ? new StdScaling() : new FanInScaling();
        return Scaling.parse(JsonValues.text("scaling", e));
    }

    private int maxShape(int axis) {
        JsonElement e = json.get("max_shape");
        if (!(e instanceof JsonArray a) || a.size() < 3)
            throw JsonValues.wrong("max_shape", e, "a list of outputs, inputs, kernel");
        return JsonValues.integer("max_shape", a.get(axis));
    }

    private boolean flag(String key, boolean otherwise) {
        JsonElement e = json.get(key);
        return (e == null || e.isJsonNull()) ? otherwise : JsonValues.flag(key, e);
    }

    private int number(String key) {
        JsonElement e = json.get(key);
        if (e == null) throw new TensorException("'" + key + "' is missing");
        return JsonValues.integer(key, e);
    }

    private int number(String key, int otherwise) { return json.has(key) ? number(key) : otherwise; }
}
