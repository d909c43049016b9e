package org.logah.ghn.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.LayerNorm;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.Mlp;
import org.logah.autograd.nn.MultiHeadAttention;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;

/**
 * A vision transformer with LayerScale (arXiv 2103.17239, section 2.1): {@code x += lambda1 * attention(norm x)},
 * {@code x += lambda2 * mlp(norm x)} with a factor for each channel. Patches {@code [batch, patches, in]} to logits
 * {@code [batch, classes]}.
 *
 * <p>It shows three kinds of parameters that are no matrix: factors that are multiplied in, a table of positions that is
 * added, and a class token, which has no node and keeps its own start.
 *
 * @param layers transformer layers
 * @param heads attention heads; they divide the width
 * @param width channels
 * @param patches of an image; a square number
 * @param in numbers of a patch
 * @param classes of the images
 */
record LayerScaleVit(int layers, int heads, int width, int patches, int in, int classes) implements Network {

    private static final double EPS = 1e-6;

    private record Block(LayerNorm norm1, MultiHeadAttention attention, ParameterSpec scale1, LayerNorm norm2, Mlp mlp,
            ParameterSpec scale2) {
        static Block of(String name, int d, int heads) {
            return new Block(new LayerNorm(name + ".norm1", d, EPS),
                    new MultiHeadAttention(Linear.of(name + ".attn.qkv", d, 3 * d),
                            Linear.of(name + ".attn.proj", d, d), heads, false),
                    new ParameterSpec(name + ".ls1.gamma", Shape.of(d), Role.NORM_WEIGHT),
                    new LayerNorm(name + ".norm2", d, EPS),
                    new Mlp(List.of(Linear.of(name + ".mlp.fc1", d, 4 * d), Linear.of(name + ".mlp.fc2", 4 * d, d)),
                            Unary.GELU_ERF, false),
                    new ParameterSpec(name + ".ls2.gamma", Shape.of(d), Role.NORM_WEIGHT));
        }

        List<ParameterSpec> parameters() {
            List<ParameterSpec> specs = new ArrayList<>(norm1.parameters());
            specs.addAll(attention.parameters());
            specs.add(scale1);
            specs.addAll(norm2.parameters());
            specs.addAll(mlp.parameters());
            specs.add(scale2);
            return specs;
        }

        Variable apply(Functions f, Parameters p, Variable x) {
            Variable seen = attention.apply(f, p, norm1.apply(f, p, x));
            Variable y = f.add(x, f.multiply(p.get(scale1.name()), seen));
            Variable changed = mlp.apply(f, p, norm2.apply(f, p, y));
            return f.add(y, f.multiply(p.get(scale2.name()), changed));
        }
    }

    private Linear stem() { return Linear.of("patch_embed", in, width); }

    private List<Block> blocks() {
        return IntStream.range(0, layers).mapToObj(i -> Block.of("blocks." + i, width, heads)).toList();
    }

    private LayerNorm norm() { return new LayerNorm("norm", width, EPS); }

    private Linear head() { return Linear.of("head", width, classes); }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(new ParameterSpec("cls_token", Shape.of(1, 1, width), Role.TOKEN));
        specs.add(new ParameterSpec("pos_embed", Shape.of(1, patches + 1, width), Role.POSITION));
        specs.addAll(stem().parameters());
        blocks().forEach(b -> specs.addAll(b.parameters()));
        specs.addAll(norm().parameters());
        specs.addAll(head().parameters());
        return specs;
    }

    @Override
    public Variable forward(Functions f, Parameters p, List<Tensor> inputs) {
        Variable tokens = stem().apply(f, p, Variable.constant(inputs.get(0)));
        int batch = tokens.shape().dim(0);
        Variable token = f.add(f.zeros(Shape.of(batch, 1, width)), p.get("cls_token"));
        Variable x = f.add(f.concat(1, List.of(token, tokens)), p.get("pos_embed"));
        for (Block b : blocks()) x = b.apply(f, p, x);
        Variable first = f.slice(norm().apply(f, p, x), 1, 0, 1);
        return head().apply(f, p, f.reshape(first, Shape.of(batch, width)));
    }

    @Override
    public List<Tensor> exampleInputs(Device device) { return List.of(device.zeros(Shape.of(1, patches, in))); }
}
