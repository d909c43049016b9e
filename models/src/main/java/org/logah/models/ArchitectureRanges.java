package org.logah.models;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.logah.engine.TensorException;
import org.logah.engine.part.JsonFields;
import org.logah.engine.part.JsonValues;
import org.logah.engine.random.RandomStream;

import com.google.gson.JsonElement;

/**
 * Ranges to draw the architectures of a family from, as JSON:
 *
 * <pre>{@code
 * {"family": "gpt2", "layers": {"from": 3, "to": 9}, "width": {"from": 72, "to": 176, "step": 8}, "heads": [4, 8],
 *  "parameters": 30000000, "count": 1000}
 * }</pre>
 *
 * Each of the family's options is a number, a list of numbers to choose from, or a range; one that is true or false is that. What
 * follows the data, its vocabulary and positions or its image and classes, has no range; a language model's head is its own where
 * nothing else is said.
 */
public final class ArchitectureRanges {
    private static final String FAMILY = "family";
    private static final String PARAMETERS = "parameters";
    private static final String COUNT = "count";
    private static final String TIED = "tied";
    /** What a network has from its data. */
    private static final Map<DataKind, List<String>> OF_DATA = Map.of(DataKind.TOKENS,
            List.of("vocabulary", "positions"), DataKind.IMAGES, List.of("image", "classes"));
    private static final int MOST_CHOICES = 10_000;
    private static final int TRIES = 10_000;
    private final TargetFamily family;
    private final Map<String, List<String>> choices = new LinkedHashMap<>();
    private final long parameters;
    private final int count;

    /**
     * Reads ranges.
     *
     * @param json an object as above; without {@code count} each architecture that is needed is drawn anew, without
     *        {@code parameters} it may have any number of them
     * @throws TensorException if there is no such family or option, or a value is none of these, naming the key
     */
    public ArchitectureRanges(JsonFields json) {
        String name = json.text(FAMILY);
        List<TargetFamily> families = ModelCatalog.families();
        family = families.stream().filter(f -> f.kind().equals(name)).findFirst()
                .orElseThrow(() -> new TensorException("'family' is '" + name + "'; choose one of "
                        + families.stream().map(TargetFamily::kind).collect(Collectors.joining(", "))));
        parameters = json.has(PARAMETERS)
                ? positive(PARAMETERS, JsonValues.wholeLong(PARAMETERS, json.get(PARAMETERS)))
                : Long.MAX_VALUE;
        count = json.has(COUNT) ? (int) positive(COUNT, json.integer(COUNT)) : ArchitectureSampler.ENDLESS;
        Set<String> unknown = new HashSet<>(json.keys());
        unknown.removeAll(Set.of(FAMILY, PARAMETERS, COUNT));
        List<String> ofData = OF_DATA.getOrDefault(family.dataKind(), List.of());
        for (FamilyOption option : family.options()) {
            String key = option.key();
            if (!unknown.remove(key)) continue;
            if (ofData.contains(key)) throw new TensorException("'" + key + "' follows the data; leave it out");
            choices.put(key, option.type() == FamilyOption.ValueType.FLAG
                    ? List.of(Boolean.toString(JsonValues.flag(key, json.get(key))))
                    : numbers(key, json.get(key)));
        }
        if (!unknown.isEmpty())
            throw new TensorException("'" + unknown.stream().sorted().findFirst().orElse("") + "' is no option of "
                    + name + "; there are " + family.options().stream().map(FamilyOption::key)
                            .filter(key -> !ofData.contains(key)).collect(Collectors.joining(", "))
                    + ", parameters and count");
        if (family.options().stream().anyMatch(o -> o.key().equals(TIED)))
            choices.putIfAbsent(TIED, List.of(Boolean.toString(false)));
    }

    private static long positive(String key, long number) {
        if (number < 1) throw new TensorException("'" + key + "' is " + number + "; 1 is the least");
        return number;
    }

    private static List<String> numbers(String key, JsonElement value) {
        List<String> all = new ArrayList<>();
        if (value.isJsonArray()) {
            for (JsonElement one : JsonValues.list(key, value)) all.add(Integer.toString(JsonValues.integer(key, one)));
        } else if (value.isJsonObject()) {
            JsonFields range = JsonFields.of(key, value);
            int from = range.integer("from");
            int to = range.integer("to");
            long step = positive(range.path("step"), range.integer("step", 1));
            for (String other : range.keys())
                if (!Set.of("from", "to", "step").contains(other))
                    throw new TensorException("'" + range.path(other) + "': a range has from, to and step");
            if (((long) to - from) / step >= MOST_CHOICES)
                throw new TensorException(
                        "'" + key + "' has more than " + MOST_CHOICES + " values; choose larger steps");
            for (long n = from; n <= to; n += step) all.add(Long.toString(n));
        } else {
            all.add(Integer.toString(JsonValues.integer(key, value)));
        }
        if (all.isEmpty()) throw new TensorException("'" + key + "' has no value to choose");
        return all;
    }

    /**
     * {@return a way to draw such architectures} Sizes that do not go together are drawn again.
     *
     * @param name what the set is called
     */
    public ArchitectureSampler sampler(String name) {
        return new ArchitectureSampler(name, family.kind(), "ranges of " + family.kind(), family.dataKind(), count,
                this::draw, (layers, width, data) -> build(
                        withSizes(values(key -> choices.getOrDefault(key, List.of("")).getFirst()), layers, width),
                        data));
    }

    private interface Choice { String of(String key); }

    private Map<String, String> values(Choice choice) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String key : choices.keySet()) values.put(key, choice.of(key));
        return values;
    }

    private static Map<String, String> withSizes(Map<String, String> values, int layers, int width) {
        values.put("layers", Integer.toString(layers));
        values.put("width", Integer.toString(width));
        return values;
    }

    private TargetNetwork draw(RandomStream random, DataFormat data) {
        @Nullable
        TensorException last = null;
        for (int i = 0; i < TRIES; i++) {
            Map<String, String> values = values(key -> {
                List<String> all = choices.getOrDefault(key, List.of());
                return all.get(random.nextInt(all.size()));
            });
            try {
                TargetNetwork network = build(values, data);
                if (network.parameterCount() <= parameters) return network;
                last = new TensorException(String.format(Locale.ROOT, "%s has %,d parameters, more than %,d",
                        network.describe(), network.parameterCount(), parameters));
            } catch (TensorException e) {
                last = e;
            }
        }
        throw new TensorException(
                String.format(Locale.ROOT, "none of %,d architectures fits the ranges, the last because %s", TRIES,
                        last == null ? "of nothing" : last.getMessage()));
    }

    private TargetNetwork build(Map<String, String> values, DataFormat data) {
        Map<String, String> all = new LinkedHashMap<>(values);
        switch (data) {
            case DataFormat.Tokens t -> {
                all.put("vocabulary", Integer.toString(t.vocabulary()));
                all.put("positions", Integer.toString(t.length()));
            }
            case DataFormat.Images i -> {
                all.put("image", Integer.toString(i.side()));
                all.put("classes", Integer.toString(i.classes()));
            }
        }
        String text = all.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(","));
        return family.build(family.defaultVariant(),
                new OptionValues(family.kind() + ":" + text, text, family.options()));
    }
}
