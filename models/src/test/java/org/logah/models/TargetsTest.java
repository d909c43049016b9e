package org.logah.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;

class TargetsTest {
    private final Device device = new CpuDevice(2, KernelChoice.AUTO);

    @AfterEach
    void close() { device.close(); }

    /** The counts that Hugging Face and torchvision print. */
    @ParameterizedTest
    @CsvSource({"gpt2, 124439808", "gpt2-medium, 354823168", "gpt2-large, 774030080", "gpt2-xl, 1557611200",
            "vit-base, 86567656",
            "vit-large, 304326632", "llama-2-7b, 6738415616", "llama-3-8b, 8030261248", "'gpt2:tied=false', 163037184"})
    void namedModelsHaveTheirPublishedSizes(String name, long count) {
        assertEquals(count, ModelCatalog.parse(name).parameterCount());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "bert:layers=2 | unknown model 'bert'; there are sizes of gpt2, llama, vit; logah train --help lists all models",
            "gpt3 | unknown model 'gpt3'; did you mean gpt2? logah train --help lists all models",
            "gpt2:heads=7 | 7 heads do not divide width 768",
            "gpt2:width=x | width=x is not a whole number",
            "gpt2:depth=3 | no option 'depth'; there are layers, heads, width",
            "gpt2:layers=2,layers=3 | 'layers' is given twice",
            "gpt2:layers | 'layers' is not key=value",
            "gpt2:layers=0 | gpt2: layers 0 must be positive; it may be 1 to 4096",
            "gpt2:layers=100000 | gpt2: layers 100000 is too large; it may be 1 to 4096",
            "llama:layers=10000000 | llama: layers 10000000 is too large",
            "vit:width=2147483647 | vit: width 2147483647",
            "gpt2:width=4194304 | gpt2: mlp 16777216 is too large", "vit:image=2147483647 | vit: image 2147483647",
            "llama:vocabulary=2147483647 | llama: vocabulary 2147483647",
            "vit-base:patch=15 | patches of 15 do not divide",
            "gpt2:tied=maybe | neither true nor false",
            "llama:kvheads=3 | 3 kvheads do not divide 32 heads",
            "llama:width=96 | heads of 3 entries cannot be turned"})
    void wrongNamesAreExplained(String name, String message) {
        String found = assertThrows(TensorException.class, () -> ModelCatalog.parse(name)).getMessage();
        assertTrue(found.contains(message), found);
    }

    /** What a layer of classes is, follows from it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "gpt2:layers=1,heads=2,width=16,vocabulary=20,tied=false | transformer.wte.weight lm_head.weight",
            "gpt2:layers=1,heads=2,width=16,vocabulary=20,tied=true | transformer.wte.weight",
            "llama:layers=1,heads=2,width=16,vocabulary=20,tied=false | model.embed_tokens.weight lm_head.weight",
            "vit:layers=1,heads=2,width=16,classes=20 | heads.head.weight heads.head.bias"})
    void networksWithOtherClassesDifferInTheLayerOfClasses(String name, String differing) {
        TargetNetwork network = ModelCatalog.parse(name);
        TargetNetwork other = network.withClasses(30);
        assertEquals(30, other.classes());
        assertEquals(network.describe(), other.withClasses(20).describe());
        assertEquals(List.of(differing.split(" ")), network.parameters().stream().map(ParameterSpec::name)
                .filter(n -> !network.shapes().get(n).equals(other.shapes().get(n))).toList());
        assertThrows(TensorException.class, () -> network.withClasses(0));
    }

    @Test
    void descriptionsNameTheSameModelAgain() {
        for (String name : ModelCatalog.names()) {
            TargetNetwork network = ModelCatalog.parse(name);
            TargetNetwork again = ModelCatalog.parse(network.describe());
            assertEquals(network.shapes(), again.shapes());
            assertEquals(network.describe(), again.describe());
        }
    }

    /** Files tell models apart by their descriptions; Arabic and other locales have digits of their own. */
    @Test
    void descriptionsAreTheSameInEveryLocale() {
        Locale before = Locale.getDefault();
        for (String name : List.of("gpt2", "llama-2-7b", "vit-tiny")) {
            String said = ModelCatalog.parse(name).describe();
            try {
                Locale.setDefault(Locale.forLanguageTag("ar-EG"));
                assertEquals("\u0662", String.format("%d", 2), "the locale has its own digits");
                assertEquals(said, ModelCatalog.parse(name).describe());
            } finally {
                Locale.setDefault(before);
            }
        }
    }

    /** The bits of loss and gradients; and of the memory for them, the blocks' inside is no part. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2:layers=6,heads=2,width=16,vocabulary=20,positions=64,tied=false",
            "llama:layers=6,heads=4,kvheads=2,width=16,mlp=24,vocabulary=20,positions=64",
            "vit:layers=6,heads=2,width=16,image=32,patch=4,classes=10"})
    void recomputingBlocksChangesNoNumber(String name) {
        TargetNetwork network = ModelCatalog.parse(name);
        Parameters p = network.initialized(device, Initialization.XAVIER, new RandomStream(3));
        float[][] kept = gradients(network, p, false);
        long all = device.pool().report().peak();
        float[][] recomputed = gradients(network, p, true);
        for (int i = 0; i < kept.length; i++) assertArrayEquals(kept[i], recomputed[i]);
        assertTrue(device.pool().report().peak() < 0.6 * all, device.pool().report().peak() + " of " + all);
    }

    private float[][] gradients(TargetNetwork network, Parameters p, boolean again) {
        DataFormat data = network.data();
        Tensor input = data.kind() == DataKind.TOKENS
                ? device.ofInts(Shape.of(2, 64), IntStream.range(0, 128).map(i -> i * 7 % 20).toArray())
                : network.exampleInput(device);
        int[] targets = data.kind() == DataKind.TOKENS
                ? IntStream.range(-1, 127).map(i -> i * 7 % 20).toArray()
                : new int[]{3};
        p.clearGradients();
        device.pool().resetPeak();
        try (Tape tape = Tape.freeing(device)) {
            Functions f = new Functions(tape);
            Variable loss = network.loss(again ? f.recomputing() : f, p, input,
                    device.ofInts(Shape.of(targets.length), targets));
            tape.backward(loss);
            return p.all().stream().map(v -> v.gradient().toFloats()).toArray(float[][]::new);
        }
    }

    @ParameterizedTest
    @EnumSource(Initialization.class)
    void initializersHaveTheirVariance(Initialization how) {
        TargetNetwork network = new Gpt2(Gpt2Config.of(2, 4, 64, 100, 32, false));
        Parameters p = network.initialized(device, how, new RandomStream(1));
        for (ParameterSpec s : network.parameters()) {
            float[] v = p.get(s.name()).value().toFloats();
            double squares = 0;
            for (float x : v) squares += (double) x * x;
            double deviation = Math.sqrt(squares / v.length);
            switch (s.role()) {
                case NORM_WEIGHT -> assertEquals(1, deviation, 0);
                case BIAS, NORM_BIAS -> assertEquals(0, deviation, 0);
                case EMBEDDING, POSITION -> assertEquals(0.02, deviation, 0.002);
                default -> {
                    double wanted = switch (how) {
                        case RANDOM -> s.residual() ? 0.01 : 0.02;
                        case ORTHOGONAL -> 1 / Math.sqrt(Math.max(s.shape().dim(0), s.shape().dim(1)));
                        case XAVIER -> Math.sqrt(2.0 / (s.fanIn() + s.fanOut()));
                        case KAIMING -> Math.sqrt(2.0 / s.fanIn());
                        case LECUN -> Math.sqrt(1.0 / s.fanIn());
                    };
                    assertEquals(wanted, deviation, 0.06 * wanted, how + " " + s.name());
                }
            }
        }
    }

    /** The maps whose output is added to the residual stream, by the names that their libraries give them. */
    @ParameterizedTest
    @CsvSource({"'gpt2:layers=2', '[.](attn|mlp)[.]c_proj[.](weight|bias)', 8",
            "'llama:layers=2', '[.](self_attn[.]o_proj|mlp[.]down_proj)[.]weight', 4",
            "'vit-tiny:layers=2', '[.](self_attention[.]out_proj|mlp[.]3)[.](weight|bias)', 8"})
    void residualMapsAreMarked(String model, String names, int count) {
        List<String> marked = ModelCatalog.parse(model).parameters().stream().filter(ParameterSpec::residual)
                .map(ParameterSpec::name).toList();
        List<String> wanted = ModelCatalog.parse(model).shapes().keySet().stream()
                .filter(Pattern.compile(names).asPredicate()).toList();
        assertEquals(count, wanted.size());
        assertEquals(wanted, marked);
    }

    /** Maps of queries or keys alone; GPTs and vision transformers have queries, keys and values in one. */
    @Test
    void mapsIntoScoresAreMarked() {
        for (String model : ModelCatalog.names()) {
            TargetNetwork network = ModelCatalog.parse(model);
            for (ParameterSpec spec : network.parameters())
                assertEquals(spec.name().matches(".*\\.self_attn\\.[qk]_proj\\.weight"),
                        spec.output() == ParameterSpec.Output.SCORES, spec.name());
        }
    }

    @Test
    void orthogonalRowsAreOrthonormal() {
        TargetNetwork network = new Vit(VitConfig.of(1, 2, 32, 8, 32, 10));
        float[] w = network.initialized(device, Initialization.ORTHOGONAL, new RandomStream(1))
                .get("encoder.layers.encoder_layer_0.mlp.3.weight").value().toFloats();
        for (int i = 0; i < 32; i++) {
            for (int j = 0; j < 32; j++) {
                double dot = 0;
                for (int k = 0; k < 128; k++) dot += (double) w[i * 128 + k] * w[j * 128 + k];
                assertEquals(i == j ? 1 : 0, dot, 1e-5);
            }
        }
    }

    @Test
    void visionStartsLikeTorchvision() {
        TargetNetwork network = new Vit(VitConfig.of(1, 2, 64, 4, 32, 10));
        Parameters p = network.initialized(device, Initialization.RANDOM, new RandomStream(1));
        try (Tape tape = Tape.inference(device)) {
            Tensor images = device.zeros(Shape.of(2, 3, 32, 32));
            Variable loss = network.loss(new Functions(tape), p, images, device.ofInts(Shape.of(2), 1, 2));
            assertEquals(Math.log(10), loss.value().item(), 1e-6, "a head of zeros knows nothing");
            assertThrows(TensorException.class,
                    () -> network.forward(new Functions(tape), p, device.zeros(Shape.of(2, 3, 16, 16))));
        }
    }
}
