package org.logah.ghn;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import org.logah.engine.TensorException;
import org.logah.ghn.assembly.FanInScaling;
import org.logah.ghn.assembly.MeanFieldScaling;
import org.logah.ghn.assembly.PaperScaling;
import org.logah.ghn.assembly.Scaling;
import org.logah.ghn.assembly.StdScaling;
import org.logah.ghn.decoder.ConvDecoder;
import org.logah.ghn.decoder.CosineDecoder;
import org.logah.ghn.decoder.LowRankDecoder;
import org.logah.ghn.encoder.Graphormer;
import org.logah.ghn.features.Domain;
import org.logah.ghn.features.FeatureConfig;
import org.logah.ghn.features.ShapeForm;
import org.logah.ghn.graph.GraphForm;
import org.logah.ghn.graph.GraphForm.UntiedHead;

/** Hypernetworks by name: those of LoGAH (arXiv 2405.16287, table 1), those of GHN-3 (arXiv 2303.04143), small ones of both, and ours. */
public enum Variant {
    /** LoGAH with 2.5M parameters. */
    TINY,
    /** LoGAH with 21.4M parameters. */
    SMALL,
    /** LoGAH with 78.2M parameters. */
    BASE,
    /** LoGAH with 289.4M parameters. */
    LARGE,
    /** GHN-3 with 6.8M parameters, shapes to 64. */
    GHN3_T,
    /** GHN-3 with 35.6M parameters, shapes to 128. */
    GHN3_S,
    /** GHN-3 with 214.2M parameters, shapes to 256. */
    GHN3_L,
    /** Ours, for trying out: LoGAH of width 32 and rank 16, for shapes to 512, trained in a minute or two; its scaling is the paper's. */
    MINI,
    /** GHN-3's decoder in the size of {@link #COSINE_MINI}, to compare with: shapes to 32, kernels to 8. */
    GHN3_MINI,
    /**
     * Ours, in the size of LoGAH-Tiny, 3.3M parameters: relative shapes, siblings told apart, distances nearby alone, the cosine
     * decoder and the mean-field start.
     */
    COSINE_TINY,
    /** Ours, for trying out: the same in small, 447,284 parameters, trained in two minutes. */
    COSINE_MINI;

    private static final int CLASSES = 10;

    /** {@return the name on a command line: {@code tiny}, {@code ghn3-t}} */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@return all names, separated by commas, for messages} */
    public static String labels() {
        return Arrays.stream(values()).map(Variant::label).collect(Collectors.joining(", "));
    }

    /**
     * {@return the variant of a name}
     *
     * @param label the name, in upper or lower case
     * @throws TensorException if there is none of that name, saying which there are
     */
    public static Variant parse(String label) {
        for (Variant v : values()) if (v.label().equals(label.toLowerCase(Locale.ROOT))) return v;
        throw new TensorException("variant '" + label + "': choose one of " + labels());
    }

    /**
     * {@return the configuration, for targets with 10 classes} GHN-3's were published for vision; for language they
     * know its primitives and scale as LoGAH does.
     *
     * @param domain what kind of targets it is for
     */
    public GhnConfig config(Domain domain) {
        return switch (this) {
            case TINY -> logah(domain, 64, 8, 3, 32);
            case SMALL -> logah(domain, 128, 16, 5, 90);
            case BASE -> logah(domain, 256, 16, 5, 128);
            case LARGE -> logah(domain, 256, 16, 12, 256);
            case GHN3_T -> ghn3(domain, 64, 8, 3, 64, 16);
            case GHN3_S -> ghn3(domain, 128, 16, 5, 128, 16);
            case GHN3_L -> ghn3(domain, 256, 16, 12, 256, 16);
            case GHN3_MINI -> ghn3(domain, 32, 4, 2, 32, 8);
            case MINI ->
                new GhnConfig(32, new GraphForm(UntiedHead.BEHIND_NORM, 250), FeatureConfig.of(domain, CLASSES),
                        new Graphormer.Config(4, 2),
                        new LowRankDecoder.Config(16, 4096, 512, 512, 16, LowRankDecoder.Limit.MASK),
                        scaling(domain, new PaperScaling()));
            case COSINE_TINY -> cosine(domain, 64, new Graphormer.Config(8, 3), new CosineDecoder.Config());
            case COSINE_MINI ->
                cosine(domain, 32, new Graphormer.Config(4, 2), new CosineDecoder.Config(32, 64, 512, 16));
        };
    }

    private static Scaling scaling(Domain domain, Scaling language) {
        return domain == Domain.LANGUAGE ? language : new FanInScaling();
    }

    private static GhnConfig logah(Domain domain, int hidden, int heads, int layers, int rank) {
        return new GhnConfig(hidden, new GraphForm(UntiedHead.BEHIND_NORM, 250), FeatureConfig.of(domain, CLASSES),
                new Graphormer.Config(heads, layers),
                new LowRankDecoder.Config(rank, 16 * 2048, 2048, 2048, 16, LowRankDecoder.Limit.MASK),
                scaling(domain, new StdScaling()));
    }

    private static GhnConfig cosine(Domain domain, int hidden, Graphormer.Config encoder,
            CosineDecoder.Config decoder) {
        return new GhnConfig(hidden, new GraphForm(UntiedHead.BEHIND_NORM, 250),
                FeatureConfig.of(domain, CLASSES).withShapes(ShapeForm.RELATIVE).withSiblings(true),
                encoder.withFarthest(Graphormer.NEARBY), decoder,
                new MeanFieldScaling());
    }

    private static GhnConfig ghn3(Domain domain, int hidden, int heads, int layers, int maxShape,
            int maxKernel) {
        return new GhnConfig(hidden, new GraphForm(UntiedHead.BEHIND_NORM, 50),
                FeatureConfig.of(domain, CLASSES), new Graphormer.Config(heads, layers),
                new ConvDecoder.Config(maxShape, maxShape, maxKernel, ConvDecoder.Window.CENTRE),
                scaling(domain, new StdScaling()));
    }
}
