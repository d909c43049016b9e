package org.logah.ghn;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
import org.logah.ghn.features.ShapeForm;

/**
 * A hypernetwork by name: a variant, {@code mini}, or one with changes behind it, {@code mini+cosine} with another decoder,
 * {@code mini+mean-field} with another scaling, {@code mini+relative} with another form of shapes, {@code mini+siblings} with nodes told
 * apart that do the same with the same, {@code mini+nearby} with distances that are told apart nearby alone,
 * {@code mini+cosine+relative+siblings+nearby+mean-field} with all five; {@code cosine-mini+no-siblings} does not tell
 * siblings apart. Decoders and scalings are those that are registered.
 *
 * @param variant the variant
 * @param decoder another decoder than its own, in that decoder's usual size, or null
 * @param scaling another scaling than its own, or null
 * @param shapes another form of shapes than its own, or null
 * @param siblings whether siblings are told apart, or null for what is its own
 * @param nearby whether a Graphormer tells distances apart to {@link Graphormer#NEARBY} alone
 */
public record NamedVariant(Variant variant, @Nullable DecoderConfig decoder, @Nullable Scaling scaling,
        @Nullable ShapeForm shapes, @Nullable Boolean siblings, boolean nearby) {

    private static final String SIBLINGS = "siblings";
    private static final String NEARBY = "nearby";
    private static final String NO_SIBLINGS = "no-" + SIBLINGS;

    /**
     * {@return a variant as it is}
     *
     * @param variant the variant
     */
    public static NamedVariant of(Variant variant) {
        return new NamedVariant(variant, null, null, null, null, false);
    }

    /**
     * {@return the hypernetwork of a name}
     *
     * @param name in upper or lower case
     * @throws TensorException if there is no such variant, or what is behind it is no change or one too many, saying which there are
     */
    public static NamedVariant parse(String name) {
        List<String> parts = List.of(name.split("\\+", -1));
        if (parts.size() > 1 && parts.getFirst().isEmpty())
            throw new TensorException("variant '" + name + "': in front of the + stands one of " + Variant.labels());
        Variant variant = Variant.parse(parts.getFirst());
        Parts<DecoderConfig> decoders = Parts.of(DecoderConfig.class, "decoder");
        Parts<Scaling> scalings = Parts.of(Scaling.class, "scaling");
        DecoderConfig decoder = null;
        Scaling scaling = null;
        ShapeForm shapes = null;
        Boolean siblings = null;
        boolean nearby = false;
        for (String written : parts.subList(1, parts.size())) {
            String change = written.toLowerCase(Locale.ROOT);
            if (decoder == null && decoders.kinds().contains(change)) decoder = decoders.get(change);
            else if (scaling == null && scalings.kinds().contains(change)) scaling = scalings.get(change);
            else
                if (shapes == null && ShapeForm.labels().contains(change))
                    shapes = ShapeForm.valueOf(change.toUpperCase(Locale.ROOT));
                else
                    if (siblings == null && List.of(SIBLINGS, NO_SIBLINGS).contains(change))
                        siblings = change.equals(SIBLINGS);
                    else
                        if (!nearby && change.equals(NEARBY)) nearby = true;
                        else throw unknown(name, decoders, scalings);
        }
        return new NamedVariant(variant, decoder, scaling, shapes, siblings, nearby);
    }

    private static TensorException unknown(String name, Parts<DecoderConfig> decoders, Parts<Scaling> scalings) {
        List<String> all = new ArrayList<>(decoders.kinds());
        all.addAll(scalings.kinds());
        all.addAll(ShapeForm.labels());
        all.addAll(List.of(SIBLINGS, NO_SIBLINGS, NEARBY));
        return new TensorException(
                "variant '" + name + "': behind a + may be one decoder, one scaling, one form of shapes, whether "
                        + "siblings are told apart, and whether distances are told apart nearby alone, of "
                        + String.join(", ", all));
    }

    /** {@return its name, the same in whichever order its changes were written: {@code mini+cosine+relative+siblings+nearby+mean-field}} */
    public String label() {
        return variant.label() + (decoder == null ? "" : "+" + decoder.kind())
                + (shapes == null ? "" : "+" + shapes.label())
                + (siblings == null ? "" : "+" + (siblings ? SIBLINGS : NO_SIBLINGS)) + (nearby ? "+" + NEARBY : "")
                + (scaling == null ? "" : "+" + scaling.kind());
    }

    /**
     * {@return its configuration, for targets with 10 classes} The variant's own decoder keeps its own size.
     *
     * @param domain what kind of targets it is for
     * @param encoder the name of another encoder, or null for the variant's own
     * @throws TensorException if there is no such encoder, saying which there are, it cannot work on the variant's width, or it is no
     *         Graphormer and the name says how far one tells distances
     */
    public GhnConfig config(Domain domain, @Nullable String encoder) {
        GhnConfig config = variant.config(domain);
        if (decoder != null && !decoder.kind().equals(config.decoder().kind())) config = config.withDecoder(decoder);
        if (encoder != null) config = withEncoder(config, encoder.toLowerCase(Locale.ROOT));
        if (scaling != null) config = config.withScaling(scaling);
        if (siblings != null) config = config.withSiblings(siblings);
        if (nearby) config = withNearby(config);
        return shapes == null ? config : config.withShapes(shapes);
    }

    private GhnConfig withNearby(GhnConfig config) {
        if (config.encoder() instanceof Graphormer.Config g)
            return config.withEncoder(g.withFarthest(Graphormer.NEARBY));
        throw new TensorException("variant '" + label() + "': its encoder is " + config.encoder().kind()
                + "; how far distances are told apart is a graphormer's, so leave +" + NEARBY + " out");
    }

    /** In its usual size. With GHN-2's a convolutional decoder is GHN-2's too and takes its kernels from the corner. */
    private static GhnConfig withEncoder(GhnConfig own, String kind) {
        if (kind.equals(own.encoder().kind())) return own;
        EncoderConfig other = Parts.of(EncoderConfig.class, "encoder").get(kind);
        GhnConfig changed = own.withEncoder(other);
        return other instanceof GatedGnn.Config && own.decoder() instanceof ConvDecoder.Config c
                ? changed.withDecoder(c.with(ConvDecoder.Window.CORNER))
                : changed;
    }
}
