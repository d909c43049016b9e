package org.logah.training.extension;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.LayerNorm;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.Mlp;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;
import org.logah.engine.random.RandomStream;
import org.logah.models.ArchitectureSampler;
import org.logah.models.DataFormat;
import org.logah.models.DataKind;
import org.logah.models.FamilyOption;
import org.logah.models.OptionValues;
import org.logah.models.TargetFamily;
import org.logah.models.TargetNetwork;

/**
 * A family of targets in one file: an MLP-Mixer (arXiv 2105.01601), whose blocks mix the patches of an image by one MLP and
 * the channels by another. Images {@code [batch, 3, image, image]} to logits {@code [batch, classes]}.
 */
public final class Mixer implements TargetNetwork {
    private static final int CHANNELS = 3;
    private static final double EPS = 1e-6;
    private final int layers;
    private final int width;
    private final int patch;
    private final DataFormat.Images images;
    private final Linear stem;
    private final List<Block> blocks;
    private final LayerNorm norm;
    private final Linear head;

    /** What registers the family: its name, its options, and how to draw architectures to meta-train on. */
    public static final class Family implements TargetFamily {
        @Override
        public String kind() { return "mixer"; }

        @Override
        public List<String> variants() { return List.of("mixer"); }

        @Override
        public List<FamilyOption> options() {
            return List.of(FamilyOption.number("layers", "blocks"), FamilyOption.number("width", "channels of a patch"),
                    FamilyOption.number("patch", "side of a patch in pixels; it divides the image"),
                    FamilyOption.number("image", "side of the image in pixels"),
                    FamilyOption.number("classes", "classes"));
        }

        @Override
        public DataKind dataKind() { return DataKind.IMAGES; }

        @Override
        public TargetNetwork build(String variant, OptionValues options) {
            return new Mixer(options.number("layers", 8), options.number("width", 256), options.number("patch", 4),
                    new DataFormat.Images(CHANNELS, options.number("image", 32), options.number("classes", 10)));
        }

        @Override
        public List<ArchitectureSampler> samplers() {
            return List.of(new ArchitectureSampler("mixers", "Mixer", "Mixers of 1 to 3 blocks and widths 16 to 32",
                    DataKind.IMAGES, 50, (random, data) -> new Mixer(random.nextInt(1, 3, 1),
                            random.nextInt(16, 32, 8), 2 << random.nextInt(2), data.images()),
                    (layers, width, data) -> new Mixer(layers, width, 4, data.images())));
        }
    }

    private record Block(LayerNorm tokenNorm, Mlp tokens, LayerNorm channelNorm, Mlp channels) {
        static Block of(String name, int patches, int width) {
            return new Block(new LayerNorm(name + ".norm1", width, EPS),
                    mlp(name + ".mlp_tokens", patches), new LayerNorm(name + ".norm2", width, EPS),
                    mlp(name + ".mlp_channels", width));
        }

        private static Mlp mlp(String name, int width) {
            return new Mlp(List.of(Linear.of(name + ".fc1", width, 2 * width),
                    Linear.of(name + ".fc2", 2 * width, width).ontoResidual()), Unary.GELU_ERF, false);
        }

        List<ParameterSpec> parameters() {
            List<ParameterSpec> specs = new ArrayList<>(tokenNorm.parameters());
            specs.addAll(tokens.parameters());
            specs.addAll(channelNorm.parameters());
            specs.addAll(channels.parameters());
            return specs;
        }

        Variable apply(Functions f, Parameters p, Variable x) {
            Variable turned = f.permute(tokenNorm.apply(f, p, x), 0, 2, 1);
            Variable y = f.add(x, f.permute(tokens.apply(f, p, turned), 0, 2, 1));
            return f.add(y, channels.apply(f, p, channelNorm.apply(f, p, y)));
        }
    }

    private Mixer(int layers, int width, int patch, DataFormat.Images images) {
        if (layers < 1 || width < 1 || patch < 1 || images.side() % patch != 0)
            throw new TensorException("mixer: layers " + layers + ", width " + width + ", patch " + patch
                    + " must be positive, and the patch must divide an image of " + images.side());
        this.layers = layers;
        this.width = width;
        this.patch = patch;
        this.images = images;
        int side = images.side() / patch;
        stem = Linear.of("stem", CHANNELS * patch * patch, width);
        blocks = IntStream.range(0, layers).mapToObj(i -> Block.of("blocks." + i, side * side, width)).toList();
        norm = new LayerNorm("norm", width, EPS);
        head = Linear.of("head", width, images.classes());
    }

    @Override
    public DataFormat data() { return images; }

    @Override
    public String describe() {
        return "mixer:layers=%d,width=%d,patch=%d,image=%d,classes=%d".formatted(layers, width, patch, images.side(),
                images.classes());
    }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(stem.parameters());
        blocks.forEach(b -> specs.addAll(b.parameters()));
        specs.addAll(norm.parameters());
        specs.addAll(head.parameters());
        return specs;
    }

    @Override
    public Variable forward(Functions f, Parameters p, Tensor input) {
        int batch = input.shape().dim(0);
        int side = images.side() / patch;
        Variable split = f.reshape(Variable.constant(input),
                Shape.of(batch, CHANNELS, side, patch, side, patch));
        Variable x = stem.apply(f, p, f.reshape(f.permute(split, 0, 2, 4, 1, 3, 5),
                Shape.of(batch, side * side, CHANNELS * patch * patch)));
        for (Block b : blocks) x = b.apply(f, p, x);
        Variable mean = f.scale(f.sumTo(norm.apply(f, p, x), Shape.of(batch, 1, width)), 1.0 / (side * side));
        return head.apply(f, p, f.reshape(mean, Shape.of(batch, width)));
    }

    @Override
    public Tensor exampleInput(Device device) { return device.zeros(images.inputShape(1)); }

    /** Normal with deviation 0.02; norms 1 and 0, biases 0. */
    @Override
    public void initialize(ParameterSpec spec, Tensor tensor, RandomStream random) {
        switch (spec.role()) {
            case NORM_WEIGHT -> tensor.device().kernels().fill(tensor, 1f);
            case NORM_BIAS, BIAS -> tensor.device().kernels().fill(tensor, 0f);
            default -> random.fillNormal(tensor, 0, 0.02);
        }
    }
}
