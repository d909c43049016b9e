package org.logah.ghn.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.nn.Network;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.graph.Axes;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.llama.Llama;
import org.logah.models.llama.LlamaConfig;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;

/** What a hypernetwork knows of a network does not depend on its width, where shapes are told relative to it. */
class RelativeShapesTest {
    private static final int VOCABULARY = 256;
    /** Lengths of lists among them that are the width, a multiple or a part of it, or none of these. */
    private static final List<Integer> WIDTHS = List.of(32, 40, 64, 96, 128, 256, 640);
    private final CpuDevice device = new CpuDevice(2, KernelChoice.AUTO);

    @AfterEach
    void close() { device.close(); }

    /** A family's networks by width. */
    private record Family(Domain domain, IntFunction<Network> width) {}

    static Stream<Named<Family>> families() {
        return Stream.of(
                Named.of("GPT",
                        new Family(Domain.LANGUAGE, d -> new Gpt2(Gpt2Config.of(3, 4, d, VOCABULARY, 64, false)))),
                Named.of("tied GPT", new Family(Domain.LANGUAGE, d -> new Gpt2(Gpt2Config.of(2, 4, d, 40, 32, true)))),
                Named.of("Llama", new Family(Domain.LANGUAGE,
                        d -> new Llama(new LlamaConfig(3, 4, 2, d, 4 * d, VOCABULARY, 64, 100, false)))),
                Named.of("ViT", new Family(Domain.VISION, d -> new Vit(VitConfig.of(2, 4, d, 4, 24, 40)))));
    }

    private static HyperNetwork ghn(Domain domain, ShapeForm shapes) {
        GhnConfig config = Variant.COSINE_MINI.config(domain).withShapes(shapes);
        return new HyperNetwork(config);
    }

    private float[] states(HyperNetwork ghn, Network target) {
        Parameters weights = ghn.initialized(device, new RandomStream(3));
        try (Tape tape = Tape.inference(device)) {
            return ghn.encode(new Functions(tape), weights, ghn.graphOf(target)).value().toFloats();
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void aWiderNetworkHasTheSameStates(Family family) {
        HyperNetwork ghn = ghn(family.domain(), ShapeForm.RELATIVE);
        float[] narrow = states(ghn, family.width().apply(WIDTHS.getFirst()));
        for (int width : WIDTHS)
            assertArrayEquals(narrow, states(ghn, family.width().apply(width)), "width " + width);
    }

    /** Of the reference's tables each width has rows of its own; with this the test above could fail. */
    @ParameterizedTest
    @MethodSource("families")
    void theReferencesStatesAreOthersAtAnotherWidth(Family family) {
        HyperNetwork ghn = ghn(family.domain(), ShapeForm.BINNED);
        assertFalse(Arrays.equals(states(ghn, family.width().apply(64)), states(ghn, family.width().apply(96))));
    }

    /** What a network's form says is told: another number of heads of keys, another width inside the MLP, another patch. */
    @Test
    void anotherFormHasOtherStates() {
        HyperNetwork language = ghn(Domain.LANGUAGE, ShapeForm.RELATIVE);
        float[] one = states(language, llama(4, 128));
        assertFalse(Arrays.equals(one, states(language, llama(2, 128))));
        assertFalse(Arrays.equals(one, states(language, llama(4, 96))));
        HyperNetwork vision = ghn(Domain.VISION, ShapeForm.RELATIVE);
        assertFalse(Arrays.equals(states(vision, new Vit(VitConfig.of(1, 4, 32, 4, 24, 10))),
                states(vision, new Vit(VitConfig.of(1, 4, 32, 8, 24, 10)))));
    }

    private static Llama llama(int keyValueHeads, int mlp) {
        return new Llama(new LlamaConfig(2, 4, keyValueHeads, 32, mlp, VOCABULARY, 64, 100, false));
    }

    @Test
    void listsAreFoundWhateverTheirLength() {
        for (int width : WIDTHS) {
            Axes axes = check(new Gpt2(Gpt2Config.of(2, 4, width, VOCABULARY, 64, false)),
                    Map.of("transformer.wte.weight", true, "transformer.wpe.weight", true, "lm_head.weight", true,
                            "transformer.h.0.attn.c_attn.weight", false, "transformer.h.1.mlp.c_proj.bias", false,
                            "transformer.ln_f.weight", false));
            assertEquals(width, axes.streamWidth());
            check(new Gpt2(Gpt2Config.of(2, 4, width, VOCABULARY, 64, true)),
                    Map.of("transformer.wte.weight", true, "transformer.ln_f.weight", false));
        }
        check(new Vit(VitConfig.of(2, 4, 32, 4, 24, 10)), Map.of("heads.head.weight", true, "heads.head.bias", true,
                "conv_proj.weight", false, "encoder.pos_embedding", false));
    }

    private static Axes check(Network network, Map<String, Boolean> lists) {
        ComputationGraph graph = Variant.COSINE_MINI.config(Domain.LANGUAGE).graph().of(network);
        Axes axes = graph.axes();
        List<GraphNode> found = graph.carriers().stream().filter(n -> lists.containsKey(n.requireParameter())).toList();
        assertEquals(lists.size(), found.size());
        for (GraphNode n : found)
            assertEquals(lists.get(n.requireParameter()), axes.listsOutputs(n), n.requireParameter());
        return axes;
    }

    @Test
    void colours() {
        ComputationGraph graph = Variant.COSINE_MINI.config(Domain.VISION).graph()
                .of(new Vit(VitConfig.of(2, 4, 32, 4, 24, 10)));
        for (GraphNode n : graph.carriers())
            assertEquals("conv_proj.weight".equals(n.parameter()), graph.axes().readsInput(n), n.toString());
    }

    /** Gradients of both tables against central differences. */
    @Test
    void gradients() {
        HyperNetwork ghn = ghn(Domain.VISION, ShapeForm.RELATIVE);
        ComputationGraph graph = ghn.graphOf(new Vit(VitConfig.of(1, 2, 16, 4, 24, 10)));
        Parameters weights = ghn.initialized(device, new RandomStream(3));
        List<String> tables = weights.names().stream().filter(n -> n.startsWith("shape_enc")).toList();
        assertEquals(2, tables.size());
        FeatureGradients gradients = new FeatureGradients(device, ghn, weights, graph);
        for (String name : tables) {
            float[] gradient = gradients.check(name, 5);
            int moved = 0;
            for (int i = 0; i < gradient.length; i += 5) if (Math.abs(gradient[i]) > 0.1) moved++;
            assertTrue(moved > 5, name);
        }
    }

    /** A table of lengths grows with the largest; this one is as long for any network. */
    @Test
    void smallerThanTheReferences() {
        long binned = ghn(Domain.LANGUAGE, ShapeForm.BINNED).parameterCount();
        long relative = ghn(Domain.LANGUAGE, ShapeForm.RELATIVE).parameterCount();
        assertTrue(relative < binned, relative + " " + binned);
    }
}
