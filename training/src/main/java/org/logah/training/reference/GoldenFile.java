package org.logah.training.reference;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.TensorEntry;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.ReferenceConfig;
import org.logah.ghn.assembly.FanInScaling;
import org.logah.ghn.assembly.Scaling;
import org.logah.models.TargetNetwork;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.llama.Llama;
import org.logah.models.llama.LlamaConfig;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;
import org.logah.training.GhnConfigs;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;

/** A file of reference numbers: what its header says, and its tensors by prefix. */
final class GoldenFile implements AutoCloseable {
    private final SafetensorsReader in;

    GoldenFile(Path path) throws IOException { in = SafetensorsReader.open(path); }

    SafetensorsReader reader() { return in; }

    String kind() throws FileFormatException { return text("kind"); }

    private String text(String key) throws FileFormatException {
        String value = in.metadata(key);
        if (value == null)
            throw new FileFormatException(in.file(),
                    "is no file of reference numbers (its header has no '" + key + "')");
        return value;
    }

    JsonObject object(String key) throws FileFormatException { return parse(key).getAsJsonObject(); }

    JsonArray array(String key) throws FileFormatException { return parse(key).getAsJsonArray(); }

    private JsonElement parse(String key) throws FileFormatException {
        try {
            return JsonParser.parseString(text(key));
        } catch (JsonParseException e) {
            throw new FileFormatException(in.file(), "header entry '" + key + "' is not JSON", e);
        }
    }

    int integer(String key) throws FileFormatException {
        try {
            return Integer.parseInt(text(key));
        } catch (NumberFormatException e) {
            throw new FileFormatException(in.file(), "header entry '" + key + "' is no number", e);
        }
    }

    /**
     * The hypernetwork's configuration. Where it does not say for how many classes it was made, it was made for its target's:
     * that number has a bin of its own among the channel numbers, the vocabulary of a language model included.
     */
    GhnConfig ghn(TargetNetwork target) throws FileFormatException {
        String scaling = in.metadata("scaling");
        JsonObject said = object("ghn");
        try {
            GhnConfig config = ReferenceConfig.read(said, GhnConfigs.domain(target.data().kind()),
                    scaling == null ? new FanInScaling() : Scaling.parse(scaling));
            return said.has("num_classes") ? config : config.withClasses(target.classes());
        } catch (TensorException e) {
            throw new FileFormatException(in.file(), "header entry 'ghn': " + e.getMessage(), e);
        }
    }

    /**
     * The target that a model's entry describes. Where the entry names no {@code family}, the file's kind does: {@code gpt2},
     * {@code vit}, or {@code llama}, alone or in front of {@code -train}.
     */
    TargetNetwork target(JsonObject m) throws FileFormatException {
        JsonElement named = m.get("family");
        String family = named == null ? kind().replace("-train", "") : named.getAsString();
        return switch (family) {
            case "gpt2" -> new Gpt2(Gpt2Config.of(number(m, "layers"), number(m, "heads"), number(m, "dim"),
                    number(m, "vocab"), number(m, "pos"), false));
            case "llama" -> new Llama(new LlamaConfig(number(m, "layers"), number(m, "heads"), number(m, "kvheads"),
                    number(m, "dim"), number(m, "mlp"), number(m, "vocab"), number(m, "pos"), number(m, "base"),
                    false));
            case "vit", "ghn" -> new Vit(VitConfig.of(number(m, "layers"), number(m, "heads"), number(m, "dim"),
                    number(m, "patch"), number(m, "img"), number(m, "classes")));
            default -> throw new FileFormatException(in.file(),
                    "family '" + family + "' of its model is none of gpt2, llama and vit");
        };
    }

    double decimal(JsonObject o, String key) throws FileFormatException {
        JsonElement e = o.get(key);
        if (e == null || !e.isJsonPrimitive())
            throw new FileFormatException(in.file(), "header lacks the number '" + key + "'");
        return e.getAsDouble();
    }

    int number(JsonObject o, String key) throws FileFormatException { return (int) decimal(o, key); }

    /** All float tensors whose name starts with {@code prefix}, without it. */
    Map<String, Tensor> tensors(String prefix, Device device) throws IOException {
        Map<String, Tensor> out = new LinkedHashMap<>();
        for (TensorEntry e : entries(prefix)) out.put(e.name().substring(prefix.length()), in.read(e.name(), device));
        return out;
    }

    List<TensorEntry> entries(String prefix) {
        List<TensorEntry> out = new ArrayList<>();
        for (TensorEntry e : in.entries()) {
            if (e.name().startsWith(prefix)) out.add(e);
        }
        return out;
    }

    float[] floats(String name, Device device) throws IOException { return in.read(name, device).toFloats(); }

    @Override
    public void close() { in.close(); }
}
