package org.logah.ghn.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.llama.Llama;
import org.logah.models.llama.LlamaConfig;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;

/** Nodes that only their order tells apart. */
class SiblingFeaturesTest {
    private static final double STEP = 1e-2;
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
            if (ranks[n.index()] > 0) later.put(n.requireParameter(), ranks[n.index()]);
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

    private static HyperNetwork ghn(boolean siblings) {
        GhnConfig c = Variant.COSINE_MINI.config(Domain.LANGUAGE);
        return new HyperNetwork(new GhnConfig(c.hidden(), c.graph(), c.features().withSiblings(siblings), c.encoder(),
                c.decoder(), c.scaling()));
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
                double apart = 0;
                for (int i = 0; i < a.length; i++) apart = Math.max(apart, Math.abs(a[i] - b[i]));
                if (told) assertTrue(apart > 0.1, "apart by " + apart);
                else assertEquals(0, apart, 1e-5);
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
            GhnConfig c = Variant.COSINE_MINI.config(Domain.VISION);
            HyperNetwork ghn = new HyperNetwork(new GhnConfig(c.hidden(), c.graph(),
                    c.features().withSiblings(told == 1), c.encoder(), c.decoder(), c.scaling()));
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
        Tensor table = weights.get("sibling_enc.weight").value();
        try (Tape tape = new Tape(device)) {
            tape.backward(loss(new Functions(tape), ghn, weights, graph));
        }
        float[] gradient = weights.get("sibling_enc.weight").gradient().toFloats();
        float[] own = table.toFloats();
        int hidden = ghn.config().hidden();
        int moved = 0;
        for (int i = 0; i < own.length; i += 3) {
            double[] losses = new double[2];
            for (int side = 0; side < 2; side++) {
                float[] changed = own.clone();
                changed[i] += (float) (side == 0 ? -STEP : STEP);
                table.set(changed);
                try (Tape tape = Tape.inference(device)) {
                    losses[side] = loss(new Functions(tape), ghn, weights, graph).value().item();
                }
            }
            double expected = (losses[1] - losses[0]) / (2 * STEP);
            assertEquals(expected, gradient[i], 2e-3 * (1 + Math.abs(expected)), "" + i);
            if (i >= 2 * hidden) assertEquals(0, gradient[i]);
            else if (Math.abs(gradient[i]) > 0.1) moved++;
        }
        assertTrue(moved > 5, moved + " of the rows of the second and third");
    }

    private static Variable loss(Functions f, HyperNetwork ghn, Parameters weights, ComputationGraph graph) {
        Variable states = ghn.encode(f, weights, graph);
        float[] direction = new float[(int) states.shape().elements()];
        for (int i = 0; i < direction.length; i++) direction[i] = (float) Math.sin(i);
        return f.sum(f.multiply(states, f.constant(states.shape(), direction)));
    }
}
