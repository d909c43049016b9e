package org.logah.training.reference;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.logah.autograd.nn.ParameterFile;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.TensorEntry;
import org.logah.engine.part.JsonFields;
import org.logah.engine.part.JsonValues;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.ReferenceConfig;
import org.logah.ghn.assembly.FanInScaling;
import org.logah.ghn.assembly.Scaling;
import org.logah.models.DataFormat;
import org.logah.models.TargetNetwork;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.llama.Llama;
import org.logah.models.llama.LlamaConfig;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;
import org.logah.training.prediction.GhnConfigs;

import com.google.gson.JsonElement;

/**
 * A file of reference numbers: what its header says, and its tensors by prefix. What the header does not say as it should is a
 * {@link FileFormatException} or a {@link org.logah.engine.TensorException}, which names the key.
 */
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

    JsonFields object(String key) throws FileFormatException { return JsonFields.parse(key, text(key)); }

    /** A list with one object at least. */
    List<JsonFields> objects(String key) throws FileFormatException {
        List<JsonFields> all = new ArrayList<>();
        for (JsonElement e : JsonValues.list(key, JsonValues.parse(key, text(key))))
            all.add(JsonFields.of(key + "[" + all.size() + "]", e));
        if (all.isEmpty()) throw new FileFormatException(in.file(), "'" + key + "' is [], not a list of one or more");
        return all;
    }

    /** A header entry that is a number. */
    int integer(String key) throws FileFormatException {
        return JsonValues.integer(key, JsonValues.parse(key, text(key)));
    }

    /**
     * The hypernetwork's configuration. Where it does not say for how many classes it was made, it was made for its target's:
     * that number has a bin of its own among the channel numbers, the vocabulary of a language model included.
     */
    GhnConfig ghn(TargetNetwork target) throws FileFormatException {
        String scaling = in.metadata("scaling");
        JsonFields said = object("ghn");
        GhnConfig config = ReferenceConfig.read(said, GhnConfigs.domain(target.data().kind()),
                scaling == null ? new FanInScaling() : Scaling.parse(scaling));
        return said.has("num_classes") ? config : config.withClasses(target.classes());
    }

    /**
     * The target that a model's entry describes. Where the entry names no {@code family}, the file's kind does: {@code gpt2},
     * {@code vit}, or {@code llama}, alone or in front of {@code -train}.
     */
    TargetNetwork target(JsonFields m) throws FileFormatException {
        String family = m.has("family") ? m.text("family") : kind().replace("-train", "");
        return switch (family) {
            case "gpt2" -> new Gpt2(Gpt2Config.of(m.integer("layers"), m.integer("heads"), m.integer("dim"),
                    m.integer("vocab"), m.integer("pos"), false));
            case "llama" -> new Llama(new LlamaConfig(m.integer("layers"), m.integer("heads"), m.integer("kvheads"),
                    m.integer("dim"), m.integer("mlp"), m.integer("vocab"), m.integer("pos"), m.integer("base"),
                    false));
            case "vit", "ghn" -> new Vit(VitConfig.of(m.integer("layers"), m.integer("heads"), m.integer("dim"),
                    m.integer("patch"), m.integer("img"), m.integer("classes")));
            default -> throw new FileFormatException(in.file(),
                    "family '" + family + "' of its model is none of gpt2, llama and vit");
        };
    }

    /**
     * Checks before anything is computed that the file has the parameters of what its header describes: otherwise a number in the
     * header would decide how much is computed, and not what there is.
     */
    void requireParameters(String prefix, TargetNetwork target) throws IOException {
        for (Map.Entry<String, Shape> e : target.shapes().entrySet())
            ParameterFile.requireShape(in, prefix + e.getKey(), e.getValue(), "the model of its header");
    }

    /**
     * Checks the shape of one tensor.
     *
     * @param dims the extents wanted; 0 for any that is not 0
     */
    Shape requireShape(String name, int... dims) throws FileFormatException {
        Shape found = in.entry(name).shape();
        boolean fits = found.rank() == dims.length && found.elements() > 0;
        for (int i = 0; fits && i < dims.length; i++) fits = dims[i] == 0 || dims[i] == found.dim(i);
        if (!fits)
            throw new FileFormatException(in.file(), "'" + name + "' has shape " + found + ", not "
                    + Shape.of(dims).toString().replaceAll("\\b0\\b", "some"));
        return found;
    }

    /** Checks the shapes of a mini-batch: what the target reads, and a class for each row of its logits where it says none. */
    void requireBatch(TargetNetwork target, String input, String classes) throws FileFormatException {
        switch (target.data()) {
            case DataFormat.Tokens _ -> requireShape(input, 0, 0);
            case DataFormat.Images i -> {
                int images = requireShape(input, 0, i.channels(), i.side(), i.side()).dim(0);
                requireShape(classes, images);
            }
        }
    }

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
