package org.logah.ghn.decoder;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Shape;
import org.logah.engine.SizeBounds;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;
import org.logah.ghn.graph.Axes;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;

/**
 * Our decoder: a matrix is a small decoded core, stretched to its shape as a picture is: {@code W = E C F^T / m}.
 *
 * <ul>
 * <li>Each number of the core {@code C [m, m]} is a linear map's own output; LoGAH's decoder makes a matrix from {@code 2r}
 * numbers (docs/architecture.md compares the two).
 * <li>The columns of {@code E} and {@code F} are the first {@code m} cosines of the axes' lengths, the low frequencies of a
 * discrete cosine transform. A wider network gets the same core on a finer grid, so what was learned on narrow ones holds.
 * <li>The most frequent length of a graph's axes is the width of its residual stream. A longer axis is several pieces of that
 * width in a row, such as queries, keys and values. Each has cosines of its own, so the core has {@value #PIECES} times as many
 * numbers on that side.
 * <li>Tokens, positions in a text and classes have no order. Rows of tables, and the outer axis of the last map, have learned
 * rows instead of cosines, {@code [rows, m]}; longer ones repeat them.
 * <li>Between the decoder's layers each feature is brought to mean 0 and variance 1 over kinds of nodes, each kind counted once.
 * </ul>
 *
 * <p>Why: states of nodes are alike, and what is learned for one would move all. Over all nodes, tables and head would count less
 * in a deeper network. (The norm behind the last block is of the kind of those within; its part still falls.)
 */
public final class CosineDecoder implements ParameterDecoder {
    /** Pieces of an axis that have cosines of their own; further ones share them in turn. */
    private static final int PIECES = 4;
    /** Keeps features finite that are the same for all nodes. */
    private static final double EPS = 1e-3;
    private final Config config;
    private final ParameterSpec rows;
    private final Linear first;
    private final Linear second;
    private final Linear square;
    private final Linear oblong;
    private final Linear vector;

    /**
     * The sizes of a cosine decoder.
     *
     * @param frequencies m: how many cosines each axis has
     * @param width of the decoder's hidden layers
     * @param rows learned rows for tokens, positions and classes
     * @param maxKernel side of the largest kernel that has a feature of its own; kernels of any side are decoded
     * @param standardization how nodes count in means and variances
     */
    public record Config(int frequencies, int width, int rows, int maxKernel, Standardization standardization)
            implements
                DecoderConfig {
        /** The sizes of {@code cosine-tiny}; 3.0M parameters behind states of 64. */
        public Config() {
            this(64, 128, 4096, 16);
        }

        /**
         * A decoder that standardizes over kinds.
         *
         * @param frequencies m: how many cosines each axis has
         * @param width of the decoder's hidden layers
         * @param rows learned rows for tokens, positions and classes
         * @param maxKernel side of the largest kernel that has a feature of its own
         * @throws TensorException if one is not within its {@link SizeBounds}
         */
        public Config(int frequencies, int width, int rows, int maxKernel) {
            this(frequencies, width, rows, maxKernel, Standardization.KINDS);
        }

        /**
         * Checks the sizes.
         *
         * @throws TensorException if one is not within its {@link SizeBounds}
         */
        public Config {
            SizeBounds.of("cosine").width("frequencies", frequencies).width("width", width).rows("rows", rows)
                    .within("largest kernel", maxKernel, SizeBounds.MOST_KERNEL);
        }

        @Override
        public String kind() { return "cosine"; }

        @Override
        public ParameterDecoder build(int hidden, int classes) { return new CosineDecoder(this, hidden); }
    }

    /** How nodes count in means and variances between layers. */
    public enum Standardization {
        /** All nodes alike, as in files of earlier versions. */
        NODES {
            @Override
            Object kind(GraphNode node, Axes axes) { return node; }
        },
        /**
         * Kinds of nodes, each counted once. A kind has one primitive, one shape, and the same axes that are lists: at width 64
         * the head onto 256 tokens is as large as a block's map from 64 features to 256, but is another kind.
         */
        KINDS {
            @Override
            Object kind(GraphNode node, Axes axes) {
                return List.of(node.primitive(), node.requireShape(), axes.listsOutputs(node), axes.listsInputs(node));
            }
        };

        /** A key, equal for nodes that count together as one. */
        abstract Object kind(GraphNode node, Axes axes);

        /** How much each node counts; the sum is 1. */
        private float[] weights(List<GraphNode> nodes, Axes axes) {
            List<Object> kinds = nodes.stream().map(n -> kind(n, axes)).toList();
            Map<Object, Integer> counts = new HashMap<>();
            for (Object kind : kinds) counts.merge(kind, 1, Integer::sum);
            float[] weights = new float[nodes.size()];
            for (int i = 0; i < weights.length; i++)
                weights[i] = 1f / (counts.size() * counts.getOrDefault(kinds.get(i), 1));
            return weights;
        }
    }

    private CosineDecoder(Config config, int d) {
        this.config = config;
        int m = config.frequencies();
        int h = config.width();
        rows = new ParameterSpec("decoder.rows", Shape.of(config.rows(), m), Role.WEIGHT);
        first = Linear.of("decoder.mlp.0", d, h);
        second = Linear.of("decoder.mlp.1", h, h);
        square = Linear.of("decoder.square", h, SizeBounds.product("cosine: its core", m, m));
        oblong = Linear.of("decoder.oblong", h, SizeBounds.product("cosine: its oblong core", PIECES, m, m));
        vector = Linear.of("decoder.vector", h, 2 * PIECES * m);
    }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(List.of(rows));
        for (Linear l : List.of(first, second, square, oblong, vector)) specs.addAll(l.parameters());
        return specs;
    }

    @Override
    public Map<GraphNode, Variable> decode(Functions f, Parameters p, ComputationGraph graph, Variable states) {
        Plan plan = new Plan(f, p, graph, states);
        Map<GraphNode, Variable> out = new LinkedHashMap<>();
        for (int i = 0; i < plan.nodes.size(); i++) out.put(plan.nodes.get(i), plan.decode(f, i));
        return out;
    }

    @Override
    public void stream(Functions f, Parameters p, ComputationGraph graph, Variable states, Receiver receiver) {
        Plan plan = new Plan(f, p, graph, states);
        for (int i = 0; i < plan.nodes.size(); i++) {
            GraphNode node = plan.nodes.get(i);
            try (Tape tape = Tape.inference(f.tape().device())) {
                Functions g = new Functions(tape);
                if (node.requireShape().rank() == 2) {
                    Factors factors = plan.factors(g, i);
                    receiver.product(node, factors.a().value(), factors.b().value());
                } else {
                    receiver.whole(g, node, plan.decode(g, i));
                }
            }
        }
    }

    /**
     * Two thin matrices whose product is a weight.
     *
     * @param a {@code [outputs, m]}
     * @param b {@code [inputs, m]}
     */
    private record Factors(Variable a, Variable b) {}

    /** What the nodes of one graph share. */
    private final class Plan {
        private final List<GraphNode> nodes;
        private final Axes axes;
        private final int streamWidth;
        private final Variable hidden;
        private final Variable learned;
        private final Parameters parameters;
        /** {@code [nodes, 1]}, of sum 1: how much each counts in means and variances. */
        private final Variable weights;
        /** Cosines by length of the axis; those of a longer axis are pieces. */
        private final Map<Integer, float[]> cosines = new HashMap<>();

        Plan(Functions f, Parameters p, ComputationGraph graph, Variable states) {
            nodes = graph.carriers();
            parameters = p;
            axes = graph.axes();
            streamWidth = axes.streamWidth();
            weights = f.constant(Shape.of(nodes.size(), 1), config.standardization().weights(nodes, axes));
            Variable x = f.embedding(states, f.indices(nodes.stream().mapToInt(GraphNode::index).toArray()));
            x = f.relu(first.apply(f, p, standardized(f, x)));
            x = f.relu(second.apply(f, p, standardized(f, x)));
            hidden = standardized(f, x);
            learned = f.scale(p.get(rows.name()), Math.sqrt(3.0 * config.frequencies()));
        }

        Variable decode(Functions f, int i) {
            Shape shape = nodes.get(i).requireShape();
            if (shape.rank() == 1) return vector(f, i, shape.dim(0));
            Factors factors = factors(f, i);
            Variable matrix = f.matmul(factors.a(), false, factors.b(), true);
            return shape.rank() == 3
                    ? f.reshape(matrix, Shape.of(shape.dim(0), shape.dim(1), shape.dim(2), 1))
                    : f.reshape(matrix, shape);
        }

        /** {@code [2, c]}: a norm's weight and bias, or in row 1 a bias. */
        private Variable vector(Functions f, int i, int length) {
            int m = config.frequencies();
            Variable numbers = f.reshape(vector.apply(f, parameters, f.slice(hidden, 0, i, 1)),
                    Shape.of(2, PIECES * m));
            int pieces = pieces(length);
            Variable used = pieces == 1 ? f.slice(numbers, 1, 0, m) : numbers;
            return f.scale(f.permute(onCosines(f, length, f.permute(used, 1, 0)), 1, 0), 1 / Math.sqrt(m));
        }

        /** The core goes to the axis of several pieces, else to the outputs; the product has m terms. */
        Factors factors(Functions f, int i) {
            Shape shape = nodes.get(i).requireShape();
            // Positions on a grid: channels by cells.
            int out = Axes.outputs(nodes.get(i));
            int in = Math.toIntExact(shape.elements() / out);
            boolean outLearned = axes.listsOutputs(nodes.get(i));
            boolean inLearned = axes.listsInputs(nodes.get(i));
            int outPieces = outLearned ? 1 : pieces(out);
            // Further axes of a kernel or grid do not grow with the stream.
            int inPieces = inLearned || shape.rank() > 2 ? 1 : pieces(in);
            if (outPieces > 1 && inPieces > 1) {
                if (out >= in) inPieces = 1;
                else outPieces = 1;
            }
            int m = config.frequencies();
            Variable state = f.slice(hidden, 0, i, 1);
            Linear map = outPieces * inPieces == 1 ? square : oblong;
            Variable core = f.scale(map.apply(f, parameters, state), 1.0 / m);
            // An oblong core is stored with its long side in front.
            if (inPieces > 1) {
                return new Factors(onAxis(f, out, outLearned, null),
                        onAxis(f, in, false, f.reshape(core, Shape.of(PIECES * m, m))));
            }
            return new Factors(onAxis(f, out, outLearned, f.reshape(core, Shape.of(outPieces > 1 ? PIECES * m : m, m))),
                    onAxis(f, in, inLearned, null));
        }

        /** Each feature with mean 0 and variance 1. */
        private Variable standardized(Functions f, Variable x) {
            Variable centred = f.subtract(x, f.matmul(weights, true, x, false));
            Variable variance = f.matmul(weights, true, f.apply(Unary.SQUARE, centred), false);
            Variable factor = f.apply(Unary.RECIPROCAL, f.apply(Unary.SQRT, f.affine(variance, 1, EPS)));
            return f.multiply(centred, factor);
        }

        private int pieces(int length) { return (length + streamWidth - 1) / streamWidth; }

        /** {@code [length, m]}: the axis's rows, through a core {@code [m, m]} or {@code [pieces m, m]} where there is one. */
        private Variable onAxis(Functions f, int length, boolean fromLearned, @Nullable Variable core) {
            if (!fromLearned) {
                if (core != null) return onCosines(f, length, core);
                return f.constant(Shape.of(length, config.frequencies()), cosines(length));
            }
            Variable mine = length <= config.rows()
                    ? f.slice(learned, 0, 0, length)
                    : f.embedding(learned, f.indices(IntStream.range(0, length).map(k -> k % config.rows()).toArray()));
            return core == null ? mine : f.matmul(mine, core);
        }

        /** Each piece of an axis through its own part of the core. */
        private Variable onCosines(Functions f, int length, Variable core) {
            int m = config.frequencies();
            if (core.shape().dim(0) == m)
                return f.matmul(f.constant(Shape.of(length, m), cosines(length)), core);
            Variable whole = f.constant(Shape.of(streamWidth, m), cosines(streamWidth));
            List<Variable> parts = new ArrayList<>();
            for (int from = 0, piece = 0; from < length; from += streamWidth, piece++) {
                Variable part = f.matmul(whole, f.slice(core, 0, piece % PIECES * m, m));
                parts.add(from + streamWidth <= length ? part : f.slice(part, 0, 0, length - from));
            }
            return f.concat(0, parts);
        }

        private float[] cosines(int length) { return cosines.computeIfAbsent(length, this::newCosines); }

        /** Orthogonal columns of mean square 1; those of frequencies that the axis is too short for are zeros. */
        private float[] newCosines(int length) {
            int m = config.frequencies();
            float[] values = new float[length * m];
            for (int i = 0; i < length; i++) {
                for (int k = 0; k < Math.min(m, length); k++) {
                    double c = StrictMath.cos(Math.PI * (i + 0.5) * k / length);
                    values[i * m + k] = (float) (k == 0 ? 1 : Math.sqrt(2) * c);
                }
            }
            return values;
        }
    }
}
