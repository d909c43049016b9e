package org.logah.ghn.decoder;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.Mlp;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Shape;
import org.logah.engine.SizeBounds;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;
import org.logah.ghn.graph.Primitive;

/**
 * The decoder of GHN-2 and GHN-3 (arXiv 2110.13100, section 3.2): a state becomes a grid of S x S positions, each position a
 * matrix of m0 x m1; a kernel is cut from the grid. The classifier has a map of its own onto the classes.
 */
public final class ConvDecoder implements ParameterDecoder {
    private final Config config;
    private final int hidden;
    private final Linear grid;
    private final Mlp positions;
    private final Linear classifier;
    private final Mlp vectors;
    private final Linear classBias;

    /** Where a kernel is cut from the grid. */
    public enum Window {
        /** From the top left corner (GHN-2). */
        CORNER,
        /** From the middle (GHN-3). */
        CENTRE
    }

    /**
     * The sizes of a convolutional decoder.
     *
     * @param maxOut largest number of outputs decoded without copies, m0
     * @param maxIn largest number of inputs decoded without copies, m1
     * @param maxKernel side S of the grid
     * @param window where kernels are cut from the grid
     */
    public record Config(int maxOut, int maxIn, int maxKernel, Window window) implements DecoderConfig {
        /** That of GHN-3-T. */
        public Config() { this(64, 64, 16, Window.CENTRE); }

        /**
         * Checks the sizes.
         *
         * @throws TensorException if one is not within its {@link SizeBounds}
         */
        public Config {
            SizeBounds.of("conv").rows("largest outputs", maxOut).rows("largest inputs", maxIn)
                    .within("largest kernel", maxKernel, SizeBounds.MOST_KERNEL);
        }

        /**
         * {@return the same with kernels cut elsewhere}
         *
         * @param other where they are cut from the grid
         */
        public Config with(Window other) { return new Config(maxOut, maxIn, maxKernel, other); }

        @Override
        public String kind() { return "conv"; }

        @Override
        public boolean hasClassifier() { return true; }

        @Override
        public ParameterDecoder build(int hidden, int classes) { return new ConvDecoder(this, hidden, classes); }
    }

    private ConvDecoder(Config config, int d, int classes) {
        this.config = config;
        this.hidden = d;
        int side = config.maxKernel();
        int longest = Math.max(config.maxOut(), config.maxIn());
        grid = Linear.of("decoder.fc.0", d, SizeBounds.product("conv: its grid", 4, d, side, side));
        positions = new Mlp(
                List.of(Linear.of("decoder.conv.0", 4 * d, 8 * d),
                        Linear.of("decoder.conv.2", 8 * d,
                                SizeBounds.product("conv: its matrices", config.maxOut(), config.maxIn()))),
                Unary.RELU, false);
        classifier = Linear.of("decoder.class_layer_predictor.1", config.maxOut(), classes);
        vectors = new Mlp(
                List.of(Linear.of("decoder_1d.fc.0", d, 2 * d), Linear.of("decoder_1d.fc.2", 2 * d, 2 * longest)),
                Unary.RELU,
                false);
        classBias = Linear.of("bias_class.1", longest, classes);
    }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(grid.parameters());
        specs.addAll(positions.parameters());
        specs.addAll(classifier.parameters());
        specs.addAll(vectors.parameters());
        specs.addAll(classBias.parameters());
        return specs;
    }

    /** The last maps are divided by 5, their biases start at 0. */
    @Override
    public void adjustStart(ParameterSpec spec, Tensor tensor) {
        boolean last = Stream.of(positions.maps().getLast(), classifier, vectors.maps().getLast(), classBias)
                .anyMatch(map -> spec.name().equals(map.weight()) || spec.name().equals(map.bias()));
        if (last) tensor.device().kernels().affine(spec.role() == Role.BIAS ? 0f : 0.2f, 0f, tensor, tensor);
    }

    @Override
    public Map<GraphNode, Variable> decode(Functions f, Parameters p, ComputationGraph graph, Variable states) {
        GraphNode lastMatrix = lastMatrix(graph);
        Map<GraphNode, Variable> out = new LinkedHashMap<>();
        for (GraphNode node : graph.nodes()) {
            if (node.parameter() == null) continue;
            Variable state = f.slice(states, 0, node.index(), 1);
            boolean afterLast = lastMatrix != null && node.index() > lastMatrix.index();
            if (node.requireShape().rank() == 1)
                out.put(node, vector(f, p, state, node.primitive() == Primitive.BIAS && afterLast));
            else
                out.put(node, node.equals(lastMatrix) ? classWeight(f, p, state) : kernel(f, p, state, node));
        }
        return out;
    }

    private static @Nullable GraphNode lastMatrix(ComputationGraph graph) {
        GraphNode last = null;
        for (GraphNode n : graph.nodes()) {
            if (n.primitive() == Primitive.CONV) last = n;
        }
        return last;
    }

    /** {@code [2, longest]}, or {@code [2, classes]} for the classifier's bias. */
    private Variable vector(Functions f, Parameters p, Variable state, boolean ofClassifier) {
        Variable v = f.reshape(vectors.apply(f, p, state), Shape.of(2, Math.max(config.maxOut(), config.maxIn())));
        return ofClassifier ? classBias.apply(f, p, f.relu(v)) : v;
    }

    /** {@code [classes, m1]}: the centre position, mapped over its outputs. */
    private Variable classWeight(Functions f, Parameters p, Variable state) {
        Variable centre = f.reshape(window(f, p, state, 1, 1), Shape.of(config.maxOut(), config.maxIn()));
        return f.permute(classifier.apply(f, p, f.permute(f.relu(centre), 1, 0)), 1, 0);
    }

    private Variable kernel(Functions f, Parameters p, Variable state, GraphNode node) {
        int[] s = node.shape4();
        if (s == null) throw new IllegalStateException("node " + node.index() + " has no shape");
        int height = Math.min(s[2], config.maxKernel());
        int width = Math.min(s[3], config.maxKernel());
        Variable w = window(f, p, state, height, width);
        if (height < s[2] || width < s[3]) w = resize(f, w, s[2], s[3]);
        w = f.permute(w, 2, 3, 0, 1);
        w = f.crop(w, Shape.of(s));
        return node.requireShape().rank() == 2 ? f.reshape(w, Shape.of(w.shape().dim(0), w.shape().dim(1))) : w;
    }

    /** {@code [height, width, m0, m1]}: part of the grid, from its corner (GHN-2) or its middle (GHN-3). */
    private Variable window(Functions f, Parameters p, Variable state, int height, int width) {
        int side = config.maxKernel();
        int channels = 4 * hidden;
        Variable all = f.reshape(f.relu(grid.apply(f, p, state)), Shape.of(channels, side, side));
        boolean corner = config.window() == Window.CORNER;
        Variable part = f.slice(all, 1, corner ? 0 : side / 2 - height / 2, height);
        part = f.slice(part, 2, corner ? 0 : side / 2 - width / 2, width);
        Variable rows = f.permute(part, 1, 2, 0);
        return f.reshape(positions.apply(f, p, rows), Shape.of(height, width, config.maxOut(), config.maxIn()));
    }

    /** Bilinear, as two products with interpolation matrices; corners not aligned. */
    private Variable resize(Functions f, Variable w, int height, int width) {
        int m = config.maxOut() * config.maxIn();
        int h = w.shape().dim(0);
        int v = w.shape().dim(1);
        Variable rows = f.matmul(interpolation(f, h, height), f.reshape(w, Shape.of(h, v * m)));
        Variable turned = f.reshape(f.permute(f.reshape(rows, Shape.of(height, v, m)), 1, 0, 2),
                Shape.of(v, height * m));
        Variable both = f.reshape(f.matmul(interpolation(f, v, width), turned), Shape.of(width, height, m));
        return f.reshape(f.permute(both, 1, 0, 2), Shape.of(height, width, config.maxOut(), config.maxIn()));
    }

    private static Variable interpolation(Functions f, int from, int to) {
        float[] w = new float[to * from];
        for (int i = 0; i < to; i++) {
            double at = Math.max(0, (i + 0.5) * from / to - 0.5);
            int low = Math.min((int) at, from - 1);
            int high = Math.min(low + 1, from - 1);
            w[i * from + low] += (float) (1 - (at - low));
            w[i * from + high] += (float) (at - low);
        }
        return f.constant(Shape.of(to, from), w);
    }
}
