package org.logah.ghn.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;
import org.logah.ghn.graph.GraphTracer;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.llama.Llama;
import org.logah.models.llama.LlamaConfig;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;

/** Nodes that only their order tells apart. */
class SiblingFeaturesTest {
    private static final Network GPT = new Gpt2(Gpt2Config.of(2, 2, 16, 64, 64, false));
    private static final Network VIT = new Vit(VitConfig.of(2, 4, 32, 4, 24, 10));
    private final CpuDevice device = new CpuDevice(2, KernelChoice.AUTO);

    @AfterEach
    void close() { device.close(); }

    private static Network llama(int keyValueHeads) {
        return new Llama(new LlamaConfig(2, 4, keyValueHeads, 16, 64, 50, 64, 100, false));
    }

    private static Map<String, Integer> later(Network network) {
        ComputationGraph graph = new HyperNetwork(Variant.COSINE_MINI.config(Domain.LANGUAGE)).graphOf(network);
        int[] ranks = graph.siblingRanks();
        Map<String, Integer> later = new HashMap<>();
        for (GraphNode n : graph.nodes())
            if (ranks[n.index()] > 0) later.put(String.valueOf(n.parameter()), ranks[n.index()]);
        return later;
    }

    /** The first of them have no rank of their own, and nodes without a parameter have no siblings here. */
    @Test
    void whoHasElderSiblings() {
        Map<String, Integer> llama = new HashMap<>();
        for (String block : new String[]{"model.layers.0.", "model.layers.1."}) {
            llama.put(block + "self_attn.k_proj.weight", 1);
            llama.put(block + "self_attn.v_proj.weight", 2);
            llama.put(block + "mlp.up_proj.weight", 1);
        }
        for (int keyValueHeads : new int[]{4, 2, 1}) assertEquals(llama, later(llama(keyValueHeads)));
        assertEquals(Map.of("transformer.wpe.weight", 1), later(GPT));
        assertEquals(Map.of(), later(VIT));
    }

    /** A head that hangs on the input stands before what it moved, and is no sibling of the tables there. */
    @Test
    void theReferencesQuirkMovesRanksAlong() {
        ComputationGraph graph = GraphTracer.trace(GPT, true);
        int[] ranks = graph.siblingRanks();
        for (GraphNode n : graph.nodes())
            assertEquals("transformer.wpe.weight".equals(n.parameter()) ? 1 : 0, ranks[n.index()], n.toString());
    }

    /** More of them than there are rows, of a network of as many maps of one input as it is asked for. */
    @Test
    void ranksGoOnBeyondTheRows() {
        ComputationGraph graph = GraphTracer.trace(new Fan(12));
        int[] ranks = graph.siblingRanks();
        int next = 0;
        for (GraphNode n : graph.carriers()) assertEquals(next++, ranks[n.index()]);
        assertEquals(12, next);
        HyperNetwork ghn = ghn(true);
        NodeFeatures features = new NodeFeatures(ghn.config().features(), ghn.config().hidden(), 16);
        Parameters weights = ghn.initialized(device, new RandomStream(3));
        try (Tape tape = Tape.inference(device)) {
            Variable seen = features.apply(new Functions(tape), weights, List.of(graph));
            for (int other : new int[]{0, 1, 2, 7}) {
                double apart = apart(row(seen, graph, "map.8.weight"), row(seen, graph, "map." + other + ".weight"));
                assertEquals(other != 1, apart > 0.01, "apart from " + other + " by " + apart);
                if (other == 1) assertEquals(0, apart, 1e-6);
            }
        }
    }

    /** Several graphs at once are each what it is alone. */
    @Test
    void graphsDoNotMix() {
        HyperNetwork ghn = ghn(true);
        Parameters weights = ghn.initialized(device, new RandomStream(3));
        List<ComputationGraph> graphs = List.of(ghn.graphOf(llama(2)), ghn.graphOf(GPT), ghn.graphOf(llama(4)));
        NodeFeatures features = new NodeFeatures(ghn.config().features(), ghn.config().hidden(), 16);
        try (Tape tape = Tape.inference(device)) {
            Functions f = new Functions(tape);
            float[] together = features.apply(f, weights, graphs).value().toFloats();
            int at = 0;
            for (ComputationGraph graph : graphs) {
                float[] alone = features.apply(f, weights, List.of(graph)).value().toFloats();
                assertArrayEquals(alone, Arrays.copyOfRange(together, at, at + alone.length), 1e-6f);
                at += alone.length;
            }
            assertEquals(together.length, at);
        }
    }

    /** The sum of several maps of its input, {@code map.0} to the last. */
    private record Fan(int maps) implements Network {
        private static final int WIDTH = 16;

        private Linear map(int i) { return Linear.withoutBias("map." + i, WIDTH, WIDTH); }

        @Override
        public List<ParameterSpec> parameters() {
            return IntStream.range(0, maps).mapToObj(i -> map(i).parameters().getFirst()).toList();
        }

        @Override
        public List<Tensor> exampleInputs(Device device) { return List.of(device.zeros(Shape.of(2, WIDTH))); }

        @Override
        public Variable forward(Functions f, Parameters p, List<Tensor> inputs) {
            Variable x = Variable.constant(inputs.getFirst());
            Variable sum = map(0).apply(f, p, x);
            for (int i = 1; i < maps; i++) sum = f.add(sum, map(i).apply(f, p, x));
            return sum;
        }
    }

    private static double apart(float[] a, float[] b) {
        double apart = 0;
        for (int i = 0; i < a.length; i++) apart = Math.max(apart, Math.abs(a[i] - b[i]));
        return apart;
    }

    private static HyperNetwork ghn(boolean siblings) {
        return new HyperNetwork(Variant.COSINE_MINI.config(Domain.LANGUAGE).withSiblings(siblings));
    }

    /** Without features of siblings both have one state, but for the order of sums, and so one matrix. */
    @ParameterizedTest
    @CsvSource({"model.layers.0.self_attn.q_proj, model.layers.0.self_attn.k_proj",
            "model.layers.1.mlp.gate_proj, model.layers.1.mlp.up_proj", "transformer.wte, transformer.wpe"})
    void siblingsHaveStatesOfTheirOwn(String one, String other) {
        Network target = one.startsWith("model") ? llama(4) : GPT;
        for (boolean told : new boolean[]{false, true}) {
            HyperNetwork ghn = ghn(told);
            ComputationGraph graph = ghn.graphOf(target);
            Parameters weights = ghn.initialized(device, new RandomStream(3));
            try (Tape tape = Tape.inference(device)) {
                Variable states = ghn.encode(new Functions(tape), weights, graph);
                float[] a = row(states, graph, one + ".weight");
                float[] b = row(states, graph, other + ".weight");
                if (told) assertTrue(apart(a, b) > 0.1, "apart by " + apart(a, b));
                else assertEquals(0, apart(a, b), 1e-5);
            }
        }
    }

    private static float[] row(Variable states, ComputationGraph graph, String parameter) {
        int d = states.shape().last();
        int at = graph.carriers().stream().filter(n -> parameter.equals(n.parameter())).findFirst().orElseThrow()
                .index();
        return Arrays.copyOfRange(states.value().toFloats(), at * d, (at + 1) * d);
    }

    /** Where there are no siblings nothing is added, bit for bit. */
    @Test
    void aNetworkWithoutSiblingsIsSeenAsBefore() {
        float[][] seen = new float[2][];
        for (int told = 0; told < 2; told++) {
            HyperNetwork ghn = new HyperNetwork(
                    Variant.COSINE_MINI.config(Domain.VISION).withSiblings(told == 1));
            try (Tape tape = Tape.inference(device)) {
                seen[told] = ghn.encode(new Functions(tape), ghn.initialized(device, new RandomStream(3)),
                        ghn.graphOf(VIT)).value().toFloats();
            }
        }
        assertArrayEquals(seen[0], seen[1]);
    }

    /** Against central differences; of rows that no sibling reads they are none. */
    @Test
    void gradients() {
        HyperNetwork ghn = ghn(true);
        ComputationGraph graph = ghn.graphOf(llama(2));
        Parameters weights = ghn.initialized(device, new RandomStream(3));
        float[] gradient = new FeatureGradients(device, ghn, weights, graph).check("sibling_enc.weight", 3);
        int hidden = ghn.config().hidden();
        int moved = 0;
        for (int i = 0; i < gradient.length; i += 3) {
            if (i >= 2 * hidden) assertEquals(0, gradient[i]);
            else if (Math.abs(gradient[i]) > 0.1) moved++;
        }
        assertTrue(moved > 5, moved + " of the rows of the second and third");
    }
}
