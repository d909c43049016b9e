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
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;

/**
 * An MLP-Mixer (arXiv 2105.01601): patches of an image, MLPs over the patches and over the channels in turn, an average over
 * the patches, a classifier. Images {@code [batch, 3, image, image]} to logits {@code [batch, classes]}.
 *
 * <p>It shows what a network for a hypernetwork is: parameters by name, and a function of them. Nothing tells the tracer that
 * the MLP over patches works on transposed values; a permutation hands its source on.
 *
 * @param layers how many pairs of MLPs
 * @param width channels
 * @param image side of the images, in pixels
 * @param patch side of a patch, in pixels
 * @param classes of the images
 */
record MlpMixer(int layers, int width, int image, int patch, int classes) implements Network {

    private static final int COLOURS = 3;
    private static final double EPS = 1e-6;

    /** One pair of MLPs, each behind a norm and with a residual connection. */
    private record Block(LayerNorm norm1, Mlp tokens, LayerNorm norm2, Mlp channels) {
        static Block of(String name, int patches, int width) {
            return new Block(new LayerNorm(name + ".norm1", width, EPS), mlp(name + ".tokens", patches, width / 2),
                    new LayerNorm(name + ".norm2", width, EPS), mlp(name + ".channels", width, 4 * width));
        }

        private static Mlp mlp(String name, int in, int hidden) {
            return new Mlp(List.of(Linear.of(name + ".0", in, hidden), Linear.of(name + ".1", hidden, in)),
                    Unary.GELU_ERF, false);
        }

        List<ParameterSpec> parameters() {
            List<ParameterSpec> specs = new ArrayList<>(norm1.parameters());
            specs.addAll(tokens.parameters());
            specs.addAll(norm2.parameters());
            specs.addAll(channels.parameters());
            return specs;
        }

        /** {@code [batch, patches, width]} to the same. */
        Variable apply(Functions f, Parameters p, Variable x) {
            Variable mixed = tokens.apply(f, p, f.permute(norm1.apply(f, p, x), 0, 2, 1));
            Variable y = f.add(x, f.permute(mixed, 0, 2, 1));
            return f.add(y, channels.apply(f, p, norm2.apply(f, p, y)));
        }
    }

    private int patches() { return (image / patch) * (image / patch); }

    private Linear stem() { return Linear.of("stem", COLOURS * patch * patch, width); }

    private List<Block> blocks() {
        return IntStream.range(0, layers).mapToObj(i -> Block.of("blocks." + i, patches(), width)).toList();
    }

    private LayerNorm norm() { return new LayerNorm("norm", width, EPS); }

    private Linear head() { return Linear.of("head", width, classes); }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(stem().parameters());
        blocks().forEach(b -> specs.addAll(b.parameters()));
        specs.addAll(norm().parameters());
        specs.addAll(head().parameters());
        return specs;
    }

    @Override
    public Variable forward(Functions f, Parameters p, List<Tensor> inputs) {
        Variable images = Variable.constant(inputs.get(0));
        int batch = images.shape().dim(0);
        int side = image / patch;
        Variable split = f.reshape(images, Shape.of(batch, COLOURS, side, patch, side, patch));
        Variable patches = f.reshape(f.permute(split, 0, 2, 4, 1, 3, 5),
                Shape.of(batch, patches(), COLOURS * patch * patch));
        Variable x = stem().apply(f, p, patches);
        for (Block b : blocks()) x = b.apply(f, p, x);
        Variable mean = f.scale(f.sumTo(norm().apply(f, p, x), Shape.of(batch, 1, width)), 1.0 / patches());
        return head().apply(f, p, f.reshape(mean, Shape.of(batch, width)));
    }

    @Override
    public List<Tensor> exampleInputs(Device device) {
        return List.of(device.zeros(Shape.of(1, COLOURS, image, image)));
    }
}
