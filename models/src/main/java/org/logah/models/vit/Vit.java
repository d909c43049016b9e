package org.logah.models.vit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

import org.logah.autograd.Checkpointing;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Layer;
import org.logah.autograd.nn.LayerNorm;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.Mlp;
import org.logah.autograd.nn.MultiHeadAttention;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;
import org.logah.models.TargetNetwork;
import org.logah.models.TransformerBlock;

/**
 * The vision transformer (arXiv 2010.11929) with torchvision's parameter names: class token, learned positions, pre-norm,
 * GELU in its erf form, layer norm eps 1e-6. Images {@code [batch, 3, image, image]} to logits {@code [batch, classes]}.
 */
public final class Vit implements TargetNetwork {
    private static final double EPS = 1e-6;
    private static final int CHANNELS = 3;
    private final VitConfig config;
    /** The convolution that turns patches into tokens. */
    private final ParameterSpec patchWeight;
    private final List<TransformerBlock> blocks;
    private final LayerNorm norm;
    private final Linear head;

    /**
     * A network without numbers.
     *
     * @param config its sizes
     */
    public Vit(VitConfig config) {
        this.config = config;
        int d = config.width();
        patchWeight = new ParameterSpec("conv_proj.weight", Shape.of(d, CHANNELS, config.patch(), config.patch()),
                Role.WEIGHT);
        blocks = IntStream.range(0, config.layers()).mapToObj(i -> block("encoder.layers.encoder_layer_" + i, config))
                .toList();
        norm = new LayerNorm("encoder.ln", d, EPS);
        head = Linear.of("heads.head", d, config.classes());
    }

    private static TransformerBlock block(String name, VitConfig c) {
        int d = c.width();
        String attention = name + ".self_attention";
        Linear in = new Linear(attention + ".in_proj_weight", attention + ".in_proj_bias", d, 3 * d, false);
        return new TransformerBlock(new LayerNorm(name + ".ln_1", d, EPS),
                new MultiHeadAttention(in, Linear.of(attention + ".out_proj", d, d).ontoResidual(), c.heads(), false),
                new LayerNorm(name + ".ln_2", d, EPS),
                new Mlp(List.of(Linear.of(name + ".mlp.0", d, c.mlp()),
                        Linear.of(name + ".mlp.3", c.mlp(), d).ontoResidual()),
                        Unary.GELU_ERF, false));
    }

    /** {@return what it was built from} */
    public VitConfig config() { return config; }

    @Override
    public List<ParameterSpec> parameters() {
        int d = config.width();
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(new ParameterSpec("class_token", Shape.of(1, 1, d), Role.TOKEN));
        specs.add(patchWeight);
        specs.add(new ParameterSpec("conv_proj.bias", Shape.of(d), Role.BIAS));
        specs.add(new ParameterSpec("encoder.pos_embedding", Shape.of(1, config.patches() + 1, d), Role.POSITION));
        blocks.forEach(b -> specs.addAll(b.parameters()));
        specs.addAll(norm.parameters());
        specs.addAll(head.parameters());
        return specs;
    }

    @Override
    public Variable forward(Functions f, Parameters p, Tensor input) {
        Variable x = residualStream(f, p, input).getLast();
        Variable first = f.reshape(f.slice(norm.apply(f, p, x), 1, 0, 1),
                Shape.of(input.shape().dim(0), config.width()));
        return head.apply(f, p, first);
    }

    @Override
    public List<Variable> residualStream(Functions f, Parameters p, Tensor input) {
        List<Variable> stream = new ArrayList<>(List.of(embedded(f, p, input)));
        for (TransformerBlock b : blocks)
            stream.add(Checkpointing.block(f, p, b.shapes().keySet(), stream.getLast(), b::apply));
        return stream;
    }

    /** Class token and patches, with positions. */
    private Variable embedded(Functions f, Parameters p, Tensor input) {
        int batch = input.shape().dim(0);
        if (!input.shape().equals(Shape.of(batch, CHANNELS, config.image(), config.image()))) {
            throw new TensorException(
                    "vit: images " + input.shape() + " for a model of [batch, 3, " + config.image() + ", "
                            + config.image() + "]");
        }
        int d = config.width();
        Variable tokens = f.linear(patches(f, Variable.constant(input)),
                f.reshape(p.get(patchWeight.name()), Shape.of(d, CHANNELS * config.patch() * config.patch())),
                p.get("conv_proj.bias"));
        Variable one = f.constant(Shape.of(batch, 1, 1), ones(batch));
        Variable x = f.concat(1, List.of(f.multiply(one, p.get("class_token")), tokens));
        return f.add(x, p.get("encoder.pos_embedding"));
    }

    /** {@code [batch, 3, image, image]} to {@code [batch, patches, 3 * patch * patch]}, patches row by row. */
    private Variable patches(Functions f, Variable images) {
        int side = config.image() / config.patch();
        int batch = images.shape().dim(0);
        Variable split = f.reshape(images, Shape.of(batch, CHANNELS, side, config.patch(), side, config.patch()));
        return f.reshape(f.permute(split, 0, 2, 4, 1, 3, 5),
                Shape.of(batch, side * side, CHANNELS * config.patch() * config.patch()));
    }

    private static float[] ones(int n) {
        float[] values = new float[n];
        Arrays.fill(values, 1f);
        return values;
    }

    @Override
    public Tensor exampleInput(Device device) {
        return device.zeros(Shape.of(1, CHANNELS, config.image(), config.image()));
    }

    @Override
    public DataFormat data() { return new DataFormat.Images(CHANNELS, config.image(), config.classes()); }

    @Override
    public Vit withClasses(int classes) {
        return new Vit(new VitConfig(config.layers(), config.heads(), config.width(), config.mlp(), config.patch(),
                config.image(), classes));
    }

    @Override
    public String describe() {
        return String.format(Locale.ROOT, "vit:layers=%d,heads=%d,width=%d,mlp=%d,patch=%d,image=%d,classes=%d",
                config.layers(),
                config.heads(),
                config.width(), config.mlp(), config.patch(), config.image(), config.classes());
    }

    /** torchvision's choices, one by one: see its VisionTransformer, EncoderBlock and MLPBlock. */
    @Override
    public void initialize(ParameterSpec spec, Tensor tensor, RandomStream random) {
        switch (spec.role()) {
            case NORM_WEIGHT -> tensor.device().kernels().fill(tensor, 1f);
            case NORM_BIAS, TOKEN -> tensor.device().kernels().fill(tensor, 0f);
            case POSITION -> random.fillNormal(tensor, 0, 0.02);
            case BIAS -> {
                if (blocks.stream().anyMatch(b -> contains(b.mlp(), spec))) random.fillNormal(tensor, 0, 1e-6);
                else tensor.device().kernels().fill(tensor, 0f);
            }
            case WEIGHT, WEIGHT_IN_OUT, EMBEDDING -> {
                double in = spec.fanIn();
                if (contains(head, spec)) {
                    tensor.device().kernels().fill(tensor, 0f);
                } else if (spec.equals(patchWeight)) {
                    random.fillTruncatedNormal(tensor, 0, Math.sqrt(1 / in), -2, 2);
                } else if (blocks.stream().anyMatch(b -> contains(b.attention().out(), spec))) {
                    random.fillUniform(tensor, -1 / Math.sqrt(in), 1 / Math.sqrt(in));
                } else {
                    double limit = Math.sqrt(6 / (in + spec.fanOut()));
                    random.fillUniform(tensor, -limit, limit);
                }
            }
        }
    }

    private static boolean contains(Layer part, ParameterSpec spec) { return part.parameters().contains(spec); }
}
