package org.logah.ghn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork.Prediction;
import org.logah.ghn.assembly.FanInScaling;
import org.logah.ghn.assembly.MeanFieldScaling;
import org.logah.ghn.assembly.PaperScaling;
import org.logah.ghn.assembly.Scaling;
import org.logah.ghn.assembly.StdScaling;
import org.logah.ghn.decoder.ConvDecoder;
import org.logah.ghn.decoder.LowRankDecoder;
import org.logah.ghn.encoder.EncoderConfig;
import org.logah.ghn.encoder.GatedGnn;
import org.logah.ghn.encoder.Graphormer;
import org.logah.ghn.features.Domain;
import org.logah.ghn.features.FeatureConfig;
import org.logah.ghn.graph.GraphForm;
import org.logah.ghn.graph.GraphForm.UntiedHead;
import org.logah.models.TargetNetwork;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.llama.Llama;
import org.logah.models.llama.LlamaConfig;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;

class HyperNetworkTest {
    @TempDir
    Path folder;
    private final CpuDevice device = new CpuDevice(2, KernelChoice.AUTO);

    @AfterEach
    void close() { device.close(); }

    private static final EncoderConfig GRAPHORMER = new Graphormer.Config(4, 2);
    private static final EncoderConfig GATED_GNN = new GatedGnn.Config();

    private static GhnConfig small(EncoderConfig encoder, Domain domain, Scaling scaling) {
        return small(16, encoder, domain, scaling);
    }

    private static GhnConfig small(int hidden, EncoderConfig encoder, Domain domain, Scaling scaling) {
        return new GhnConfig(hidden, new GraphForm(UntiedHead.BEHIND_NORM, 250), FeatureConfig.of(domain, 10), encoder,
                new LowRankDecoder.Config(4, 256, 128, 128, 16, LowRankDecoder.Limit.MASK), scaling);
    }

    private static GhnConfig convolutional(EncoderConfig encoder, ConvDecoder.Window window) {
        return new GhnConfig(8, new GraphForm(UntiedHead.BEHIND_NORM, 50), FeatureConfig.of(Domain.VISION, 10), encoder,
                new ConvDecoder.Config(8, 8, 4, window), new FanInScaling());
    }

    static List<EncoderConfig> encoders() { return List.of(GRAPHORMER, GATED_GNN); }

    private static List<TargetNetwork> languageModels() {
        return List.of(new Gpt2(Gpt2Config.of(1, 2, 16, 50, 8, false)), new Gpt2(Gpt2Config.of(3, 2, 24, 50, 8, false)),
                new Gpt2(Gpt2Config.of(2, 4, 8, 50, 8, true)),
                new Llama(new LlamaConfig(2, 4, 2, 16, 24, 50, 8, 100, false)));
    }

    /** The published counts: 10 classes, with the tensors that the reference's files carry and never use. */
    @ParameterizedTest
    @CsvSource({"tiny, VISION, 2540380", "tiny, LANGUAGE, 2540620", "small, VISION, 21412794",
            "small, LANGUAGE, 21413274", "base, VISION, 78231892", "base, LANGUAGE, 78232852",
            "large, VISION, 289423316", "large, LANGUAGE, 289424276", "ghn3-t, VISION, 6777932",
            "ghn3-t, LANGUAGE, 6778172",
            "ghn3-s, VISION, 35554948", "ghn3-l, VISION, 214160100"})
    void variantsHaveExactlyTheirParameters(String name, Domain domain, long count) {
        assertEquals(count, new HyperNetwork(Variant.parse(name).config(domain)).parameterCount());
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void aBatchGivesEachGraphWhatItGetsAlone(EncoderConfig encoder) {
        HyperNetwork ghn = new HyperNetwork(small(encoder, Domain.LANGUAGE, new StdScaling()));
        Parameters weights = ghn.initialized(device, new RandomStream(1));
        List<float[]> together = new ArrayList<>();
        List<float[]> gradientsTogether = new ArrayList<>();
        Map<String, double[]> sums = new HashMap<>();
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            List<Prediction> all = ghn.predictAll(f, weights, languageModels(), new RandomStream(2));
            Variable total = null;
            for (int i = 0; i < all.size(); i++) {
                all.get(i).parameters().all().forEach(Variable::keepGradient);
                Variable loss = loss(f, languageModels().get(i), all.get(i).parameters());
                total = total == null ? loss : f.add(total, loss);
            }
            tape.backward(total);
            for (Prediction p : all) {
                p.parameters().all().forEach(v -> {
                    together.add(v.value().toFloats());
                    gradientsTogether.add(v.gradient().toFloats());
                });
            }
        }
        Parameters again = ghn.initialized(device, new RandomStream(1));
        int at = 0;
        for (TargetNetwork target : languageModels()) {
            Parameters alone = again.map(v -> Variable.parameter(v.name(), v.value()));
            try (Tape tape = new Tape(device)) {
                Functions f = new Functions(tape);
                Parameters predicted = ghn.predict(f, alone, target, new RandomStream(2)).parameters();
                predicted.all().forEach(Variable::keepGradient);
                tape.backward(loss(f, target, predicted));
                for (Variable v : predicted.all()) {
                    assertArrayEquals(together.get(at), v.value().toFloats(), v.name());
                    assertArrayEquals(gradientsTogether.get(at++), v.gradient().toFloats(), v.name());
                }
            }
            for (String name : alone.names()) {
                Tensor g = alone.get(name).gradient();
                if (g == null) continue;
                double[] sum = sums.computeIfAbsent(name, _ -> new double[Math.toIntExact(g.elements())]);
                for (int i = 0; i < sum.length; i++) sum[i] += g.get(i);
            }
        }
        sums.forEach((name, sum) -> {
            float[] found = weights.get(name).gradient().toFloats();
            // One number added to all scores of a head changes nothing: that bias has rounding for a gradient.
            double size = name.endsWith("proj_e.2.bias") ? 1e-2 : 1e-6;
            for (double v : sum) size = Math.max(size, Math.abs(v));
            for (int i = 0; i < sum.length; i++) assertEquals(sum[i], found[i], 1e-5 * size, name);
        });
    }

    private Variable loss(Functions f, TargetNetwork target, Parameters p) {
        return target.loss(f, p, device.ofInts(Shape.of(1, 4), 1, 2, 3, 4), device.ofInts(Shape.of(4), 2, 3, 4, 5));
    }

    @ParameterizedTest
    @CsvSource({"graphormer, std", "graphormer, paper", "graphormer, fan-in", "graphormer, mean-field",
            "gatedgnn, std"})
    void streamingWritesWhatTheTapePredicts(String encoder, String scaling) {
        EncoderConfig config = encoder.equals("graphormer") ? GRAPHORMER : GATED_GNN;
        HyperNetwork ghn = new HyperNetwork(small(config, Domain.LANGUAGE, Scaling.parse(scaling)));
        // 300 tokens are more rows than the mask's 256: the rest is copied.
        assertStreams(ghn, new Gpt2(Gpt2Config.of(2, 2, 24, 300, 8, false)));
        assertStreams(ghn, new Gpt2(Gpt2Config.of(1, 2, 24, 20, 8, true)));
        assertStreams(ghn, new Llama(new LlamaConfig(2, 4, 2, 24, 40, 300, 8, 100, false)));
    }

    @Test
    void streamingWritesVisionModelsToo() {
        assertStreams(new HyperNetwork(small(GRAPHORMER, Domain.VISION, new FanInScaling())),
                new Vit(VitConfig.of(2, 2, 24, 8, 32, 10)));
        assertStreams(new HyperNetwork(small(GRAPHORMER, Domain.VISION, new MeanFieldScaling())),
                new Vit(VitConfig.of(1, 2, 12, 8, 32, 10)));
        assertStreams(new HyperNetwork(convolutional(new Graphormer.Config(2, 1), ConvDecoder.Window.CENTRE)),
                new Vit(VitConfig.of(1, 2, 12, 8, 32, 10)));
        assertStreams(new HyperNetwork(convolutional(GATED_GNN, ConvDecoder.Window.CORNER)),
                new Vit(VitConfig.of(1, 2, 12, 8, 32, 10)));
    }

    private void assertStreams(HyperNetwork ghn, Network target) {
        Parameters weights = ghn.initialized(device, new RandomStream(5));
        Map<String, Tensor> written = new HashMap<>();
        List<String> told = new ArrayList<>();
        new StreamingPredictor(ghn, weights, device).predict(target, new RandomStream(6), (name, first, values) -> {
            Tensor t = written.computeIfAbsent(name, n -> device.zeros(target.shapes().get(n)));
            Tensor flat = t.reshape(Shape.of((int) t.elements()));
            flat.slice((int) first, (int) values.elements()).set(values);
        }, told::add);
        assertEquals(target.parameters().size(), told.size());
        try (Tape tape = Tape.inference(device)) {
            Parameters expected = ghn.predict(new Functions(tape), weights, target, new RandomStream(6)).parameters();
            assertEquals(expected.names(), target.shapes().keySet());
            for (String name : expected.names()) {
                float[] e = expected.get(name).value().toFloats();
                double size = 1e-6;
                for (float v : e) size = Math.max(size, Math.abs(v));
                assertArrayEquals(e, written.get(name).toFloats(), (float) (2e-6 * size), name);
            }
        }
    }

    @Test
    void widthsBeyondTheMaskAreRefused() {
        HyperNetwork ghn = new HyperNetwork(small(GRAPHORMER, Domain.LANGUAGE, new StdScaling()));
        Parameters weights = ghn.initialized(device, new RandomStream(1));
        try (Tape tape = Tape.inference(device)) {
            String message = assertThrows(TensorException.class, () -> ghn.predict(new Functions(tape), weights,
                    new Gpt2(Gpt2Config.of(1, 2, 128, 20, 8, true)), new RandomStream(1))).getMessage();
            assertTrue(message.contains("K = 256"), message);
        }
    }

    /** What a vision hypernetwork has no embedding for; GPT-2's parts are those of a ViT, and only its user can tell. */
    @Test
    void languageModelsNeedALanguageHypernetwork() {
        Llama llama = new Llama(new LlamaConfig(1, 2, 1, 16, 24, 50, 8, 100, false));
        HyperNetwork vision = new HyperNetwork(small(GRAPHORMER, Domain.VISION, new FanInScaling()));
        Parameters weights = vision.initialized(device, new RandomStream(1));
        String expected = "hypernetwork: it knows no primitive 'rmsnorm', only [a-z_, ]+; use one made for language models";
        try (Tape tape = Tape.inference(device)) {
            String message = assertThrows(TensorException.class,
                    () -> vision.predict(new Functions(tape), weights, llama, new RandomStream(1))).getMessage();
            assertTrue(message.matches(expected), message);
        }
        String streaming = assertThrows(TensorException.class, () -> new StreamingPredictor(vision, weights, device)
                .predict(llama, new RandomStream(1), (_, _, _) -> {}, _ -> {})).getMessage();
        assertTrue(streaming.matches(expected), streaming);
    }

    @Test
    void namesAndSizesThatCannotBeAreRefused() {
        assertRefused("variant 'huge': choose one of tiny, small, base, large, ghn3-t, ", () -> Variant.parse("huge"));
        assertRefused("graphormer: 3 heads do not divide hidden size 16",
                () -> small(new Graphormer.Config(3, 1), Domain.LANGUAGE, new StdScaling()));
        assertRefused("hypernetwork: hidden size 18 is not a multiple of 4",
                () -> small(18, GATED_GNN, Domain.LANGUAGE, new StdScaling()));
        assertRefused("scaling 'none': there are ", () -> Scaling.parse("none"));
    }

    private static void assertRefused(String start, Executable making) {
        String message = assertThrows(TensorException.class, making).getMessage();
        assertTrue(message.startsWith(start), message);
    }

    @Test
    void filesCarryTheirConfiguration() throws IOException {
        for (GhnConfig config : List.of(small(GRAPHORMER, Domain.LANGUAGE, new PaperScaling()),
                small(GATED_GNN, Domain.VISION, new FanInScaling()),
                convolutional(GRAPHORMER, ConvDecoder.Window.CENTRE),
                Variant.MINI.config(Domain.LANGUAGE).withClasses(7))) {
            Path file = folder.resolve("ghn.safetensors");
            HyperNetwork ghn = new HyperNetwork(config);
            Parameters weights = ghn.initialized(device, new RandomStream(9));
            GhnFile.write(file, config, weights.values(), Map.of());
            GhnFile.Loaded loaded = GhnFile.read(file, device);
            assertEquals(config, loaded.network().config());
            for (String name : weights.names())
                assertArrayEquals(weights.get(name).value().toFloats(),
                        loaded.parameters().get(name).value().toFloats());
        }
    }

    @Test
    void aFileOfAnotherVariantIsRefused() throws IOException {
        Path file = folder.resolve("mixed.safetensors");
        Parameters weights = new HyperNetwork(small(GATED_GNN, Domain.LANGUAGE, new StdScaling())).initialized(device,
                new RandomStream(9));
        GhnFile.write(file, small(GRAPHORMER, Domain.LANGUAGE, new StdScaling()), weights.values(), Map.of());
        String message = assertThrows(FileFormatException.class, () -> GhnFile.read(file, device)).getMessage();
        assertTrue(message.contains("which the variant in its header has"), message);
        GhnFile.write(file, small(32, GATED_GNN, Domain.LANGUAGE, new StdScaling()), weights.values(), Map.of());
        assertTrue(assertThrows(FileFormatException.class, () -> GhnFile.read(file, device)).getMessage()
                .contains("the variant in its header has"));
    }
}
