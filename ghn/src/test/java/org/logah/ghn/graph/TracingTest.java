package org.logah.ghn.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.logah.ghn.graph.SmallNetwork.spec;
import static org.logah.ghn.graph.SmallNetwork.weight;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.logah.autograd.Checkpointing;
import org.logah.autograd.Functions;
import org.logah.autograd.Op;
import org.logah.autograd.Ops;
import org.logah.autograd.Ops.Nothing;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.GruCell;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Binary;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;
import org.logah.ghn.graph.SmallNetwork.Body;

/** How each kind of operation and parameter is read, on networks of a few lines. Values are {@code [1, 4, 8]}. */
class TracingTest {
    private static void assertGraph(String expected, Body body, ParameterSpec... parameters) {
        assertGraph(expected, SmallNetwork.of(body, parameters));
    }

    private static void assertGraph(String expected, SmallNetwork network) {
        assertEquals(expected, SmallNetwork.lines(GraphTracer.trace(network)));
    }

    private static Variable x(List<Tensor> in) { return Variable.constant(in.get(0)); }

    @Test
    void factorsAreNodesBehindWhatTheyScale() {
        String expected = """
                0 input
                1 conv w <- 0
                2 bn scale <- 1
                """;
        Body left = (f, p, in) -> f.multiply(p.get("scale"), f.linear(x(in), p.get("w"), null));
        Body right = (f, p, in) -> f.multiply(f.linear(x(in), p.get("w"), null), p.get("scale"));
        Body divisor = (f, p, in) -> f.divide(f.linear(x(in), p.get("w"), null), p.get("scale"));
        Body gate = (f, p, in) -> f.multiply(f.linear(x(in), p.get("w"), null), f.apply(Unary.TANH, p.get("scale")));
        for (int[] shape : new int[][]{{8}, {1, 1, 8}, {1}, {}, {4, 1}}) {
            for (Body body : List.of(left, right, divisor, gate))
                assertGraph(expected, body, weight("w", 8, 8), spec("scale", Role.NORM_WEIGHT, shape));
        }
    }

    @Test
    void vectorsThatAreAddedAreBiasesAndTablesMeetWhatTheyAreAddedTo() {
        String bias = """
                0 input
                1 conv w <- 0
                2 bias b <- 1
                """;
        for (int[] shape : new int[][]{{8}, {1, 1, 8}, {}}) {
            assertGraph(bias, (f, p, in) -> f.add(f.linear(x(in), p.get("w"), null), p.get("b")), weight("w", 8, 8),
                    spec("b", Role.BIAS, shape));
            assertGraph(bias, (f, p, in) -> f.subtract(p.get("b"), f.linear(x(in), p.get("w"), null)),
                    weight("w", 8, 8), spec("b", Role.BIAS, shape));
        }
        for (int[] shape : new int[][]{{4, 8}, {1, 4, 8}}) {
            assertGraph("""
                    0 input
                    1 conv w <- 0
                    2 pos_enc table
                    3 sum <- 1 2
                    """, (f, p, in) -> f.add(f.linear(x(in), p.get("w"), null), p.get("table")), weight("w", 8, 8),
                    spec("table", Role.POSITION, shape));
        }
    }

    @Test
    void partsAndFunctionsOfAParameterAreTheParameter() {
        String expected = """
                0 input
                1 conv w <- 0
                """;
        assertGraph(expected, (f, p, in) -> f.linear(x(in), f.reshape(p.get("w"), Shape.of(8, 8)), null),
                weight("w", 8, 2, 2, 2));
        assertGraph(expected, (f, p, in) -> f.linearInOut(x(in), f.permute(p.get("w"), 1, 0), null), weight("w", 8, 8));
        assertGraph(expected,
                (f, p, in) -> f.linear(x(in), f.scale(f.apply(Unary.TANH, f.slice(p.get("w"), 0, 2, 4)), 3), null),
                weight("w", 8, 8));
        assertGraph(expected, (f, p, in) -> f.linear(x(in), f.tile(p.get("w"), Shape.of(16, 8)), null),
                weight("w", 3, 8));
    }

    /** Queries, keys and values by parts of one matrix: one node, as where they are made together. */
    @Test
    void partsOfOneMatrixOnOneValueAreOneNode() {
        assertGraph("""
                0 input
                1 conv w <- 0
                2 bias b <- 1
                3 msa <- 2
                """, (f, p, in) -> {
            List<Variable> qkv = Stream.of(0, 8, 16).map(at -> f.linear(x(in), f.slice(p.get("w"), 0, at, 8),
                    f.slice(p.get("b"), 0, at, 8))).toList();
            return f.crossAttention(qkv.get(0), qkv.get(1), qkv.get(2), null, 2, false);
        }, weight("w", 24, 8), spec("b", Role.BIAS, 24));
    }

    @Test
    void normsCarryTheirBiasWhateverItsName() {
        assertGraph("""
                0 input
                1 ln norm.gamma and norm.beta <- 0
                """, (f, p, in) -> f.layerNorm(x(in), p.get("norm.gamma"), p.get("norm.beta"), 1e-5),
                spec("norm.gamma", Role.NORM_WEIGHT, 8), spec("norm.beta", Role.NORM_BIAS, 8));
        assertGraph("""
                0 input
                1 ln w <- 0
                """, (f, p, in) -> f.layerNorm(x(in), p.get("w"), f.zeros(Shape.of(8)), 1e-5),
                spec("w", Role.NORM_WEIGHT, 8));
        assertGraph("""
                0 input
                1 bias b <- 0
                """,
                (f, p, in) -> f.layerNorm(x(in), f.constant(Shape.of(8), 1, 1, 1, 1, 1, 1, 1, 1), p.get("b"), 1e-5),
                spec("b", Role.NORM_BIAS, 8));
    }

    /** Adaptive norms: scale and shift are computed. */
    @Test
    void computedWeightsOfANormMeetIt() {
        assertGraph("""
                0 input
                1 conv scale <- 0
                2 conv shift <- 0
                3 gate <- 0 1
                4 sum <- 2 3
                """, (f, p, in) -> {
            Variable row = f.reshape(f.slice(x(in), 1, 0, 1), Shape.of(1, 8));
            Variable scale = f.linear(row, p.get("scale"), null);
            Variable shift = f.linear(row, p.get("shift"), null);
            return f.add(f.rmsNorm(x(in), f.reshape(scale, Shape.of(8)), 1e-5), shift);
        }, weight("scale", 8, 8), weight("shift", 8, 8));
    }

    @Test
    void attentionSeesAllThatItIsMadeOf() {
        SmallNetwork network = new SmallNetwork(
                List.of(weight("q", 8, 8), weight("kv", 16, 8), spec("bias", Role.POSITION, 2, 4, 4)), 2, 0,
                (f, p, in) -> {
                    Variable kv = f.linear(Variable.constant(in.get(1)), p.get("kv"), null);
                    return f.crossAttention(f.linear(x(in), p.get("q"), null), f.slice(kv, 2, 0, 8),
                            f.slice(kv, 2, 8, 8),
                            p.get("bias"), 2, false);
                });
        assertGraph("""
                0 input
                1 input
                2 conv kv <- 1
                3 conv q <- 0
                4 pos_enc bias
                5 msa <- 2 3 4
                """, network);
    }

    /** Learned queries, as a detection transformer has them. */
    @Test
    void learnedQueriesAreATable() {
        Body body = (f, p, in) -> f.crossAttention(f.linear(f.reshape(p.get("queries"), Shape.of(1, 3, 8)), p.get("q"),
                null), x(in), x(in), null, 2, false);
        assertGraph("""
                0 input
                1 pos_enc queries
                2 conv q <- 1
                3 msa <- 0 2
                """, body, spec("queries", Role.EMBEDDING, 3, 8), weight("q", 8, 8));
    }

    /** Attention written out: the softmax of a product is attention, the product with values a gate. */
    @Test
    void attentionInItsPartsKeepsQueriesKeysAndValues() {
        assertGraph("""
                0 input
                1 conv q <- 0
                2 conv k <- 0
                3 msa <- 1 2
                4 conv v <- 0
                5 gate <- 3 4
                """, (f, p, in) -> {
            Variable scores = f.matmul(f.linear(x(in), p.get("q"), null), false, f.linear(x(in), p.get("k"), null),
                    true);
            return f.matmul(f.softmax(f.scale(scores, 0.3)), f.linear(x(in), p.get("v"), null));
        }, weight("q", 8, 8), weight("k", 8, 8), weight("v", 8, 8));
    }

    @Test
    void lookupsKeepTheirTableAndTheirIndices() {
        SmallNetwork computed = new SmallNetwork(List.of(weight("w", 8, 8)), 1, 1, (f, p, in) -> {
            Variable table = f.reshape(f.linear(x(in), p.get("w"), null), Shape.of(4, 8));
            return f.relu(f.embedding(table, in.get(1)));
        });
        assertGraph("""
                0 input
                1 input
                2 conv w <- 0
                3 concat <- 1 2
                """, computed);
        // One table for both inputs has one node, and places looked up twice are the same node.
        SmallNetwork shared = new SmallNetwork(
                List.of(spec("tokens", Role.EMBEDDING, 9, 8), spec("places", Role.POSITION, 4, 8)), 0, 2,
                (f, p, in) -> {
                    Tensor range = f.indices(0, 1, 2, 3);
                    Variable a = f.add(f.embedding(p.get("tokens"), in.get(0)), f.embedding(p.get("places"), range));
                    Variable b = f.add(f.embedding(p.get("tokens"), in.get(1)), f.embedding(p.get("places"), range));
                    return f.crossAttention(a, b, b, null, 2, false);
                });
        assertGraph("""
                0 input
                1 input
                2 pos_enc tokens <- 0
                3 pos_enc places
                4 sum <- 2 3
                5 sum <- 1 3
                6 msa <- 4 5
                """, shared);
    }

    @Test
    void valuesSideBySideAreJoinedOnceWhereTheyAreRead() {
        assertGraph("""
                0 input
                1 conv a <- 0
                2 conv b <- 0
                3 concat <- 1 2
                4 conv c <- 3
                5 conv d <- 3
                6 sum <- 4 5
                """, (f, p, in) -> {
            Variable both = f.concat(2, List.of(f.linear(x(in), p.get("a"), null), f.linear(x(in), p.get("b"), null)));
            Variable bent = f.relu(both);
            return f.add(f.linear(bent, p.get("c"), null), f.linear(f.scale(both, 2), p.get("d"), null));
        }, weight("a", 8, 8), weight("b", 8, 8), weight("c", 8, 16), weight("d", 8, 16));
        assertGraph("""
                0 input
                1 conv a <- 0
                2 concat <- 0 1
                """, (f, p, in) -> f.concat(2, List.of(x(in), f.linear(x(in), p.get("a"), null))), weight("a", 8, 8));
    }

    @Test
    void registersBesideTokensAreATable() {
        assertGraph("""
                0 input
                1 pos_enc registers
                2 concat <- 0 1
                3 ln w and b <- 2
                """,
                (f, p, in) -> f.layerNorm(f.concat(1, List.of(p.get("registers"), x(in))), p.get("w"), p.get("b"), 1),
                spec("registers", Role.EMBEDDING, 1, 2, 8), spec("w", Role.NORM_WEIGHT, 8),
                spec("b", Role.NORM_BIAS, 8));
    }

    @Test
    void recurrentCellsKeepTheirInputAndTheirState() {
        GruCell cell = new GruCell("gru", 8, 8);
        SmallNetwork network = new SmallNetwork(cell.parameters(), 1, 0, (f, p, in) -> {
            Variable state = f.zeros(Shape.of(1, 8));
            for (int t = 0; t < 2; t++)
                state = cell.apply(f, p, f.reshape(f.slice(x(in), 1, t, 1), Shape.of(1, 8)), state);
            return state;
        });
        // The first state is zeros: the map of states has nothing in front of it. The second step uses the same parameters.
        assertGraph("""
                0 input
                1 conv gru.weight_ih <- 0
                2 bias gru.bias_ih <- 1
                3 conv gru.weight_hh
                4 bias gru.bias_hh <- 3
                5 gate <- 2 4
                6 gate <- 2 5
                """, network);
    }

    @Test
    void valuesTakenOffTheTapeAreFollowed() {
        assertGraph("""
                0 input
                1 conv w <- 0
                2 sum <- 0 1
                """, (f, p, in) -> {
            Variable y = f.linear(x(in), Variable.constant(p.get("w").value()), null);
            return f.add(Variable.constant(y.value()), Variable.constant(in.get(0).reshape(Shape.of(4, 8))));
        }, weight("w", 8, 8));
    }

    /** A tied head adds nothing, as in the reference. */
    @Test
    void aParameterUsedAgainElsewhereHasOneNode() {
        assertGraph("""
                0 input
                1 conv w <- 0
                2 ln g and b <- 1
                """, (f, p, in) -> f.linear(f.layerNorm(f.linear(x(in), p.get("w"), null), p.get("g"), p.get("b"), 1),
                p.get("w"), null), weight("w", 8, 8), spec("g", Role.NORM_WEIGHT, 8), spec("b", Role.NORM_BIAS, 8));
    }

    /** A dead first use: the parameter's only node would lead nowhere. */
    @Test
    void deadUsesDoNotTakeAParametersNode() {
        assertGraph("""
                0 input
                1 ln g and b <- 0
                2 conv w <- 1
                """, (f, p, in) -> {
            f.linear(x(in), p.get("w"), null);
            return f.linear(f.layerNorm(x(in), p.get("g"), p.get("b"), 1), p.get("w"), null);
        }, weight("w", 8, 8), spec("g", Role.NORM_WEIGHT, 8), spec("b", Role.NORM_BIAS, 8));
    }

    /** A row of {@link Ops} without a line here fails: the tracer must say what it means. */
    @Test
    void everyOperationIsRead() {
        for (Op<?> op : Ops.all()) {
            ComputationGraph graph = GraphTracer.trace(SmallNetwork.of((f, p, in) -> use(f, op, x(in),
                    f.linear(x(in), p.get("w"), null)), weight("w", 8, 8)));
            assertEquals(List.of("input", "conv"),
                    graph.nodes().subList(0, 2).stream().map(n -> n.primitive().label()).toList(), op.name());
            boolean both = Set.of("binary", "addOnto", "product", "concat", "attention", "crossAttention", "gru")
                    .contains(op.name());
            assertEquals(both, graph.size() > 2 && graph.predecessors(2).equals(List.of(0, 1)), op.name());
        }
    }

    private static Variable use(Functions f, Op<?> op, Variable x, Variable y) {
        return switch (op.name()) {
            case "binary" -> f.tape().apply(Ops.BINARY, Binary.DIVIDE, x, y);
            case "addOnto" -> f.addOnto(y, x);
            case "unary" -> f.relu(y);
            case "affine" -> f.affine(y, 2, 1);
            case "sumTo" -> f.sum(y);
            case "product" -> f.matmul(x, false, y, true);
            case "reshape" -> f.reshape(y, Shape.of(4, 8));
            case "permute" -> f.permute(y, 0, 2, 1);
            case "concat" -> f.concat(1, List.of(x, y));
            case "slice" -> f.slice(y, 1, 0, 2);
            case "softmax" -> f.softmax(y);
            case "layerNorm" -> f.layerNorm(y, f.zeros(Shape.of(8)), f.zeros(Shape.of(8)), 1);
            case "rmsNorm" -> f.rmsNorm(y, f.zeros(Shape.of(8)), 1);
            case "rotary" -> f.rotary(y, f.rotaryTables(0, 4, 4, 100));
            case "attention" -> f.attention(f.concat(2, List.of(x, y, y)), null, 2, true);
            case "crossAttention" -> f.crossAttention(x, y, y, null, 2, true);
            case "gather" -> f.embedding(f.reshape(y, Shape.of(4, 8)), f.indices(1, 2));
            case "crossEntropy" -> f.crossEntropy(f.reshape(y, Shape.of(4, 8)), f.indices(1, 2, 3, 4), 0);
            case "gru" -> f.tape().apply(Ops.GRU, Nothing.NOTHING, f.concat(2, List.of(y, y, y)),
                    f.concat(2, List.of(y, x, y)), x);
            case "checkpoint" -> Checkpointing.apply(f.tape(), (g, in) -> g.relu(in[0]), y);
            default -> throw new AssertionError("no use of " + op.name());
        };
    }
}
