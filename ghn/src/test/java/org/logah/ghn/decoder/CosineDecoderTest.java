package org.logah.ghn.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.StreamingPredictor;
import org.logah.ghn.Variant;
import org.logah.ghn.assembly.MeanFieldScaling;
import org.logah.ghn.features.Domain;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;
import org.logah.models.TargetNetwork;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.llama.Llama;
import org.logah.models.llama.LlamaConfig;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;

/** The cosine decoder, and the mean-field start that it is made for. */
class CosineDecoderTest {
    private static final int FREQUENCIES = 8;
    /** So many rows are written in several pieces. */
    private static final int LONG = 24_000;
    private static final double STEP = 2e-4;
    private final CpuDevice device = new CpuDevice(2, KernelChoice.AUTO);

    @AfterEach
    void close() { device.close(); }

    private static GhnConfig config(Domain domain) {
        return Variant.COSINE_MINI.config(domain).withDecoder(new CosineDecoder.Config(FREQUENCIES, 16, 40, 16));
    }

    private static Gpt2 gpt(int width, int vocabulary) {
        return new Gpt2(Gpt2Config.of(2, 2, width, vocabulary, 8, false));
    }

    /** Vocabularies shorter and longer than the learned rows, tied and untied heads, axes of whole and broken pieces. */
    static Stream<Network> targets() {
        return Stream.of(gpt(24, 30), gpt(24, 300), gpt(24, 24),
                new Gpt2(Gpt2Config.of(1, 2, 12, 20, 8, true)),
                new Gpt2(Gpt2Config.of(1, 2, 4, 20, 8, false)),
                new Llama(new LlamaConfig(2, 4, 2, 24, 40, 300, 8, 100, false)),
                new Vit(VitConfig.of(2, 2, 24, 8, 32, 10)));
    }

    /** The same, and one of which a table is written in several pieces. */
    static Stream<Network> streamedTargets() {
        return Stream.concat(targets(), Stream.of(gpt(24, LONG)));
    }

    private static Domain domain(Network target) { return target instanceof Vit ? Domain.VISION : Domain.LANGUAGE; }

    @ParameterizedTest
    @MethodSource("streamedTargets")
    void streamingWritesWhatTheTapePredicts(Network target) {
        HyperNetwork ghn = new HyperNetwork(config(domain(target)));
        Parameters weights = ghn.initialized(device, new RandomStream(5));
        Map<String, float[]> streamed = streamed(ghn, weights, target, device);
        try (Tape tape = Tape.inference(device)) {
            Parameters expected = ghn.predict(new Functions(tape), weights, target, new RandomStream(6)).parameters();
            for (String name : expected.names()) {
                float[] e = expected.get(name).value().toFloats();
                assertArrayEquals(e, streamed.get(name), (float) (2e-6 * largest(e)), name);
            }
        }
    }

    /** Bases are drawn by place, not by turn. */
    @ParameterizedTest
    @MethodSource("streamedTargets")
    void threadsChangeNoBit(Network target) {
        HyperNetwork ghn = new HyperNetwork(config(domain(target)));
        Map<String, float[]> one;
        try (CpuDevice alone = new CpuDevice(1, KernelChoice.AUTO)) {
            one = streamed(ghn, ghn.initialized(alone, new RandomStream(5)), target, alone);
        }
        try (CpuDevice three = new CpuDevice(3, KernelChoice.AUTO)) {
            streamed(ghn, ghn.initialized(three, new RandomStream(5)), target, three)
                    .forEach((name, values) -> assertArrayEquals(one.get(name), values, name));
        }
    }

    private static Map<String, float[]> streamed(HyperNetwork ghn, Parameters weights, Network target,
            CpuDevice device) {
        Map<String, Tensor> written = new HashMap<>();
        target.shapes().forEach((name, shape) -> written.put(name, device.zeros(shape)));
        new StreamingPredictor(ghn, weights, device).predict(target, new RandomStream(6), (name, first, values) -> {
            Tensor t = written.get(name);
            t.reshape(Shape.of((int) t.elements())).slice((int) first, (int) values.elements()).set(values);
        }, _ -> {});
        Map<String, float[]> out = new HashMap<>();
        written.forEach((name, t) -> out.put(name, t.toFloats()));
        return out;
    }

    /** Blocks with the same states are predicted the same, however many there are; over all nodes they were not. */
    @Test
    void howManyBlocksThereAreChangesNoneOfThem() {
        for (CosineDecoder.Standardization over : CosineDecoder.Standardization.values()) {
            blocks(over, 24, 30);
            // The head has the stored shape of a block's map out of its hidden units.
            blocks(over, 8, 32);
        }
    }

    private void blocks(CosineDecoder.Standardization over, int width, int vocabulary) {
        float[] shallow = firstBlock(over, 2, width, vocabulary);
        float[] deep = firstBlock(over, 12, width, vocabulary);
        double largest = 0;
        for (int i = 0; i < deep.length; i++) largest = Math.max(largest, Math.abs(deep[i] - shallow[i]));
        if (over == CosineDecoder.Standardization.KINDS) assertEquals(0, largest, 1e-5 * largest(shallow));
        else assertTrue(largest > 0.05 * largest(shallow), "a part of " + largest / largest(shallow));
    }

    /** The states say what a node is, and not where it stands: two ends of a network, and one block many times. */
    private float[] firstBlock(CosineDecoder.Standardization over, int layers, int width, int vocabulary) {
        HyperNetwork ghn = new HyperNetwork(Variant.COSINE_MINI.config(Domain.LANGUAGE)
                .withDecoder(new CosineDecoder.Config(FREQUENCIES, 16, 40, 16, over)));
        ComputationGraph graph = ghn.graphOf(new Gpt2(Gpt2Config.of(layers, 2, width, vocabulary, 8, false)));
        Tensor states = device.zeros(Shape.of(graph.nodes().size(), 32));
        for (GraphNode node : graph.nodes()) {
            boolean head = node.parameter() != null && node.parameter().startsWith("lm_head");
            long kind = Arrays.hashCode(node.shape4()) + 31L * node.primitive().ordinal() + (head ? 1 : 0);
            new RandomStream(kind).fillNormal(states.slice(node.index(), 1), 0, 1);
        }
        GraphNode first = graph.carriers().stream()
                .filter(n -> n.requireParameter().equals("transformer.h.0.attn.c_attn.weight")).findFirst()
                .orElseThrow();
        try (Tape tape = Tape.inference(device)) {
            return ghn.decoder().decode(new Functions(tape), ghn.initialized(device, new RandomStream(5)), graph,
                    Variable.constant(states)).get(first).value().toFloats();
        }
    }

    /** Central differences along each of the hypernetwork's own tensors, through decoder, scaling and base. */
    @ParameterizedTest
    @MethodSource("targets")
    void gradientsAreThoseOfDifferences(Network target) {
        HyperNetwork ghn = new HyperNetwork(config(domain(target)));
        Parameters weights = ghn.initialized(device, new RandomStream(5));
        loss(ghn, weights, target, true);
        for (String name : weights.names()) {
            Variable w = weights.get(name);
            Tensor g = w.gradient();
            assertNotNull(g, name);
            // What is added to all logits, or to all nodes, makes no difference: its gradient is rounding.
            if (name.endsWith("proj_e.2.bias") || name.equals("ln.bias")) continue;
            float[] gradient = g.toFloats();
            double norm = Math.sqrt(dot(gradient, gradient));
            if (name.startsWith("sibling_enc") && target instanceof Vit) {
                assertEquals(0, norm, "it has no siblings");
                continue;
            }
            assertTrue(norm > 0.01, name + ": " + norm);
            float[] start = w.value().toFloats();
            double step = STEP / Math.max(norm, 1e-9);
            double slope = (moved(ghn, weights, target, name, start, gradient, step)
                    - moved(ghn, weights, target, name, start, gradient, -step)) / (2 * STEP);
            set(w.value(), start);
            // A loss of some hundreds is known to about 1e-4, and a step passes some kinks of the decoder's ReLUs.
            assertEquals(norm, slope, 0.06 * norm + 1e-4 / STEP, name);
        }
    }

    private double moved(HyperNetwork ghn, Parameters weights, Network target, String name, float[] start,
            float[] direction, double by) {
        float[] there = start.clone();
        for (int i = 0; i < there.length; i++) there[i] += (float) (by * direction[i]);
        set(weights.get(name).value(), there);
        return loss(ghn, weights, target, false);
    }

    /** A sum of what is predicted, each number with a weight of its own, so that every tensor counts. */
    private double loss(HyperNetwork ghn, Parameters weights, Network target, boolean backward) {
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            Parameters p = ghn.predict(f, weights, target, new RandomStream(6)).parameters();
            Variable sum = f.zeros(Shape.scalar());
            for (String name : p.names()) {
                Variable v = p.get(name);
                Tensor factors = device.zeros(v.shape());
                new RandomStream(8).split(name).fillUniform(factors, -1, 1);
                sum = f.add(sum, f.sum(f.multiply(v, Variable.constant(factors))));
            }
            if (backward) tape.backward(sum);
            return sum.value().item();
        }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) sum += a[i] * (double) b[i];
        return sum;
    }

    private static void set(Tensor t, float[] values) { t.set(t.device().of(t.shape(), values)); }

    private static double largest(float[] values) {
        double most = 1e-6;
        for (float v : values) most = Math.max(most, Math.abs(v));
        return most;
    }

    /** The point of it: what cosines see of a matrix is the same at every width. */
    @Test
    void widerNetworksGetTheSameCores() {
        HyperNetwork ghn = new HyperNetwork(config(Domain.LANGUAGE));
        Parameters weights = ghn.initialized(device, new RandomStream(5));
        Map<String, double[]> narrow = cores(ghn, weights, gpt(16, 30), 16);
        Map<String, double[]> wide = cores(ghn, weights, gpt(48, 30), 48);
        assertEquals(4 * 2, narrow.size());
        // A tied head is the table: the last map of the last block reads hidden units, as those before it do.
        Gpt2 tied = new Gpt2(Gpt2Config.of(2, 2, 16, 30, 8, true));
        Gpt2 tiedAndWider = new Gpt2(Gpt2Config.of(2, 2, 48, 30, 8, true));
        Map<String, double[]> ofTied = cores(ghn, weights, tied, 16);
        cores(ghn, weights, tiedAndWider, 48)
                .forEach((name, core) -> assertArrayEquals(ofTied.get(name), core, 1e-5, name));
        narrow.forEach((name, core) -> {
            assertTrue(core[0] != 0, name);
            assertArrayEquals(core, wide.get(name), 1e-5, name);
        });
    }

    /** Each piece of the blocks' matrices on the axes' cosines, from the same node states. */
    private Map<String, double[]> cores(HyperNetwork ghn, Parameters weights, Gpt2 gpt, int width) {
        ComputationGraph graph = ghn.graphOf(gpt);
        Map<String, double[]> out = new HashMap<>();
        try (Tape tape = Tape.inference(device)) {
            Functions f = new Functions(tape);
            Tensor states = device.zeros(Shape.of(graph.size(), ghn.config().hidden()));
            new RandomStream(7).fillNormal(states, 0, 1);
            Map<GraphNode, Variable> raw = ghn.decoder().decode(f, weights, graph, Variable.constant(states));
            raw.forEach((node, w) -> {
                if (node.requireShape().rank() == 2 && node.requireParameter().contains(".h."))
                    out.put(node.requireParameter(), core(w.value(), width));
            });
        }
        return out;
    }

    private static double[] core(Tensor w, int width) {
        int rows = w.shape().dim(0);
        int columns = w.shape().dim(1);
        float[] values = w.toFloats();
        List<Double> core = new ArrayList<>();
        for (int r = 0; r < rows; r += width) {
            for (int c = 0; c < columns; c += width) {
                for (int k = 0; k < FREQUENCIES; k++) {
                    for (int l = 0; l < FREQUENCIES; l++) {
                        double sum = 0;
                        for (int i = 0; i < width; i++)
                            for (int j = 0; j < width; j++)
                                sum += values[(r + i) * columns + c + j] * cosine(i, k, width) * cosine(j, l, width);
                        core.add(sum / width / width);
                    }
                }
            }
        }
        return core.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double cosine(int i, int k, int n) {
        return k == 0 ? 1 : Math.sqrt(2) * Math.cos(Math.PI * (i + 0.5) * k / n);
    }

    /** Deviations of the base, by role: what is left where the prediction is nothing. */
    @Test
    void theBaseHasItsDeviations() {
        TargetNetwork target = new Gpt2(Gpt2Config.of(2, 4, 64, 200, 64, false));
        MeanFieldScaling scaling = new MeanFieldScaling();
        for (ParameterSpec spec : target.parameters()) {
            if (spec.shape().rank() != 2) continue;
            Tensor t = device.zeros(spec.shape());
            scaling.base(spec, 2).fill(new RandomStream(3), spec.shape(), 0, t);
            double expected = switch (spec.role()) {
                case EMBEDDING, POSITION -> 0.1;
                default -> 0.3 / Math.sqrt(spec.fanIn()) / (spec.residual() ? 2 : 1);
            };
            float[] v = t.toFloats();
            assertEquals(expected, Math.sqrt(dot(v, v) / v.length), 0.03 * expected, spec.name());
        }
    }

    @Test
    void sizesThatCannotBeAreRefused() {
        assertThrows(TensorException.class, () -> new CosineDecoder.Config(0, 1, 1, 1));
        assertThrows(TensorException.class, () -> new CosineDecoder.Config(1, 1, -1, 1));
    }
}
