package org.logah.training.extension;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.part.Parts;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.StreamingPredictor;
import org.logah.ghn.Variant;
import org.logah.ghn.decoder.DecoderConfig;
import org.logah.ghn.encoder.EncoderConfig;
import org.logah.ghn.features.Domain;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;

/** Parts that only the tests know: found by name, written, read, predicting on a tape and streaming. */
class ExtensionTest {
    @TempDir
    Path folder;

    @Test
    void partsOfTheTestsAreFoundBesideTheProgramsOwn() {
        assertTrue(Parts.of(EncoderConfig.class, "encoder").kinds().contains("mean"));
        assertTrue(Parts.of(DecoderConfig.class, "decoder").kinds().contains("block"));
    }

    private static GhnConfig config(String encoder, String decoder) {
        GhnConfig tiny = Variant.MINI.config(Domain.LANGUAGE);
        return new GhnConfig(16, tiny.graph(), tiny.features(), Parts.of(EncoderConfig.class, "encoder").get(encoder),
                Parts.of(DecoderConfig.class, "decoder").get(decoder), tiny.scaling());
    }

    @ParameterizedTest
    @CsvSource({"mean, block", "mean, low-rank", "graphormer, block"})
    void filesAndPredictionsWorkWithThem(String encoder, String decoder) throws IOException {
        TargetNetwork gpt = ModelCatalog.parse("gpt2:layers=2,heads=2,width=24,vocabulary=50,positions=16");
        try (CpuDevice device = new CpuDevice()) {
            HyperNetwork made = new HyperNetwork(config(encoder, decoder));
            Path file = folder.resolve("ghn.safetensors");
            GhnFile.write(file, made.config(), made.initialized(device, new RandomStream(1)).values(), Map.of());
            GhnFile.Loaded ghn = GhnFile.read(file, device);
            assertEquals(made.config(), ghn.network().config());

            Map<String, float[]> streamed = new TreeMap<>();
            new StreamingPredictor(ghn.network(), ghn.parameters(), device).predict(gpt, new RandomStream(2),
                    (name, first, values) -> collect(streamed, gpt.shapes().get(name), name, first, values), _ -> {});
            try (Tape tape = Tape.inference(device)) {
                Parameters predicted = ghn.network()
                        .predict(new Functions(tape), ghn.parameters(), gpt, new RandomStream(2)).parameters();
                assertEquals(predicted.names(), streamed.keySet());
                for (String name : predicted.names()) {
                    float[] whole = predicted.get(name).value().toFloats();
                    if (decoder.equals("block")) assertArrayEquals(whole, streamed.get(name), name);
                    else assertArrayEquals(whole, streamed.get(name), 2e-6f * largest(whole), name);
                }
            }
        }
    }

    private static synchronized void collect(Map<String, float[]> all, Shape shape, String name, long first,
            Tensor values) {
        float[] part = values.toFloats();
        System.arraycopy(part, 0, all.computeIfAbsent(name, _ -> new float[(int) shape.elements()]), (int) first,
                part.length);
    }

    private static float largest(float[] values) {
        float most = 0;
        for (float v : values) most = Math.max(most, Math.abs(v));
        return most;
    }
}
