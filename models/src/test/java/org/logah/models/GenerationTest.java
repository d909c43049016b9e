package org.logah.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.engine.Bf16;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.llama.Llama;
import org.logah.models.llama.LlamaConfig;
import org.logah.models.text.LanguageModel;
import org.logah.models.text.NoTokenException;
import org.logah.models.text.TextGenerator;
import org.logah.models.text.TextGenerator.Sampling;

class GenerationTest {
    private final Device device = new CpuDevice(2, KernelChoice.AUTO);

    @AfterEach
    void close() { device.close(); }

    static List<LanguageModel> models() {
        return List.of(new Gpt2(Gpt2Config.of(3, 4, 32, 61, 40, false)),
                new Llama(new LlamaConfig(3, 4, 2, 32, 48, 61, 40, 10_000, false)),
                new Llama(new LlamaConfig(2, 4, 4, 32, 48, 61, 40, 500_000, true)));
    }

    /** Wide enough for the kernel that reads BF16 in place; the peer holds the same rounded numbers as floats. */
    @Test
    void weightsInBf16GenerateWhatTheirRoundedValuesDo() {
        Gpt2 model = new Gpt2(Gpt2Config.of(2, 4, 256, 1300, 40, true));
        Parameters half = TextGenerator.halved(model.initialized(device, Initialization.XAVIER, new RandomStream(3)));
        Parameters rounded = half.map(v -> Variable.constant(Bf16.widened(v.value())));
        int[] prompt = {5, 17, 44};
        assertArrayEquals(generate(model, rounded, prompt), generate(model, half, prompt));
    }

    private int[] generate(LanguageModel model, Parameters p, int[] prompt) {
        return new TextGenerator(model, p, device).generate(prompt, 20, Sampling.GREEDY, new RandomStream(1), _ -> {});
    }

    @ParameterizedTest
    @MethodSource("models")
    void cachedGenerationGivesWhatTheWholeSequenceGives(LanguageModel model) {
        Parameters p = model.initialized(device, Initialization.XAVIER, new RandomStream(3));
        int[] prompt = {5, 17, 44};
        List<Integer> told = new ArrayList<>();
        int[] found = new TextGenerator(model, p, device).generate(prompt, 20, Sampling.GREEDY, new RandomStream(1),
                told::add);
        assertEquals(20, told.size());
        int[] all = new int[23];
        System.arraycopy(prompt, 0, all, 0, 3);
        for (int i = 0; i < 20; i++) {
            int[] seen = Arrays.copyOf(all, 3 + i);
            try (Tape tape = Tape.inference(device)) {
                Tensor logits = model.forward(new Functions(tape), p, device.ofInts(Shape.of(1, seen.length), seen))
                        .value();
                float[] last = logits.reshape(Shape.of(seen.length, 61)).slice(seen.length - 1, 1).toFloats();
                int best = 0;
                for (int j = 0; j < last.length; j++) if (last[j] > last[best]) best = j;
                assertEquals(best, found[i], "token " + i);
            }
            all[3 + i] = found[i];
        }
    }

    @Test
    void samplingStaysAmongTheLikeliest() {
        Gpt2 model = new Gpt2(Gpt2Config.of(1, 2, 16, 50, 30, true));
        Parameters p = model.initialized(device, Initialization.XAVIER, new RandomStream(3));
        TextGenerator g = new TextGenerator(model, p, device);
        int[] greedy = g.generate(new int[]{1}, 10, Sampling.GREEDY, new RandomStream(1), _ -> {});
        int[] one = g.generate(new int[]{1}, 10, new Sampling(1.5, 1), new RandomStream(2), _ -> {});
        assertArrayEquals(greedy, one);
        int[] a = g.generate(new int[]{1}, 25, new Sampling(1, 0), new RandomStream(2), _ -> {});
        int[] b = g.generate(new int[]{1}, 25, new Sampling(1, 0), new RandomStream(2), _ -> {});
        assertArrayEquals(a, b);
        assertThrows(TensorException.class, () -> new Sampling(-1, 0));
        assertEquals("generate: -1 tokens cannot be added",
                assertThrows(TensorException.class, () -> new TextGenerator(models().get(0), new Parameters(), device)
                        .generate(new int[]{1}, -1, Sampling.GREEDY, new RandomStream(1), _ -> {})).getMessage());
        assertThrows(TensorException.class,
                () -> g.generate(new int[0], 1, Sampling.GREEDY, new RandomStream(1), _ -> {}));
    }

    /** Wherever the logit stands that is no number, and however the token is drawn. */
    @ParameterizedTest
    @CsvSource({"0, NaN, NaN", "7, NaN, NaN", "0, Infinity, Infinity", "7, Infinity, Infinity"})
    void logitsThatAreNotFiniteAreRefused(int token, float weight, String said) {
        Gpt2 model = new Gpt2(Gpt2Config.of(1, 2, 16, 50, 30, false));
        Parameters p = model.initialized(device, Initialization.XAVIER, new RandomStream(3));
        // A norm that gives ones, and a row that makes of them the logit.
        float[] ones = new float[16];
        Arrays.fill(ones, 1);
        float[] row = new float[16];
        row[3] = weight;
        p.get("transformer.ln_f.weight").value().set(new float[16]);
        p.get("transformer.ln_f.bias").value().set(ones);
        p.get("lm_head.weight").value().slice(token, 1).set(row);
        for (Sampling sampling : List.of(Sampling.GREEDY, new Sampling(1, 0), new Sampling(0.8, 3))) {
            String message = assertThrows(NoTokenException.class, () -> new TextGenerator(model, p, device)
                    .generate(new int[]{1}, 5, sampling, new RandomStream(1), _ -> {})).getMessage();
            assertEquals("generate: a logit is " + said
                    + ", so no token can be chosen; the weights give no finite numbers", message);
        }
        assertThrows(TensorException.class, () -> new Sampling(Double.NaN, 0));
    }

    @ParameterizedTest
    @MethodSource("models")
    void aCausalModelDoesNotSeeTheFuture(LanguageModel model) {
        Parameters p = model.initialized(device, Initialization.XAVIER, new RandomStream(3));
        float[] a = logits(model, p, 1, 2, 3, 4, 5, 6);
        float[] b = logits(model, p, 1, 2, 3, 9, 9, 9);
        for (int i = 0; i < 3 * 61; i++) assertEquals(a[i], b[i]);
        assertTrue(a[3 * 61] != b[3 * 61]);
    }

    private float[] logits(LanguageModel model, Parameters p, int... tokens) {
        try (Tape tape = Tape.inference(device)) {
            return model.forward(new Functions(tape), p, device.ofInts(Shape.of(1, tokens.length), tokens)).value()
                    .toFloats();
        }
    }
}
