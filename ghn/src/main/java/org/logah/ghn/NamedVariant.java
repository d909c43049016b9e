package org.logah.ghn;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.part.Parts;
import org.logah.ghn.assembly.Scaling;
import org.logah.ghn.decoder.ConvDecoder;
import org.logah.ghn.decoder.DecoderConfig;
import org.logah.ghn.encoder.EncoderConfig;
import org.logah.ghn.encoder.GatedGnn;
import org.logah.ghn.encoder.Graphormer;
import org.logah.ghn.features.Domain;
import org.logah.ghn.features.FeatureConfig;
import org.logah.ghn.features.ShapeForm;
import org.logah.ghn.graph.ComputationGraph;

/**
 * A hypernetwork by name: a variant, such as {@code mini}, or one with changes, each behind a +.
 *
 * <ul>
 * <li>{@code mini+cosine}: another decoder, {@code mini+mean-field}: another scaling, of those registered.
 * <li>{@code mini+relative}: another form of shapes.
 * <li>{@code mini+siblings}, {@code cosine-mini+no-siblings}: whether siblings are told apart.
 * <li>{@code mini+nearby}, {@code cosine-mini+all-distances}: which distances are told apart.
 * <li>{@code mini+cosine+relative+siblings+nearby+mean-field}: all five.
 * </ul>
 *
 * @param variant the variant
 * @param decoder another decoder than its own, in that decoder's usual size, or null
 * @param scaling another scaling than its own, or null
 * @param shapes another form of shapes than its own, or null
 * @param siblings whether siblings are told apart, or null for the variant's own
 * @param nearby whether a Graphormer tells distances apart to {@link Graphormer#NEARBY} alone, false for all, null for the
 *        variant's own
 */
public record NamedVariant(Variant variant, @Nullable DecoderConfig decoder, @Nullable Scaling scaling,
        @Nullable ShapeForm shapes, @Nullable Boolean siblings, @Nullable Boolean nearby) {

    private static final String SIBLINGS = "siblings";
    private static final String NO_SIBLINGS = "no-" + SIBLINGS;
    private static final String NEARBY = "nearby";
    private static final String ALL_DISTANCES = "all-distances";

    /**
     * {@return a variant as it is}
     *
     * @param variant the variant
     */
    public static NamedVariant of(Variant variant) {
        return new NamedVariant(variant, null, null, null, null, null);
    }

    /**
     * {@return the hypernetwork of a name}
     *
     * @param name in upper or lower case
     * @throws TensorException if the variant or a change is unknown, saying which there are, or one kind is changed twice
     */
    public static NamedVariant parse(String name) {
        List<String> parts = List.of(name.split("\\+", -1));
        if (parts.size() > 1 && parts.getFirst().isEmpty())
            throw new TensorException("variant '" + name + "': in front of the + stands one of " + Variant.labels());
        Variant variant = Variant.parse(parts.getFirst());
        Parts<DecoderConfig> decoders = Parts.of(DecoderConfig.class, "decoder");
        Parts<Scaling> scalings = Parts.of(Scaling.class, "scaling");
        Map<String, Change> all = words(decoders.kinds(), scalings.kinds());
        Map<Change, String> given = new EnumMap<>(Change.class);
        for (String written : parts.subList(1, parts.size())) {
            String part = written.toLowerCase(Locale.ROOT);
            Change change = all.get(part);
            if (change == null)
                throw new TensorException("variant '" + name + "': "
                        + (part.isEmpty() ? "nothing is behind a +" : "'" + written + "' is no change") + "; choose of "
                        + String.join(", ", all.keySet()));
            String before = given.put(change, part);
            if (before != null)
                throw new TensorException(
                        "variant '" + name + "': has two changes of a kind, " + before + " and " + part
                                + "; leave one " + change.label + " out");
        }
        String decoder = given.get(Change.DECODER);
        String scaling = given.get(Change.SCALING);
        String shapes = given.get(Change.SHAPES);
        String siblings = given.get(Change.SIBLINGS);
        String distances = given.get(Change.DISTANCES);
        return new NamedVariant(variant, decoder == null ? null : decoders.get(decoder),
                scaling == null ? null : scalings.get(scaling),
                shapes == null ? null : ShapeForm.valueOf(shapes.toUpperCase(Locale.ROOT)),
                siblings == null ? null : siblings.equals(SIBLINGS),
                distances == null ? null : distances.equals(NEARBY));
    }

    /** What a part behind a + changes, as messages call it. */
    private enum Change {
        DECODER("decoder"), SCALING("scaling"), SHAPES("form of shapes"), SIBLINGS("word on siblings"),
        DISTANCES("word on distances");

        private final String label;

        Change(String label) { this.label = label; }
    }

    /** What each word behind a + changes. If two share a word, the first counts. */
    private static Map<String, Change> words(Collection<String> decoders, Collection<String> scalings) {
        Map<String, Change> all = new LinkedHashMap<>();
        decoders.forEach(word -> all.putIfAbsent(word, Change.DECODER));
        scalings.forEach(word -> all.putIfAbsent(word, Change.SCALING));
        ShapeForm.labels().forEach(word -> all.putIfAbsent(word, Change.SHAPES));
        List.of(SIBLINGS, NO_SIBLINGS).forEach(word -> all.putIfAbsent(word, Change.SIBLINGS));
        List.of(NEARBY, ALL_DISTANCES).forEach(word -> all.putIfAbsent(word, Change.DISTANCES));
        return all;
    }

    /**
     * {@return a name that means a configuration, whatever its number of classes; null if there is none} Of several it is the one
     * with the fewest changes, and then that of the first variant.
     *
     * @param config of a hypernetwork in a file, say
     */
    public static @Nullable String nameOf(GhnConfig config) {
        return Arrays.stream(Variant.values()).map(v -> towards(v, config))
                .sorted(Comparator.comparingLong(NamedVariant::changeCount)).map(NamedVariant::label)
                .filter(name -> means(name, config)).findFirst().orElse(null);
    }

    private long changeCount() {
        return Stream.of(decoder, scaling, shapes, siblings, nearby).filter(Objects::nonNull).count();
    }

    private static boolean means(String name, GhnConfig config) {
        FeatureConfig features = config.features();
        try {
            return parse(name).config(features.domain(), null).withClasses(features.classes()).equals(config);
        } catch (TensorException e) {
            return false; // a part that nobody registered, or whose usual size does not fit the variant
        }
    }

    /** A variant with the changes that bring it closest to a configuration. */
    private static NamedVariant towards(Variant variant, GhnConfig to) {
        GhnConfig own = variant.config(to.features().domain());
        Boolean nearby = null;
        if (own.encoder() instanceof Graphormer.Config before && to.encoder() instanceof Graphormer.Config now
                && before.farthest() != now.farthest())
            nearby = !now.tellsAll();
        return new NamedVariant(variant, to.decoder().kind().equals(own.decoder().kind()) ? null : to.decoder(),
                to.scaling().equals(own.scaling()) ? null : to.scaling(),
                to.features().shapes() == own.features().shapes() ? null : to.features().shapes(),
                to.features().siblings() == own.features().siblings() ? null : to.features().siblings(), nearby);
    }

    /** {@return its name, the same in whichever order its changes were written: {@code mini+cosine+relative+siblings+nearby+mean-field}} */
    public String label() {
        return variant.label() + (decoder == null ? "" : "+" + decoder.kind())
                + (shapes == null ? "" : "+" + shapes.label())
                + (siblings == null ? "" : "+" + (siblings ? SIBLINGS : NO_SIBLINGS))
                + (nearby == null ? "" : "+" + distances(nearby))
                + (scaling == null ? "" : "+" + scaling.kind());
    }

    /**
     * {@return its configuration, for targets with 10 classes} The variant's own decoder keeps its own size.
     *
     * @param domain what kind of targets it is for
     * @param encoder the name of another encoder, or null for the variant's own
     * @throws TensorException if the encoder is unknown, saying which there are, does not fit the variant's width, or is no
     *        Graphormer while the name sets distances
     */
    public GhnConfig config(Domain domain, @Nullable String encoder) {
        GhnConfig config = variant.config(domain);
        if (decoder != null && !decoder.kind().equals(config.decoder().kind())) config = config.withDecoder(decoder);
        if (encoder != null) config = withEncoder(config, encoder.toLowerCase(Locale.ROOT));
        if (scaling != null) config = config.withScaling(scaling);
        if (siblings != null) config = config.withSiblings(siblings);
        if (nearby != null) config = withDistances(config, nearby);
        return shapes == null ? config : config.withShapes(shapes);
    }

    private static String distances(boolean nearby) { return nearby ? NEARBY : ALL_DISTANCES; }

    private GhnConfig withDistances(GhnConfig config, boolean nearby) {
        if (config.encoder() instanceof Graphormer.Config g)
            return config.withEncoder(g.withFarthest(nearby ? Graphormer.NEARBY : ComputationGraph.MAX_DISTANCE));
        throw new TensorException("variant '" + label() + "': its encoder is " + config.encoder().kind()
                + "; how far distances are told apart is a graphormer's, so leave +" + distances(nearby) + " out");
    }

    /** In its usual size. A convolutional decoder behind GHN-2's encoder takes kernels from the corner, as GHN-2's does. */
    private static GhnConfig withEncoder(GhnConfig own, String kind) {
        if (kind.equals(own.encoder().kind())) return own;
        EncoderConfig other = Parts.of(EncoderConfig.class, "encoder").get(kind);
        GhnConfig changed = own.withEncoder(other);
        return other instanceof GatedGnn.Config && own.decoder() instanceof ConvDecoder.Config c
                ? changed.withDecoder(c.with(ConvDecoder.Window.CORNER))
                : changed;
    }
}
