package org.logah.ghn.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.DType;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.StreamingPredictor;
import org.logah.ghn.assembly.FanInScaling;
import org.logah.ghn.assembly.StdScaling;
import org.logah.ghn.decoder.ConvDecoder;
import org.logah.ghn.decoder.LowRankDecoder;
import org.logah.ghn.encoder.GatedGnn;
import org.logah.ghn.encoder.Graphormer;
import org.logah.ghn.features.Domain;
import org.logah.ghn.features.FeatureConfig;
import org.logah.ghn.graph.GraphForm;
import org.logah.ghn.graph.GraphForm.UntiedHead;
import org.logah.ghn.graph.GraphNode;
import org.logah.ghn.graph.GraphTracer;
import org.logah.ghn.graph.Primitive;
import org.logah.ghn.graph.SmallNetwork;

/**
 * Networks that no family here knows, predicted by a small hypernetwork: the three examples, and one whose parameters have all
 * the shapes and uses that the examples do not.
 */
class ExamplePredictionsTest {
    private static final int BATCH = 2;
    private final CpuDevice device = new CpuDevice(2, KernelChoice.AUTO);

    @AfterEach
    void close() { device.close(); }

    private static HyperNetwork hypernetwork(Domain domain) {
        return new HyperNetwork(new GhnConfig(16, new GraphForm(UntiedHead.BEHIND_NORM, 250),
                FeatureConfig.of(domain, 10), new Graphormer.Config(4, 2),
                new LowRankDecoder.Config(4, 256, 128, 128, 16, LowRankDecoder.Limit.MASK),
                domain == Domain.LANGUAGE ? new StdScaling() : new FanInScaling()));
    }

    private static HyperNetwork convolutional() {
        return new HyperNetwork(new GhnConfig(8, new GraphForm(UntiedHead.BEHIND_NORM, 50),
                FeatureConfig.of(Domain.VISION, 10), new GatedGnn.Config(),
                new ConvDecoder.Config(8, 8, 4, ConvDecoder.Window.CORNER), new FanInScaling()));
    }

    static List<Network> networks() {
        return List.of(new MlpMixer(2, 16, 16, 4, 10), new LayerScaleVit(2, 2, 16, 9, 12, 10),
                new EncoderDecoder(2, 2, 16, 20, 8), odd());
    }

    /** A scalar, learned queries, biases of scores, matrices of three axes, a norm of other names, a gate. */
    private static Network odd() {
        return SmallNetwork.of((f, p, in) -> {
            Variable x = f.layerNorm(Variable.constant(in.get(0)), p.get("gamma"), p.get("beta"), 1e-5);
            Variable k = f.multiply(f.linear(x, f.reshape(p.get("key"), Shape.of(8, 8)), null), p.get("temperature"));
            Variable queries = f.slice(f.concat(0, List.of(p.get("queries"), p.get("queries"))), 0, 0,
                    x.shape().dim(0));
            Variable y = f.crossAttention(queries, k, k, p.get("scores"), 2, false);
            Variable z = f.divide(f.add(y, p.get("shift")), p.get("gate"));
            return f.linear(f.sumTo(z, Shape.of(z.shape().dim(0), 8)), p.get("head"), null);
        }, new ParameterSpec("gamma", Shape.of(8), Role.NORM_WEIGHT),
                new ParameterSpec("beta", Shape.of(8), Role.NORM_BIAS),
                new ParameterSpec("key", Shape.of(2, 4, 8), Role.WEIGHT),
                new ParameterSpec("temperature", Shape.of(), Role.NORM_WEIGHT),
                new ParameterSpec("queries", Shape.of(1, 3, 8), Role.EMBEDDING),
                new ParameterSpec("scores", Shape.of(1, 2, 3, 4), Role.POSITION),
                new ParameterSpec("shift", Shape.of(1, 1, 8), Role.BIAS),
                new ParameterSpec("gate", Shape.of(3, 1), Role.NORM_WEIGHT),
                new ParameterSpec("head", Shape.of(10, 8), Role.WEIGHT));
    }

    /** Hypernetworks for vision and for language know all that these graphs are made of. */
    static Stream<HyperNetwork> hypernetworks() {
        return Stream.of(hypernetwork(Domain.VISION), hypernetwork(Domain.LANGUAGE), convolutional());
    }

    @ParameterizedTest
    @MethodSource("networks")
    void everyParameterHasANode(Network network) {
        List<GraphNode> nodes = GraphTracer.trace(network).nodes();
        for (ParameterSpec s : network.parameters()) {
            long carried = nodes.stream().filter(n -> s.name().equals(n.parameter()) || s.name().equals(n.normBias()))
                    .count();
            assertEquals(s.role() == Role.TOKEN ? 0 : 1, carried, s.name());
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void predictionsAreFiniteAndOfTheRightSize(Network network) {
        Map<String, Primitive> primitives = new HashMap<>();
        GraphTracer.trace(network).nodes().stream().filter(n -> n.parameter() != null)
                .forEach(n -> primitives.put(n.parameter(), n.primitive()));
        hypernetworks().forEach(ghn -> {
            Parameters weights = ghn.initialized(device, new RandomStream(1));
            try (Tape tape = Tape.inference(device)) {
                Parameters predicted = ghn.predict(new Functions(tape), weights, network, new RandomStream(2))
                        .parameters();
                for (ParameterSpec s : network.parameters()) {
                    Tensor t = predicted.get(s.name()).value();
                    assertEquals(s.shape(), t.shape(), s.name());
                    double most = 0;
                    for (float v : t.toFloats()) {
                        assertTrue(Float.isFinite(v), s.name());
                        most = Math.max(most, Math.abs(v));
                        Primitive primitive = primitives.get(s.name());
                        boolean factor = primitive == Primitive.BN || primitive == Primitive.LN;
                        if (factor) assertEquals(1, v, 0.5, "a factor starts near 1: " + s.name());
                    }
                    if (s.role() != Role.TOKEN) assertTrue(most > 1e-6 && most < 10, s.name() + " up to " + most);
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("networks")
    void theLossHasAGradientToEveryPartOfTheHypernetwork(Network network) {
        HyperNetwork ghn = hypernetwork(Domain.LANGUAGE);
        Parameters weights = ghn.initialized(device, new RandomStream(3));
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            Parameters predicted = ghn.predict(f, weights, network, new RandomStream(4)).parameters();
            predicted.all().forEach(Variable::keepGradient);
            Variable logits = network.forward(f, predicted, inputs(network));
            int[] targets = new int[logits.shape().rows()];
            for (int i = 0; i < targets.length; i++) targets[i] = i % logits.shape().last();
            Variable rows = f.reshape(logits, Shape.of(targets.length, logits.shape().last()));
            Variable loss = f.crossEntropy(rows, device.ofInts(Shape.of(targets.length), targets), 0);
            assertEquals(Math.log(logits.shape().last()), loss.value().item(), 1.5);
            tape.backward(loss);
            for (Variable v : predicted.all()) {
                assertNotNull(v.gradient(), v.name());
                for (float g : v.gradient().toFloats()) assertTrue(Float.isFinite(g), v.name());
            }
            for (GraphNode n : GraphTracer.trace(network).nodes())
                if (n.primitive() == Primitive.BN)
                    assertTrue(norm(predicted.get(n.requireParameter()).gradient()) > 0, n.parameter());
        }
        double all = 0;
        for (Variable v : weights.all()) if (v.gradient() != null) all += norm(v.gradient());
        assertTrue(Double.isFinite(all) && all > 1e-3, "gradient of the hypernetwork " + all);
    }

    private static double norm(Tensor t) {
        double sum = 0;
        for (float v : t.toFloats()) sum += (double) v * v;
        return Math.sqrt(sum);
    }

    /** Two of each, random; tokens of both inputs have lengths of their own. */
    private List<Tensor> inputs(Network network) {
        RandomStream random = new RandomStream(5);
        List<Tensor> examples = network.exampleInputs(device);
        return examples.stream().map(t -> {
            if (t.type() == DType.I32) {
                int length = 3 + 2 * examples.indexOf(t);
                int[] tokens = new int[BATCH * length];
                for (int i = 0; i < tokens.length; i++) tokens[i] = random.nextInt(20);
                return device.ofInts(Shape.of(BATCH, length), tokens);
            }
            Shape shape = network instanceof SmallNetwork ? t.shape() : t.shape().with(0, BATCH);
            Tensor values = device.allocate(shape, DType.F32);
            random.fillNormal(values, 0, 1);
            return values;
        }).toList();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void streamingWritesWhatIsPredicted(Network network) {
        hypernetworks().forEach(ghn -> {
            Parameters weights = ghn.initialized(device, new RandomStream(6));
            Map<String, Tensor> written = new HashMap<>();
            new StreamingPredictor(ghn, weights, device).predict(network, new RandomStream(7),
                    (name, first, values) -> {
                        Tensor t = written.computeIfAbsent(name, n -> device.zeros(network.shapes().get(n)));
                        t.reshape(Shape.of((int) t.elements())).slice((int) first, (int) values.elements())
                                .set(values.reshape(Shape.of((int) values.elements())));
                    }, _ -> {});
            try (Tape tape = Tape.inference(device)) {
                Parameters expected = ghn.predict(new Functions(tape), weights, network, new RandomStream(7))
                        .parameters();
                assertEquals(expected.names(), written.keySet().isEmpty() ? null : network.shapes().keySet());
                for (String name : expected.names()) {
                    float[] e = expected.get(name).value().toFloats();
                    double size = 1e-6;
                    for (float v : e) size = Math.max(size, Math.abs(v));
                    assertArrayEquals(e, written.get(name).toFloats(), (float) (2e-6 * size), name);
                }
            }
        });
    }

    /** The encoder's part changes what the decoder says, and the decoder sees no later target. */
    @Test
    void theDecoderHearsTheEncoder() {
        EncoderDecoder network = new EncoderDecoder(1, 2, 16, 20, 8);
        HyperNetwork ghn = hypernetwork(Domain.LANGUAGE);
        Parameters weights = ghn.initialized(device, new RandomStream(8));
        try (Tape tape = Tape.inference(device)) {
            Functions f = new Functions(tape);
            Parameters p = ghn.predict(f, weights, network, new RandomStream(9)).parameters();
            Tensor target = device.ofInts(Shape.of(1, 3), 1, 2, 3);
            float[] one = network.forward(f, p, List.of(device.ofInts(Shape.of(1, 4), 1, 2, 3, 4), target)).value()
                    .toFloats();
            float[] other = network.forward(f, p, List.of(device.ofInts(Shape.of(1, 2), 9, 8), target)).value()
                    .toFloats();
            double difference = 0;
            for (int i = 0; i < one.length; i++) difference = Math.max(difference, Math.abs(one[i] - other[i]));
            assertTrue(difference > 1e-4, "another source changes logits by " + difference);
            float[] later = network.forward(f, p, List.of(device.ofInts(Shape.of(1, 4), 1, 2, 3, 4),
                    device.ofInts(Shape.of(1, 3), 1, 2, 17))).value().toFloats();
            for (int i = 0; i < 2 * 20; i++) assertEquals(one[i], later[i], 1e-6);
        }
    }
}
