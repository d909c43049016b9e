package org.logah.models;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.logah.engine.TensorException;
import org.logah.engine.part.JsonFields;
import org.logah.engine.part.NearestNames;
import org.logah.engine.part.Parts;

/**
 * Targets by name: {@code gpt2-large}, or with changes {@code gpt2:layers=6,heads=8,width=96,tied=false},
 * {@code vit-small:image=32,patch=4,classes=10}, {@code llama:layers=4,heads=4,kvheads=2,width=64}. It knows the families
 * that are registered, see {@link TargetFamily}.
 */
public final class ModelCatalog {
    private ModelCatalog() {}

    /**
     * {@return every registered family}
     *
     * @throws IllegalStateException if two of them use the same name for a family, a variant or a sampler
     */
    public static List<TargetFamily> families() {
        List<TargetFamily> families = Parts.of(TargetFamily.class, "family of models").all();
        Set<String> models = new HashSet<>();
        Set<String> samplers = new HashSet<>();
        for (TargetFamily family : families) {
            Set<String> own = new HashSet<>(family.variants());
            own.add(family.kind());
            for (String name : own) requireNew(models, "model", name, family);
            for (ArchitectureSampler s : family.samplers()) requireNew(samplers, "sampler", s.name(), family);
        }
        return families;
    }

    private static void requireNew(Set<String> seen, String what, String name, TargetFamily family) {
        if (!seen.add(name)) {
            throw new IllegalStateException("two families have a " + what + " '" + name + "', one of them "
                    + family.getClass().getName() + "; leave one of their jars out");
        }
    }

    /** {@return every published variant of every family} */
    public static List<String> names() {
        return families().stream().flatMap(f -> f.variants().stream()).toList();
    }

    /**
     * {@return the network that a text names}
     *
     * @param text a variant or a family, in any case; then, where something is to be changed, a colon and
     *        {@code key=value} pairs with commas between them
     * @throws TensorException if there is no such model or option, naming what is like it, or the sizes do not go together
     */
    public static TargetNetwork parse(String text) {
        int colon = text.indexOf(':');
        String name = (colon < 0 ? text : text.substring(0, colon)).toLowerCase(Locale.ROOT);
        for (TargetFamily family : Parts.of(TargetFamily.class, "family of models").all()) {
            boolean published = family.variants().contains(name);
            if (!published && !family.kind().equals(name)) continue;
            String options = colon < 0 ? "" : text.substring(colon + 1);
            return family.build(published ? name : family.defaultVariant(),
                    new OptionValues(text, options, family.options()));
        }
        throw unknown(name);
    }

    /** Not with all names, which are too many for a line. */
    private static TensorException unknown(String name) {
        List<TargetFamily> families = families();
        List<String> known = Stream.concat(families.stream().map(TargetFamily::kind), names().stream()).distinct()
                .toList();
        String meant = NearestNames.question(name, known);
        return new TensorException("unknown model '" + name + "'; " + (meant.isEmpty()
                ? "there are sizes of " + families.stream().map(TargetFamily::kind).collect(Collectors.joining(", "))
                        + "; "
                : meant) + "logah train --help lists all models");
    }

    /**
     * {@return the options in a network's description, by key: {@code layers} is {@code 6} in {@code gpt2:layers=6,width=96}}
     *
     * @param network a network that {@link #parse} can make
     */
    public static Map<String, String> options(TargetNetwork network) {
        Map<String, String> options = new LinkedHashMap<>();
        String described = network.describe();
        for (String part : described.substring(described.indexOf(':') + 1).split(",", -1)) {
            int at = part.indexOf('=');
            if (at > 0) options.put(part.substring(0, at), part.substring(at + 1));
        }
        return options;
    }

    /**
     * {@return a network like another, as many times as wide: its states, and what is inside its MLPs}
     *
     * @param network a network that {@link #parse} can make
     * @param times a whole number
     * @throws TensorException if its family has no width, or the sizes do not go together
     */
    public static TargetNetwork wider(TargetNetwork network, int times) {
        Map<String, String> options = options(network);
        if (!options.containsKey("width"))
            throw new TensorException(network.describe() + " has no option 'width'");
        for (String key : List.of("width", "mlp"))
            options.computeIfPresent(key, (_, v) -> Long.toString(Long.parseLong(v) * times));
        String described = network.describe();
        return parse(described.substring(0, described.indexOf(':') + 1) + options.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(",")));
    }

    /**
     * {@return the network that a {@code config.json} describes}
     *
     * @param config its content: that of a library, or a {@code model} as {@link #parse} reads it
     * @throws TensorException if it is of no family that is known, or asks for what its networks here do not have
     */
    public static TargetNetwork ofConfig(JsonFields config) {
        if (config.has(LibraryForm.MODEL)) return parse(config.text(LibraryForm.MODEL));
        for (TargetFamily family : families())
            if (family.libraryForm().isOf(config)) return family.libraryForm().network(config);
        throw new TensorException(config.has("model_type")
                ? "'" + config.path("model_type") + "' is " + config.get("model_type") + "; there are "
                        + families().stream().map(TargetFamily::kind).collect(Collectors.joining(", "))
                : "'" + config.path("model_type") + "' is missing");
    }

    /**
     * {@return the family of a network}
     *
     * @param network one that a family built
     * @throws TensorException if no registered family describes its networks so
     */
    public static TargetFamily family(TargetNetwork network) {
        String kind = network.describe().split(":", 2)[0];
        return families().stream().filter(f -> f.kind().equals(kind)).findFirst()
                .orElseThrow(() -> new TensorException("no family is called '" + kind + "': " + network.describe()));
    }

    /** {@return every registered way to draw architectures} */
    public static List<ArchitectureSampler> samplers() {
        return families().stream().flatMap(f -> f.samplers().stream()).toList();
    }

    /**
     * {@return the way to draw architectures that has a name} A set of a thousand has its published name, too: {@code gpts-1k} is
     * {@code gpts}.
     *
     * @param name as {@code gpts}
     * @throws TensorException if there is none, naming those there are
     */
    public static ArchitectureSampler sampler(String name) {
        List<ArchitectureSampler> all = samplers();
        return all.stream().filter(
                s -> s.name().equals(name)
                        || (s.size() == ArchitectureSampler.THOUSAND && name.equals(s.name() + "-1k")))
                .findFirst()
                .orElseThrow(() -> new TensorException("unknown set '" + name + "'; choose one of "
                        + all.stream().map(ArchitectureSampler::name).collect(Collectors.joining(", "))));
    }
}
