package org.logah.ghn.decoder;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.SizeBounds;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;

/**
 * LoGAH's decoder (arXiv 2405.16287, section 3.2): a state becomes {@code u [2r, r]}, each row of which is mapped to K
 * numbers; read in one run they are {@code A [K, r]} and {@code B [K, r]}, and a weight is {@code A B^T} cut to its shape.
 * Entry (k, j) of A is number {@code k r + j} of that run, so only the rows of {@code u} and the columns of the last map
 * that a target needs are computed.
 */
public final class LowRankDecoder implements ParameterDecoder {
    /** Factors that exist at once while a prediction streams. */
    private static final long TOGETHER_BYTES = 8 << 20;
    private static final int MOST_TOGETHER = 16;
    private final Config config;
    private final Linear first;
    private final Linear second;
    private final Linear third;
    private final Linear mask;

    /** How many rows are decoded; further ones are copies. */
    public enum Limit {
        /** Up to the mask's length K: all that the decoder can emit. */
        MASK,
        /** Up to {@code maxOut}, even if the mask is longer: the reference's code. */
        LARGEST_SHAPE
    }

    /**
     * The sizes of a low-rank decoder.
     *
     * @param rank r
     * @param maskLength K: how many rows of A or B can be emitted
     * @param maxOut most outputs decoded without copies under {@code LARGEST_SHAPE}; it also decides where row 1 of a
     *        one-dimensional parameter starts
     * @param maxIn most inputs decoded without copies under {@code LARGEST_SHAPE}
     * @param maxKernel side S of the largest kernel decoded
     * @param limit how many rows are decoded
     */
    public record Config(int rank, int maskLength, int maxOut, int maxIn, int maxKernel,
            Limit limit) implements DecoderConfig {
        /** That of LoGAH-Tiny. */
        public Config() { this(32, 16 * 2048, 2048, 2048, 16, Limit.MASK); }

        /**
         * Checks the sizes.
         *
         * @throws TensorException if one is not within its {@link SizeBounds}
         */
        public Config {
            SizeBounds.of("low-rank").width("rank", rank).rows("mask length", maskLength)
                    .rows("largest outputs", maxOut)
                    .rows("largest inputs", maxIn).within("largest kernel", maxKernel, SizeBounds.MOST_KERNEL);
        }

        @Override
        public String kind() { return "low-rank"; }

        @Override
        public ParameterDecoder build(int hidden, int classes) { return new LowRankDecoder(this, hidden); }

        boolean capped() { return limit == Limit.LARGEST_SHAPE; }
    }

    /**
     * The two thin matrices whose product is a weight.
     *
     * @param a {@code [rows of A, r]}
     * @param b {@code [rows of B, r]}
     */
    private record Factors(Variable a, Variable b) {}

    private LowRankDecoder(Config config, int d) {
        this.config = config;
        int r = config.rank();
        first = Linear.of("decoder.mlp.fc.0", d, 4 * d);
        second = Linear.of("decoder.mlp.fc.2", 4 * d, 8 * d);
        third = Linear.of("decoder.mlp.fc.4", 8 * d, SizeBounds.product("low-rank: its last layer", 2, r, r));
        mask = Linear.of("decoder.l2", r, config.maskLength());
    }

    /** With the tensors that the reference's files carry and never use. */
    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(first.parameters());
        specs.addAll(second.parameters());
        specs.addAll(third.parameters());
        specs.addAll(Linear.of("decoder.l1", config.rank(), config.rank()).parameters());
        specs.addAll(mask.parameters());
        specs.addAll(Linear.of("decoder_1d.0", 1, 1).parameters());
        specs.addAll(Linear.of("bias_class.1", 1, 1).parameters());
        return specs;
    }

    @Override
    public Map<GraphNode, Variable> decode(Functions f, Parameters p, ComputationGraph graph, Variable states) {
        Map<GraphNode, Variable> out = new LinkedHashMap<>();
        factors(f, p, graph, states).forEach((node, factors) -> out.put(node, multiply(f, node, factors)));
        return out;
    }

    /** {@code A B^T} in the node's own shape; rows are (output, kernel row), columns (input, kernel column). */
    private Variable multiply(Functions f, GraphNode node, Factors factors) {
        Variable w = f.matmul(factors.a(), false, factors.b(), true);
        FactorSize e = FactorSize.of(node, config);
        if (e.vector()) return f.reshape(w, Shape.of(2, e.out()));
        if (node.requireShape().rank() == 2) return w;
        Variable split = f.reshape(w, Shape.of(e.out(), e.height(), e.in(), e.width()));
        return f.permute(split, 0, 2, 1, 3);
    }

    /** A and B of every node that carries a parameter. */
    private Map<GraphNode, Factors> factors(Functions f, Parameters p, ComputationGraph graph, Variable states) {
        Plan plan = new Plan(f, p, graph, states);
        Factors[] found = new Factors[plan.nodes.size()];
        plan.groups.forEach((size, members) -> plan.factors(f, size, members, (i, factors) -> found[i] = factors));
        Map<GraphNode, Factors> out = new LinkedHashMap<>();
        for (int i = 0; i < found.length; i++) out.put(plan.nodes.get(i), found[i]);
        return out;
    }

    /** A few nodes of one size at a time, so that the last map is read once for all of them. */
    @Override
    public void stream(Functions f, Parameters p, ComputationGraph graph, Variable states, Receiver receiver) {
        Plan plan = new Plan(f, p, graph, states);
        plan.groups.forEach((size, members) -> {
            long each = 4L * config.rank() * (size.get(0) + size.get(1));
            int together = Math.clamp(TOGETHER_BYTES / each, 1, MOST_TOGETHER);
            for (int from = 0; from < members.size(); from += together) {
                try (Tape tape = Tape.inference(f.tape().device())) {
                    plan.factors(new Functions(tape), size,
                            members.subList(from, Math.min(members.size(), from + together)),
                            (i, factors) -> handOver(f.tape().device(), plan.nodes.get(i), factors, receiver));
                }
            }
        });
    }

    /** A matrix that is A B^T as it is goes on as two factors, everything else multiplied. */
    private void handOver(Device device, GraphNode node, Factors factors, Receiver receiver) {
        Tensor a = factors.a().value();
        Tensor b = factors.b().value();
        Shape shape = node.requireShape();
        if (shape.rank() == 2 && b.shape().dim(0) == shape.dim(1) && a.shape().dim(0) <= shape.dim(0)) {
            receiver.product(node, a, b);
            return;
        }
        try (Tape tape = Tape.inference(device)) {
            Functions f = new Functions(tape);
            receiver.whole(f, node, multiply(f, node, factors));
        }
    }

    /** What all nodes share: the hidden layers, and which nodes take as many rows of A and B. */
    private final class Plan {
        private final List<GraphNode> nodes;
        private final Map<List<Integer>, List<Integer>> groups = new LinkedHashMap<>();
        private final Half halfA;
        private final Half halfB;

        Plan(Functions f, Parameters p, ComputationGraph graph, Variable states) {
            nodes = graph.carriers();
            int mostA = 0;
            int mostB = 0;
            for (int i = 0; i < nodes.size(); i++) {
                FactorSize e = FactorSize.of(nodes.get(i), config);
                groups.computeIfAbsent(List.of(e.rowsOfA(), e.rowsOfB()), _ -> new ArrayList<>()).add(i);
                mostA = Math.max(mostA, e.rowsOfA());
                mostB = Math.max(mostB, e.rowsOfB());
            }
            Variable x = f.embedding(states, f.indices(nodes.stream().mapToInt(GraphNode::index).toArray()));
            x = f.relu(second.apply(f, p, f.relu(first.apply(f, p, x))));
            halfA = new Half(f, p, x, 0, mostA);
            halfB = new Half(f, p, x, config.rank(), mostB);
        }

        void factors(Functions f, List<Integer> size, List<Integer> members, BiConsumer<Integer, Factors> to) {
            Variable a = halfA.rows(f, members, size.get(0));
            Variable b = halfB.rows(f, members, size.get(1));
            for (int i = 0; i < members.size(); i++) {
                to.accept(members.get(i), new Factors(f.slice(a, 0, i * size.get(0), size.get(0)),
                        f.slice(b, 0, i * size.get(1), size.get(1))));
            }
        }
    }

    /** One half of {@code u} (its first r rows make A, its last r make B) and the part of the last map that it needs. */
    private final class Half {
        private final Variable u;
        private final Variable maskWeight;
        private final Variable maskBias;

        Half(Functions f, Parameters p, Variable hidden, int firstRow, int mostRows) {
            int r = config.rank();
            int from = firstRow * r;
            int count = rowsOfU(mostRows) * r;
            Variable weight = f.slice(p.get("decoder.mlp.fc.4.weight"), 0, from, count);
            Variable bias = f.slice(p.get("decoder.mlp.fc.4.bias"), 0, from, count);
            this.u = f.relu(f.linear(hidden, weight, bias));
            this.maskWeight = f.slice(p.get("decoder.l2.weight"), 0, 0, columns(mostRows));
            this.maskBias = f.slice(p.get("decoder.l2.bias"), 0, 0, columns(mostRows));
        }

        /** Rows of u that {@code n} rows of A or B take. */
        private int rowsOfU(int n) {
            return Math.toIntExact(((long) n * config.rank() + config.maskLength() - 1) / config.maskLength());
        }

        /** Columns of the last map that {@code n} rows take. */
        private int columns(int n) {
            return (int) Math.min(config.maskLength(), (long) n * config.rank());
        }

        /** {@code [members * n, r]}: the first {@code n} rows of A or B for each member. */
        Variable rows(Functions f, List<Integer> members, int n) {
            int r = config.rank();
            int count = rowsOfU(n);
            int columns = columns(n);
            int[] indices = members.stream().mapToInt(Integer::intValue).toArray();
            Variable mine = f.embedding(f.slice(u, 1, 0, count * r),
                    f.indices(indices));
            Variable v = f.linear(f.reshape(mine, Shape.of(indices.length * count, r)),
                    f.slice(maskWeight, 0, 0, columns),
                    f.slice(maskBias, 0, 0, columns));
            Variable flat = f.slice(f.reshape(v, Shape.of(indices.length, count * columns)), 1, 0, n * r);
            return f.reshape(flat, Shape.of(indices.length * n, r));
        }
    }
}
