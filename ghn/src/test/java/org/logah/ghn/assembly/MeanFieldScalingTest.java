package org.logah.ghn.assembly;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.models.ModelCatalog;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;

class MeanFieldScalingTest {
    private static final Vit VIT = new Vit(VitConfig.of(2, 2, 24, 8, 32, 10));
    private static final Vit DEEP = new Vit(VitConfig.of(8, 2, 24, 8, 32, 10));

    /** Row 0 is the class token's: the same for every draw and at every width, of the table's deviation, and of mean 0. */
    @Test
    void aClassTokensRowIsNeverDrawn() {
        GhnConfig config = Variant.COSINE_MINI.config(Domain.VISION);
        float[] first = positions(config, 1);
        float[] second = positions(config, 2);
        assertArrayEquals(Arrays.copyOf(first, 24), Arrays.copyOf(second, 24));
        assertNotEquals(first[24], second[24], "the grid's rows have a base that is drawn");
        GhnConfig drawn = config.withScaling(new FanInScaling());
        assertNotEquals(positions(drawn, 1)[0], positions(drawn, 2)[0], "as the reference has it");
        for (int width : new int[]{24, 96, 768}) {
            float[] row = new MeanFieldScaling().rowBeyondGrid(width);
            double sum = 0;
            double squares = 0;
            for (float x : row) {
                sum += x;
                squares += x * x;
            }
            assertEquals(0, sum / width, 1e-6);
            assertEquals(1, squares / width, 1e-6);
            assertEquals(new MeanFieldScaling().rowBeyondGrid(2 * width)[width], row[width / 2], 0.1, "one picture");
        }
    }

    /** Of pixels of variance 1 a kernel makes what is as large as the positions that are added to it. */
    @Test
    void pixelsAreHeardBesidePositions() {
        GhnConfig config = Variant.COSINE_MINI.config(Domain.VISION);
        int fanIn = 3 * 8 * 8;
        assertEquals(1, deviation(positions(config, 1)), 0.2);
        assertEquals(1, deviation(predicted(config, 1, "conv_proj.weight")) * Math.sqrt(fanIn), 0.05);
    }

    /** What is predicted for the blocks of a deep network resembles each other, so it adds up. */
    @Test
    void biasesOntoTheResidualStreamFallWithTheDepth() {
        GhnConfig config = Variant.COSINE_MINI.config(Domain.VISION);
        GhnConfig whole = config.withScaling(new MeanFieldScaling(10, false));
        Map<Vit, Integer> layers = Map.of(VIT, 2, DEEP, 8);
        layers.forEach((vit, depth) -> {
            for (ParameterSpec spec : vit.parameters()) {
                float[] scaled = predicted(config, vit, 1, spec.name());
                float[] before = predicted(whole, vit, 1, spec.name());
                boolean residual = spec.name().endsWith("out_proj.bias") || spec.name().endsWith("mlp.3.bias");
                for (int i = 0; i < scaled.length; i++)
                    assertEquals(before[i] * (residual ? 2 / Math.sqrt(2 * depth) : 1), scaled[i], 1e-7, spec.name());
                if (residual) assertTrue(deviation(scaled) > 1e-3, spec.name());
            }
        });
    }

    /** Where queries, keys and values are one map nothing is, nor in maps of values. */
    @Test
    void queriesAndKeysAloneAreLargerByTheFactorOfScores() {
        Scaling one = new MeanFieldScaling(1, true);
        Scaling ten = new MeanFieldScaling();
        int larger = 0;
        for (String model : List.of("llama:layers=2,heads=4,kvheads=2,width=32,vocabulary=60,positions=64",
                "gpt2:layers=2,heads=2,width=32,vocabulary=60,positions=16", "vit:layers=2,heads=2,width=32,patch=8"))
            for (ParameterSpec spec : ModelCatalog.parse(model).parameters()) {
                if (spec.shape().rank() < 2) continue;
                boolean scores = spec.name().matches(".*\\.self_attn\\.[qk]_proj\\.weight");
                if (scores) larger++;
                Scaling.Factor before = one.factor(spec, 2);
                assertEquals(
                        scores && before instanceof Scaling.Factor.Constant c
                                ? new Scaling.Factor.Constant(10 * c.by())
                                : before,
                        ten.factor(spec, 2), spec.name());
                assertEquals(one.base(spec, 2), ten.base(spec, 2));
            }
        assertEquals(4, larger);
    }

    private static double deviation(float[] numbers) {
        double squares = 0;
        for (float x : numbers) squares += (double) x * x;
        return Math.sqrt(squares / numbers.length);
    }

    private static float[] positions(GhnConfig config, long seed) {
        return predicted(config, seed, "encoder.pos_embedding");
    }

    private static float[] predicted(GhnConfig config, long seed, String name) {
        return predicted(config, VIT, seed, name);
    }

    private static float[] predicted(GhnConfig config, Vit target, long seed, String name) {
        HyperNetwork network = new HyperNetwork(config);
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN); Tape tape = Tape.inference(device)) {
            Parameters weights = network.initialized(device, new RandomStream(5));
            return network.predict(new Functions(tape), weights, target, new RandomStream(seed)).parameters()
                    .get(name).value().toFloats();
        }
    }
}
