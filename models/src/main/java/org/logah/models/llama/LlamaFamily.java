package org.logah.models.llama;

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

/** Llama 2 with 7B and Llama 3 with 8B parameters, and random ones to meta-train on. */
public final class LlamaFamily implements TargetFamily {
    private static final PublishedSizes<LlamaConfig> PUBLISHED = PublishedSizes.of("llama",
            Map.entry("llama-2-7b", LlamaConfig.llama2With7b()), Map.entry("llama-3-8b", LlamaConfig.llama3With8b()));
    private static final long MOST_PARAMETERS = 50_000_000;
    private static final int SMALL_HEADS = 4;
    /** Base of the rotary embedding's wavelengths in the sets: Llama 3's. */
    private static final int ROTARY_BASE = 500_000;

    /** The family, as it is registered. */
    public LlamaFamily() {}

    @Override
    public String kind() { return "llama"; }

    @Override
    public List<String> variants() { return PUBLISHED.variants(); }

    @Override
    public String defaultVariant() { return "llama-3-8b"; }

    @Override
    public List<FamilyOption> options() {
        return List.of(FamilyOption.number("layers", "transformer layers"),
                FamilyOption.number("heads", "heads of queries; they divide the width"),
                FamilyOption.number("kvheads", "heads of keys and values; as many as heads if other heads are given"),
                FamilyOption.number("width", "width of the states"),
                FamilyOption.number("mlp", "width inside the MLP; 4 x width if another width is given"),
                FamilyOption.number("vocabulary", "tokens; 256 for bytes"),
                FamilyOption.number("positions", "longest sequence"),
                FamilyOption.number("base", "base of the rotary embedding's wavelengths"),
                FamilyOption.flag("tied", "whether the head reuses the token table"));
    }

    @Override
    public DataKind dataKind() { return DataKind.TOKENS; }

    @Override
    public TargetNetwork build(String variant, OptionValues options) {
        LlamaConfig c = PUBLISHED.get(variant);
        int width = options.number("width", c.width());
        int heads = options.number("heads", c.heads());
        return new Llama(new LlamaConfig(options.number("layers", c.layers()), heads,
                options.number("kvheads", heads == c.heads() ? c.keyValueHeads() : heads), width,
                options.number("mlp", width == c.width() ? c.mlp() : SizeBounds.fourTimes(width)),
                options.number("vocabulary", c.vocabulary()), options.number("positions", c.positions()),
                options.number("base", c.rotaryBase()), options.flag("tied", c.tied())));
    }

    @Override
    public LibraryForm libraryForm() { return new LlamaHuggingFace(); }

    @Override
    public List<ArchitectureSampler> samplers() {
        return List.of(
                new ArchitectureSampler("small-llamas", "Llama", "Llamas of 2 to 4 layers and widths 32 to 64",
                        DataKind.TOKENS,
                        ArchitectureSampler.ENDLESS, LlamaFamily::small,
                        (layers, width, data) -> llama(layers, SMALL_HEADS, SMALL_HEADS / 2, width, data.tokens())),
                new ArchitectureSampler("llamas", "Llama", "Llamas like those of Llama-1K", DataKind.TOKENS,
                        ArchitectureSampler.THOUSAND, LlamaFamily::thousand,
                        (layers, width, data) -> llama(layers, SMALL_HEADS, SMALL_HEADS, width, data.tokens())));
    }

    private static Llama small(RandomStream random, DataFormat data) {
        int layers = random.nextInt(2, 4, 1);
        int width = random.nextInt(32, 64, 8);
        int[] keyValueHeads = {1, SMALL_HEADS / 2, SMALL_HEADS};
        return llama(layers, SMALL_HEADS, keyValueHeads[random.nextInt(keyValueHeads.length)], width, data.tokens());
    }

    /** The output's table is its own, as in the published set. */
    private static Llama llama(int layers, int heads, int keyValueHeads, int width, DataFormat.Tokens data) {
        return new Llama(new LlamaConfig(layers, heads, keyValueHeads, width, 4 * width, data.vocabulary(),
                data.length(), ROTARY_BASE, false));
    }

    /** With an untied head and at most 50M parameters; only the code of LoGAH's paper has this set. */
    private static Llama thousand(RandomStream random, DataFormat data) {
        DataFormat.Tokens tokens = data.tokens();
        return ArchitectureSampler.atMost(MOST_PARAMETERS, () -> {
            int layers = random.nextInt(3, 9, 1);
            int heads = layers > 5 ? 4 : layers > 3 ? 6 : 8;
            int width = heads * (layers > 3 ? random.nextInt(16, 32, 4) : random.nextInt(8, 16, 4));
            int[] keyValueHeads = {1, 2, heads / 2, heads};
            return llama(layers, heads, keyValueHeads[random.nextInt(4)], width, tokens);
        });
    }
}
