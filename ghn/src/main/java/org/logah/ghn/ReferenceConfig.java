package org.logah.ghn;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.part.JsonFields;
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

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/**
 * Configurations with the reference's keys: {@code hid}, {@code heads}, {@code layers}, {@code is_ghn2}, {@code max_shape}
 * (outputs, inputs, kernel, kernel), {@code num_classes}, and for the low-rank decoder {@code lora}, {@code lora_r} and
 * {@code max_ck_lora}. Files of this project's first version had {@code language}, {@code scaling}, {@code reference} and
 * {@code cutoff} too; without them the reference's own values hold.
 */
public final class ReferenceConfig {
    private final JsonFields json;

    private ReferenceConfig(JsonFields json) { this.json = json; }

    /**
     * {@return the configuration that an object describes}
     *
     * @param json with the reference's keys
     * @throws TensorException if a key is missing or holds something else than it should
     */
    public static GhnConfig read(JsonObject json) { return read(JsonFields.of("", json), null, null); }

    /**
     * {@return a configuration that is a part of something larger}
     *
     * @param json with the reference's keys
     * @param domain what it is for, or null to go by {@code language}
     * @param scaling its scaling, or null to go by {@code scaling}
     * @throws TensorException if a key is missing or holds something else than it should
     */
    public static GhnConfig read(JsonFields json, @Nullable Domain domain, @Nullable Scaling scaling) {
        ReferenceConfig c = new ReferenceConfig(json);
        Domain d = domain != null ? domain : c.json.flag("language", false) ? Domain.LANGUAGE : Domain.VISION;
        boolean quirks = c.json.flag("reference", true);
        boolean lowRank = c.json.flag("lora", true);
        UntiedHead head = quirks && d == Domain.LANGUAGE ? UntiedHead.ON_INPUT : UntiedHead.BEHIND_NORM;
        return new GhnConfig(c.json.integer("hid"), new GraphForm(head, c.json.integer("cutoff", lowRank ? 250 : 50)),
                FeatureConfig.of(d, c.json.integer("num_classes", 10)), c.encoder(),
                lowRank ? c.lowRank(quirks) : c.convolutional(), scaling != null ? scaling : c.scaling(d));
    }

    private EncoderConfig encoder() {
        return json.flag("is_ghn2", false)
                ? new GatedGnn.Config()
                : new Graphormer.Config(json.integer("heads", 1), json.integer("layers", 1));
    }

    private DecoderConfig lowRank(boolean quirks) {
        return new LowRankDecoder.Config(json.integer("lora_r"), json.integer("max_ck_lora"), maxShape(0), maxShape(1),
                maxShape(2),
                quirks ? LowRankDecoder.Limit.LARGEST_SHAPE : LowRankDecoder.Limit.MASK);
    }

    private DecoderConfig convolutional() {
        return new ConvDecoder.Config(maxShape(0), maxShape(1), maxShape(2),
                json.flag("is_ghn2", false) ? ConvDecoder.Window.CORNER : ConvDecoder.Window.CENTRE);
    }

    private Scaling scaling(Domain domain) {
        if (!json.has("scaling")) return domain == Domain.LANGUAGE ? new StdScaling() : new FanInScaling();
        return Scaling.parse(json.text("scaling"));
    }

    private int maxShape(int axis) {
        List<JsonElement> sizes = json.list("max_shape");
        if (sizes.size() < 3)
            throw JsonValues.wrong(json.path("max_shape"), json.get("max_shape"), "a list of outputs, inputs, kernel");
        return JsonValues.integer(json.path("max_shape") + "[" + axis + "]", sizes.get(axis));
    }
}
