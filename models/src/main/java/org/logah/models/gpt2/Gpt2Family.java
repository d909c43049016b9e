package org.logah.models.gpt2;

import java.util.List;
import java.util.Map;

import org.logah.engine.SizeBounds;
import org.logah.engine.random.RandomStream;
import org.logah.models.ArchitectureSampler;
import org.logah.models.DataFormat;
import org.logah.models.DataKind;
import org.logah.models.FamilyOption;
import org.logah.models.LibraryForm;
import org.logah.models.OptionValues;
import org.logah.models.PublishedSizes;
import org.logah.models.TargetFamily;
import org.logah.models.TargetNetwork;

/** GPT-2 in the four sizes of Radford et al. (2019), and random ones to meta-train on. */
public final class Gpt2Family implements TargetFamily {
    private static final PublishedSizes<Gpt2Config> PUBLISHED = PublishedSizes.of("gpt2",
            Map.entry("gpt2", Gpt2Config.published(12, 12, 768)),
            Map.entry("gpt2-medium", Gpt2Config.published(24, 16, 1024)),
            Map.entry("gpt2-large", Gpt2Config.published(36, 20, 1280)),
            Map.entry("gpt2-xl", Gpt2Config.published(48, 25, 1600)));
    private static final long MOST_PARAMETERS = 30_000_000;
    private static final int SMALL_HEADS = 4;
    private static final int HEADS = 8;

    /** The family, as it is registered. */
    public Gpt2Family() {}

    @Override
    public String kind() { return "gpt2"; }

    @Override
    public List<String> variants() { return PUBLISHED.variants(); }

    @Override
    public List<FamilyOption> options() {
        return List.of(FamilyOption.number("layers", "transformer layers"),
                FamilyOption.number("heads", "attention heads; they divide the width"),
                FamilyOption.number("width", "width of the states"),
                FamilyOption.number("mlp", "width inside the MLP; 4 x width by default"),
                FamilyOption.number("vocabulary", "tokens; 256 for bytes"),
                FamilyOption.number("positions", "longest sequence"),
                FamilyOption.flag("tied", "whether the head reuses the token table"));
    }

    @Override
    public DataKind dataKind() { return DataKind.TOKENS; }

    @Override
    public TargetNetwork build(String variant, OptionValues options) {
        Gpt2Config c = PUBLISHED.get(variant);
        int width = options.number("width", c.width());
        return new Gpt2(new Gpt2Config(options.number("layers", c.layers()), options.number("heads", c.heads()), width,
                options.number("mlp", SizeBounds.fourTimes(width)), options.number("vocabulary", c.vocabulary()),
                options.number("positions", c.positions()), options.flag("tied", c.tied())));
    }

    @Override
    public LibraryForm libraryForm() { return new Gpt2HuggingFace(); }

    @Override
    public List<ArchitectureSampler> samplers() {
        return List.of(
                new ArchitectureSampler("small", "GPT", "GPTs of 2 to 4 layers and widths 32 to 64", DataKind.TOKENS,
                        ArchitectureSampler.ENDLESS, Gpt2Family::small,
                        (layers, width, data) -> gpt(layers, SMALL_HEADS, width, data.tokens())),
                new ArchitectureSampler("gpts", "GPT", "GPTs like those of GPTs-1K", DataKind.TOKENS,
                        ArchitectureSampler.THOUSAND, Gpt2Family::thousand,
                        (layers, width, data) -> gpt(layers, HEADS, width, data.tokens())));
    }

    private static Gpt2 small(RandomStream random, DataFormat data) {
        int layers = random.nextInt(2, 4, 1);
        return gpt(layers, SMALL_HEADS, random.nextInt(32, 64, 8), data.tokens());
    }

    /** The output's table is its own, as in the published set. */
    private static Gpt2 gpt(int layers, int heads, int width, DataFormat.Tokens data) {
        return new Gpt2(Gpt2Config.of(layers, heads, width, data.vocabulary(), data.length(), false));
    }

    /** With an untied head and at most 30M parameters: deeper ones are narrower (LoGAH, section 4.1). */
    private static Gpt2 thousand(RandomStream random, DataFormat data) {
        DataFormat.Tokens tokens = data.tokens();
        return ArchitectureSampler.atMost(MOST_PARAMETERS, () -> {
            int layers = random.nextInt(3, 9, 1);
            int width = layers > 5
                    ? random.nextInt(72, 176, 8)
                    : layers > 3 ? random.nextInt(128, 176, 8) : random.nextInt(176, 256, 8);
            return gpt(layers, HEADS, width, tokens);
        });
    }
}
