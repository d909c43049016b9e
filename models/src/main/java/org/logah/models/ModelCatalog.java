package org.logah.models;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.logah.engine.TensorException;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.llama.Llama;
import org.logah.models.llama.LlamaConfig;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;

/**
 * Targets by name: {@code gpt2-large}, or with changes {@code gpt2:layers=6,heads=8,width=96,tied=false},
 * {@code vit-small:image=32,patch=4,classes=10}, {@code llama:layers=4,heads=4,kvheads=2,width=64}. An MLP is four times as wide unless {@code mlp} is given.
 */
public final class ModelCatalog {
    private static final Map<String, Gpt2Config> GPT2 = new LinkedHashMap<>();
    private static final Map<String, VitConfig> VIT = new LinkedHashMap<>();

    private static final Map<String, LlamaConfig> LLAMA = new LinkedHashMap<>();

    static {
        GPT2.put("gpt2", Gpt2Config.published(12, 12, 768));
        GPT2.put("gpt2-medium", Gpt2Config.published(24, 16, 1024));
        GPT2.put("gpt2-large", Gpt2Config.published(36, 20, 1280));
        GPT2.put("gpt2-xl", Gpt2Config.published(48, 25, 1600));
        LLAMA.put("llama-2-7b", LlamaConfig.llama2With7b());
        LLAMA.put("llama-3-8b", LlamaConfig.llama3With8b());
        VIT.put("vit-tiny", VitConfig.of(12, 3, 192, 16, 224, 1000));
        VIT.put("vit-small", VitConfig.of(12, 6, 384, 16, 224, 1000));
        VIT.put("vit-base", VitConfig.of(12, 12, 768, 16, 224, 1000));
        VIT.put("vit-large", VitConfig.of(24, 16, 1024, 16, 224, 1000));
    }

    private ModelCatalog() {}

    /** Every name there is. */
    public static List<String> names() {
        List<String> names = new ArrayList<>(GPT2.keySet());
        names.addAll(LLAMA.keySet());
        names.addAll(VIT.keySet());
        return names;
    }

    /** @throws TensorException if there is no such model or option, naming those there are */
    public static TargetNetwork parse(String text) {
        int colon = text.indexOf(':');
        String name = (colon < 0 ? text : text.substring(0, colon)).toLowerCase(Locale.ROOT);
        Options options = new Options(text, colon < 0 ? "" : text.substring(colon + 1));
        Gpt2Config gpt = GPT2.get(name);
        LlamaConfig llama = LLAMA.get(name.equals("llama") ? "llama-3-8b" : name);
        VitConfig vit = VIT.get(name.equals("vit") ? "vit-tiny" : name);
        TargetNetwork network;
        if (gpt != null) network = gpt2(gpt, options);
        else if (llama != null) network = llama(llama, options);
        else if (vit != null) network = vit(vit, options);
        else throw new TensorException("unknown model '" + name + "'; choose one of " + String.join(", ", names()));
        options.requireAllUsed();
        return network;
    }

    private static Gpt2 gpt2(Gpt2Config c, Options o) {
        int width = o.number("width", c.width());
        return new Gpt2(new Gpt2Config(o.number("layers", c.layers()), o.number("heads", c.heads()), width,
                o.number("mlp", 4 * width), o.number("vocabulary", c.vocabulary()),
                o.number("positions", c.positions()), o.flag("tied", c.tied())));
    }

    /** Without {@code kvheads}, other heads than the published ones each have keys and values of their own. */
    private static Llama llama(LlamaConfig c, Options o) {
        int width = o.number("width", c.width());
        int heads = o.number("heads", c.heads());
        return new Llama(new LlamaConfig(o.number("layers", c.layers()), heads,
                o.number("kvheads", heads == c.heads() ? c.keyValueHeads() : heads), width,
                o.number("mlp", width == c.width() ? c.mlp() : 4 * width), o.number("vocabulary", c.vocabulary()),
                o.number("positions", c.positions()), o.number("base", c.rotaryBase()), o.flag("tied", c.tied())));
    }

    private static Vit vit(VitConfig c, Options o) {
        int width = o.number("width", c.width());
        return new Vit(new VitConfig(o.number("layers", c.layers()), o.number("heads", c.heads()), width,
                o.number("mlp", 4 * width), o.number("patch", c.patch()), o.number("image", c.image()),
                o.number("classes", c.classes())));
    }

    /** {@code key=value} pairs, each of which must be asked for. */
    private static final class Options {
        private final String source;
        private final Map<String, String> values = new LinkedHashMap<>();
        private final List<String> known = new ArrayList<>();

        Options(String source, String text) {
            this.source = source;
            for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
                int at = part.indexOf('=');
                if (at < 1) throw new TensorException("model '" + source + "': '" + part + "' is not key=value");
                values.put(part.substring(0, at).trim().toLowerCase(Locale.ROOT), part.substring(at + 1).trim());
            }
        }

        int number(String key, int otherwise) {
            known.add(key);
            String v = values.remove(key);
            try {
                return v == null ? otherwise : Integer.parseInt(v);
            } catch (NumberFormatException e) {
                throw new TensorException("model '" + source + "': " + key + "=" + v + " is not a whole number", e);
            }
        }

        boolean flag(String key, boolean otherwise) {
            known.add(key);
            String v = values.remove(key);
            if (v != null && !v.equals("true") && !v.equals("false")) {
                throw new TensorException("model '" + source + "': " + key + "=" + v + " is neither true nor false");
            }
            return v == null ? otherwise : v.equals("true");
        }

        void requireAllUsed() {
            if (values.isEmpty()) return;
            throw new TensorException(
                    "model '" + source + "': no option '" + values.keySet().iterator().next() + "'; there are "
                            + String.join(", ", known));
        }
    }
}
