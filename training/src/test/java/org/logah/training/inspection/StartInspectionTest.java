package org.logah.training.inspection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.models.Initialization;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;

class StartInspectionTest {
    private static final String TABLE = "transformer.wte.weight";
    private final CpuDevice device = new CpuDevice(2, KernelChoice.AUTO);
    private final TargetNetwork gpt = ModelCatalog
            .parse("gpt2:layers=3,heads=2,width=48,vocabulary=256,positions=32,tied=false");

    @AfterEach
    void close() { device.close(); }

    private Parameters start(TargetNetwork network, Initialization how) {
        return network.initialized(device, how, new RandomStream(3));
    }

    private static void scale(Tensor t, double by) { t.device().kernels().affine((float) by, 0f, t, t); }

    @Test
    void singularValuesAreThoseOfADiagonal() {
        Tensor w = device.of(Shape.of(2, 3), 3, 0, 0, 0, -4, 0);
        Spectrum s = Spectrum.of(w, 25, device);
        assertEquals(4, s.largest(), 1e-4);
        assertEquals(25.0 / 16, s.stableRank(), 1e-4);
        assertEquals(0, Spectrum.of(device.zeros(Shape.of(2, 2)), 0, device).largest());
    }

    static List<String> models() {
        return List.of("gpt2:layers=3,heads=2,width=48,vocabulary=256,positions=32,tied=false",
                "llama-2-7b:layers=2,heads=2,kvheads=1,width=32,mlp=64,vocabulary=100,positions=32",
                "vit-tiny:layers=2,heads=2,width=32,patch=8,image=32,classes=10");
    }

    @ParameterizedTest
    @MethodSource("models")
    void aRandomStartHasNothingAgainstIt(String model) {
        TargetNetwork network = ModelCatalog.parse(model);
        StartInspection found = StartInspection.of(network, start(network, Initialization.RANDOM), device);
        assertEquals(List.of(), found.warnings());
        assertEquals(List.of(), found.notes());
        for (StartInspection.Matrix m : found.matrices()) assertEquals(m.own(), m.deviation(), 0.1 * m.own(), m.name());
        assertEquals(found.stream().size() - 1, found.added().size());
    }

    /** The stream is the one that the network computes with. */
    @Test
    void theStreamEndsWhereTheHeadReads() {
        Parameters p = start(gpt, Initialization.LECUN);
        try (Tape tape = Tape.inference(device)) {
            Functions f = new Functions(tape);
            Tensor tokens = device.ofInts(Shape.of(1, 5), 3, 1, 4, 1, 5);
            var stream = gpt.residualStream(f, p, tokens);
            assertEquals(4, stream.size());
            var language = (org.logah.models.text.LanguageModel) gpt;
            assertEquals(0, java.util.Arrays.compare(stream.getLast().value().toFloats(),
                    language.states(f, p, tokens, List.of()).value().toFloats()));
        }
    }

    @Test
    void aTableThatIsTooLargeDrownsTheBlocks() {
        Parameters p = start(gpt, Initialization.RANDOM);
        scale(p.get(TABLE).value(), 2800);
        List<String> warnings = StartInspection.of(gpt, p, device).warnings();
        assertTrue(warnings.getFirst().startsWith(TABLE + " has a deviation of 5"), warnings::toString);
        assertTrue(warnings.getLast().startsWith("a block adds "), warnings::toString);
        assertEquals(2, warnings.size());
    }

    @Test
    void blocksThatAreAlikeAreSpokenOf() {
        Parameters p = start(gpt, Initialization.RANDOM);
        for (int layer = 1; layer < 3; layer++)
            p.get("transformer.h." + layer + ".mlp.c_fc.weight").value()
                    .set(p.get("transformer.h.0.mlp.c_fc.weight").value());
        StartInspection found = StartInspection.of(gpt, p, device);
        assertEquals(1, found.groups().stream().filter(g -> g.similarity() > 0.999 && g.count() == 3).count());
        String one = "the 3 tensors of shape [48, 192] have a mean absolute cosine of 1.00";
        String end = ": blocks that are alike learn alike, which by itself is no bar to training";
        assertEquals(List.of(one + end), found.notes());
        String[] more = {"attn.c_proj", "mlp.c_proj"};
        String[] others = {", those of one other shape more than 0.5", ", those of 2 other shapes more than 0.5"};
        for (int i = 0; i < more.length; i++) {
            Tensor first = p.get("transformer.h.0." + more[i] + ".weight").value();
            // Not quite the same, so that the first stays the first.
            for (int layer = 1; layer < 3; layer++) {
                Tensor other = p.get("transformer.h." + layer + "." + more[i] + ".weight").value();
                float[] mixed = first.toFloats();
                float[] own = other.toFloats();
                for (int k = 0; k < mixed.length; k++) mixed[k] += 0.3F * own[k];
                other.set(device.of(other.shape(), mixed));
            }
            assertEquals(List.of(one + others[i] + end), StartInspection.of(gpt, p, device).notes());
        }
        assertEquals(List.of(), found.warnings());
    }

    @Test
    void matricesOfOneDirectionAreSpokenOf() {
        Parameters p = start(gpt, Initialization.RANDOM);
        p.values().forEach((name, t) -> {
            if (t.shape().rank() != 2) return;
            float[] v = t.toFloats();
            int width = t.shape().dim(1);
            for (int i = width; i < v.length; i++) v[i] = v[i % width];
            t.set(device.of(t.shape(), v));
        });
        StartInspection found = StartInspection.of(gpt, p, device);
        for (StartInspection.Matrix m : found.matrices()) assertEquals(1, m.stableRank(), 1e-3, m.name());
        assertTrue(
                found.warnings().stream()
                        .anyMatch(w -> w.startsWith("15 of 15 matrices have a stable rank below 1.5 ")),
                found.warnings()::toString);
    }

    /** Starts whose matrices have a stable rank of five, of 256, trained better than any other: docs/results.md, 16 x 256. */
    @Test
    void fewDirectionsAreNoBarToTraining() {
        Parameters p = start(gpt, Initialization.RANDOM);
        int rank = 2;
        p.values().forEach((name, t) -> {
            if (t.shape().rank() != 2) return;
            float[] v = t.toFloats();
            int width = t.shape().dim(1);
            for (int i = rank * width; i < v.length; i++) v[i] = v[i % (rank * width)];
            t.set(device.of(t.shape(), v));
        });
        StartInspection found = StartInspection.of(gpt, p, device);
        assertEquals(List.of(), found.warnings());
        assertEquals(1, found.notes().size(), found.notes()::toString);
        String note = found.notes().getFirst();
        assertTrue(
                note.startsWith(
                        "15 of 15 matrices have a stable rank below 8% of their sides (transformer.wte.weight: 1."),
                note);
        assertTrue(note.endsWith("which by itself is no bar to training"), note);
    }

    @Test
    void numbersThatAreNotFiniteAreRefused() {
        Parameters p = start(gpt, Initialization.RANDOM);
        p.get(TABLE).value().set(device.zeros(p.get(TABLE).shape()).fill(s -> s.fill((byte) -1)));
        assertTrue(assertThrows(TensorException.class, () -> StartInspection.of(gpt, p, device)).getMessage()
                .contains(TABLE));
    }
}
