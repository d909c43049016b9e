package org.logah.models.vit;

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

/** Vision transformers in the sizes of DeiT and ViT (arXiv 2012.12877, 2010.11929), and random ones to meta-train on. */
public final class VitFamily implements TargetFamily {
    private static final PublishedSizes<VitConfig> PUBLISHED = PublishedSizes.of("vit",
            Map.entry("vit-tiny", VitConfig.of(12, 3, 192, 16, 224, 1000)),
            Map.entry("vit-small", VitConfig.of(12, 6, 384, 16, 224, 1000)),
            Map.entry("vit-base", VitConfig.of(12, 12, 768, 16, 224, 1000)),
            Map.entry("vit-large", VitConfig.of(24, 16, 1024, 16, 224, 1000)));
    private static final long MOST_PARAMETERS = 10_000_000;
    private static final int SMALL_HEADS = 4;
    private static final int PATCH = 4;

    /** The family, as it is registered. */
    public VitFamily() {}

    @Override
    public String kind() { return "vit"; }

    @Override
    public List<String> variants() { return PUBLISHED.variants(); }

    @Override
    public List<FamilyOption> options() {
        return List.of(FamilyOption.number("layers", "transformer layers"),
                FamilyOption.number("heads", "attention heads; they divide the width"),
                FamilyOption.number("width", "width of the states"),
                FamilyOption.number("mlp", "width inside the MLP; 4 x width by default"),
                FamilyOption.number("patch", "side of a patch in pixels; it divides the image"),
                FamilyOption.number("image", "side of the image in pixels"),
                FamilyOption.number("classes", "classes"));
    }

    @Override
    public DataKind dataKind() { return DataKind.IMAGES; }

    @Override
    public TargetNetwork build(String variant, OptionValues options) {
        VitConfig c = PUBLISHED.get(variant);
        int width = options.number("width", c.width());
        return new Vit(new VitConfig(options.number("layers", c.layers()), options.number("heads", c.heads()), width,
                options.number("mlp", SizeBounds.fourTimes(width)), options.number("patch", c.patch()),
                options.number("image", c.image()), options.number("classes", c.classes())));
    }

    @Override
    public LibraryForm libraryForm() { return new VitTorchvision(); }

    @Override
    public List<ArchitectureSampler> samplers() {
        return List.of(
                new ArchitectureSampler("small-vits", "ViT",
                        "ViTs of 2 to 4 layers, widths 32 to 64 and patches of 4 x 4",
                        DataKind.IMAGES, ArchitectureSampler.ENDLESS, VitFamily::small, VitFamily::sized),
                new ArchitectureSampler("vits", "ViT", "ViTs like those of ViTs-1K", DataKind.IMAGES,
                        ArchitectureSampler.THOUSAND, VitFamily::thousand, VitFamily::sized));
    }

    private static Vit small(RandomStream random, DataFormat data) {
        int layers = random.nextInt(2, 4, 1);
        return sized(layers, random.nextInt(32, 64, 8), data);
    }

    private static Vit sized(int layers, int width, DataFormat data) {
        DataFormat.Images images = data.images();
        return new Vit(VitConfig.of(layers, SMALL_HEADS, width, PATCH, images.side(), images.classes()));
    }

    /** With at most 10M parameters: deeper ones are narrower (LoGAH, section 4.1). */
    private static Vit thousand(RandomStream random, DataFormat data) {
        DataFormat.Images images = data.images();
        return ArchitectureSampler.atMost(MOST_PARAMETERS, () -> new Vit(draw(random, images)));
    }

    private static VitConfig draw(RandomStream random, DataFormat.Images images) {
        int layers = random.nextInt(3, 9, 1);
        int width = layers > 5
                ? random.nextInt(128, 256, 32)
                : layers > 3 ? random.nextInt(256, 384, 32) : random.nextInt(384, 512, 32);
        int[] heads = width % 12 == 0
                ? new int[]{3, 6, 12}
                : width % 6 == 0 ? new int[]{3, 6} : width % 3 == 0 ? new int[]{3} : new int[]{4, 8};
        int patch = random.nextInt(2) == 0 ? 2 : 4;
        return VitConfig.of(layers, heads[random.nextInt(heads.length)], width, patch, images.side(), images.classes());
    }
}
