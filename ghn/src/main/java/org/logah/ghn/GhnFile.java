package org.logah.ghn;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.autograd.nn.ParameterFile;
import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.random.RandomStream;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;

/**
 * A hypernetwork in a safetensors file: the weights under the reference's names, the configuration in the header under
 * {@code ghn}, with the reference's keys and a few of ours.
 */
public final class GhnFile {
    /** Value of the header's {@code kind}. */
    public static final String KIND = "ghn";

    private GhnFile() {}

    /** A hypernetwork and its weights. */
    public record Loaded(HyperNetwork network, Parameters parameters) {
        /**
         * One that was never trained; its weights depend on the random stream alone.
         *
         * @param random the stream of a whole job, of which this takes the part {@code hypernetwork}
         */
        public static Loaded fresh(GhnConfig config, RandomStream random, Device device) {
            HyperNetwork network = new HyperNetwork(config);
            return new Loaded(network, network.initialized(device, random.split("hypernetwork")));
        }
    }

    /** The header entries that make a file one of this kind. */
    public static Map<String, String> header(GhnConfig config) {
        Map<String, String> header = new LinkedHashMap<>();
        header.put("kind", KIND);
        header.put("ghn", toJson(config).toString());
        return header;
    }

    public static void write(Path file, GhnConfig config, Map<String, Tensor> weights, Map<String, String> more)
            throws IOException {
        Map<String, String> metadata = header(config);
        metadata.putAll(more);
        SafetensorsWriter.write(file, metadata, weights);
    }

    /**
     * @throws FileFormatException if the file holds no hypernetwork, or its tensors do not fit its configuration
     */
    public static Loaded read(Path file, Device device) throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            String json = in.metadata("ghn");
            if (json == null)
                throw new FileFormatException(file, "holds no hypernetwork (its header has no 'ghn' entry)");
            HyperNetwork network = new HyperNetwork(fromJson(file, json, null, null));
            return new Loaded(network, readWeights(in, "", network, device));
        }
    }

    /** Reads a hypernetwork's weights, each of whose names starts with {@code prefix}; checks every shape. */
    public static Parameters readWeights(SafetensorsReader in, String prefix, HyperNetwork network, Device device)
            throws IOException {
        return ParameterFile.read(in, prefix, network.parameters(), "the variant in its header", device);
    }

    /** The configuration with the reference's keys first. */
    public static JsonObject toJson(GhnConfig c) {
        JsonObject o = new JsonObject();
        JsonArray shape = new JsonArray();
        for (int m : List.of(c.maxOut(), c.maxIn(), c.maxKernel(), c.maxKernel())) shape.add(m);
        o.add("max_shape", shape);
        boolean lowRank = c.decoder() == GhnConfig.Decoder.LOW_RANK;
        o.addProperty("lora", lowRank);
        if (lowRank) {
            o.addProperty("lora_r", c.rank());
            o.addProperty("max_ck_lora", c.maskLength());
        }
        o.addProperty("hid", c.hidden());
        o.addProperty("heads", c.heads());
        o.addProperty("layers", c.layers());
        o.addProperty("is_ghn2", c.encoder() == GhnConfig.Encoder.GATED_GNN);
        o.addProperty("num_classes", c.classes());
        o.addProperty("language", c.language());
        o.addProperty("scaling", c.scaling().label());
        o.addProperty("reference", c.reference());
        o.addProperty("cutoff", c.cutoff());
        return o;
    }

    /**
     * Reads a configuration.
     *
     * @param language whether it is for language models, where the text does not say; null if it must
     * @param scaling likewise
     */
    public static GhnConfig fromJson(Path file, String json, @Nullable Boolean language, @Nullable Scaling scaling)
            throws FileFormatException {
        try {
            JsonObject o = JsonParser.parseString(json).getAsJsonObject();
            JsonArray shape = o.getAsJsonArray("max_shape");
            boolean lowRank = flag(o, "lora", true);
            boolean forLanguage = language != null ? language : flag(o, "language", false);
            JsonElement named = o.get("scaling");
            Scaling how = scaling != null
                    ? scaling
                    : named != null ? Scaling.parse(named.getAsString()) : forLanguage ? Scaling.STD : Scaling.FAN_IN;
            return new GhnConfig(flag(o, "is_ghn2", false) ? GhnConfig.Encoder.GATED_GNN : GhnConfig.Encoder.GRAPHORMER,
                    lowRank ? GhnConfig.Decoder.LOW_RANK : GhnConfig.Decoder.CONVOLUTIONAL, number(o, "hid", null),
                    number(o, "heads", 1), number(o, "layers", 1), lowRank ? number(o, "lora_r", null) : 0,
                    lowRank ? number(o, "max_ck_lora", null) : 0, shape.get(0).getAsInt(), shape.get(1).getAsInt(),
                    shape.get(2).getAsInt(), number(o, "num_classes", 10), forLanguage, how, flag(o, "reference", true),
                    number(o, "cutoff", lowRank ? 250 : 50));
        } catch (JsonParseException | IllegalStateException | NullPointerException | IllegalArgumentException
                | IndexOutOfBoundsException | UnsupportedOperationException e) {
            throw new FileFormatException(file,
                    "has a hypernetwork configuration that cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean flag(JsonObject o, String key, boolean otherwise) {
        JsonElement e = o.get(key);
        return e == null || e.isJsonNull() ? otherwise : e.getAsBoolean();
    }

    private static int number(JsonObject o, String key, @Nullable Integer otherwise) {
        JsonElement e = o.get(key);
        if (e != null) return e.getAsInt();
        if (otherwise == null) throw new IllegalArgumentException("'" + key + "' is missing");
        return otherwise;
    }
}
