package org.logah.training.prediction;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterFile;
import org.logah.engine.DType;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnFile;
import org.logah.ghn.NamedVariant;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.prediction.PredictionWriter.Output;

class PredictionWriterTest {
    private final CpuDevice device = new CpuDevice(2, KernelChoice.LOOPS);
    private final TargetNetwork gpt = ModelCatalog.parse("gpt2:layers=2,heads=2,width=32,vocabulary=256,positions=32");
    private final GhnFile.Loaded logah = GhnFile.Loaded.fresh(Variant.MINI.config(Domain.LANGUAGE),
            new RandomStream(5), device);
    @TempDir
    Path folder;

    @AfterEach
    void close() { device.close(); }

    private Parameters read(String name) throws IOException {
        return ParameterFile.read(folder.resolve(name), gpt.parameters(), gpt.describe(), device);
    }

    /** The deviation of one number is none, and what was divided by it no number. */
    @ParameterizedTest
    @ValueSource(strings = {"tiny", "mini", "cosine-mini", "mini+std"})
    void aMatrixOfOneNumberIsANumber(String variant) throws IOException {
        TargetNetwork one = ModelCatalog
                .parse("gpt2:layers=1,heads=1,width=1,mlp=1,vocabulary=1,positions=1,tied=false");
        GhnFile.Loaded ghn = GhnFile.Loaded.fresh(NamedVariant.parse(variant).config(Domain.LANGUAGE, null),
                new RandomStream(5), device);
        Path file = folder.resolve("one.safetensors");
        new PredictionWriter(ghn, one, device).write(Output.of(file), new RandomStream(1), (_, _, _, _) -> {});
        Parameters streamed = ParameterFile.read(file, one.parameters(), one.describe(), device);
        try (Tape tape = Tape.inference(device)) {
            Parameters predicted = ghn.network()
                    .predict(new Functions(tape), ghn.parameters(), one, new RandomStream(1)).parameters();
            for (String name : predicted.names()) {
                float[] whole = predicted.get(name).value().toFloats();
                for (float x : whole) assertTrue(Float.isFinite(x), name + ": " + x);
                assertArrayEquals(whole, streamed.get(name).value().toFloats(), 1e-5f, name);
            }
        }
    }

    @Test
    void fileAndShardsHoldWhatIsPredicted() throws IOException {
        List<String> told = new ArrayList<>();
        PredictionWriter writer = new PredictionWriter(logah, gpt, device);
        PredictionWriter.Report r = writer.write(Output.of(folder.resolve("p.safetensors")), new RandomStream(1),
                (name, done, of, elements) -> told.add(name + " " + done + " of " + of + " " + elements));
        int n = gpt.parameters().size();
        assertEquals(n, r.tensors());
        assertEquals(gpt.parameterCount(), r.elements());
        assertEquals(4 * gpt.parameterCount(), r.bytes());
        assertTrue(r.seconds() > 0 && r.workingMemory() > 0, r.toString());
        assertEquals(n, told.size());
        assertTrue(told.getLast().endsWith(" " + n + " of " + n + " " + gpt.parameterCount()), told.getLast());
        Parameters file = read("p.safetensors");
        writer.write(new Output(folder.resolve("s.safetensors"), DType.F32, 20_000), new RandomStream(1),
                (_, _, _, _) -> {});
        Parameters shards = read("s.safetensors.index.json");
        try (Tape tape = Tape.inference(device)) {
            Parameters predicted = logah.network().predict(new Functions(tape), logah.parameters(), gpt,
                    new RandomStream(1)).parameters();
            for (String name : file.names()) {
                float[] values = file.get(name).value().toFloats();
                assertArrayEquals(values, shards.get(name).value().toFloats(), name);
                assertArrayEquals(predicted.get(name).value().toFloats(), values, 1e-5f, name);
            }
        }
        try (SafetensorsReader in = SafetensorsReader.open(folder.resolve("p.safetensors"))) {
            assertEquals(gpt.describe(), in.metadata("model"));
        }
    }

    /** Tensors of the decoder's own shapes and others, bases that are drawn, and with an untied head. */
    @Test
    void whatIsPredictedIntoMemoryIsWhatIsWritten() throws IOException {
        for (Variant variant : List.of(Variant.MINI, Variant.COSINE_MINI)) {
            GhnFile.Loaded hyper = GhnFile.Loaded.fresh(variant.config(Domain.LANGUAGE), new RandomStream(5), device);
            new PredictionWriter(hyper, gpt, device).write(Output.of(folder.resolve("p.safetensors")),
                    new RandomStream(7), (_, _, _, _) -> {});
            Parameters memory = PredictedStart.parameters(hyper, gpt, new RandomStream(7), device);
            Parameters file = read("p.safetensors");
            assertEquals(List.copyOf(file.names()), List.copyOf(memory.names()));
            for (String name : file.names())
                assertArrayEquals(file.get(name).value().toFloats(), memory.get(name).value().toFloats(), name);
            assertTrue(memory.all().stream().allMatch(Variable::isParameter));
            long estimate = PredictedStart.memory(hyper.network(), gpt, device.threads()).bytes();
            assertTrue(estimate > 4 * gpt.parameterCount(), () -> "estimate " + estimate);
        }
    }

    @Test
    void theEstimateIsNoLessThanWhatIsLent() throws IOException {
        PredictionWriter writer = new PredictionWriter(logah, gpt, device);
        long before = device.pool().report().inUse();
        PredictionWriter.Report r = writer.write(Output.of(folder.resolve("p.safetensors")), new RandomStream(1),
                (_, _, _, _) -> {});
        assertTrue(writer.memory().bytes() >= r.workingMemory() - before,
                writer.memory() + " of " + r.workingMemory());
    }

    @Test
    void languageModelsNeedAHypernetworkThatKnowsThem() {
        GhnFile.Loaded vision = GhnFile.Loaded.fresh(Variant.TINY.config(Domain.VISION), new RandomStream(5), device);
        String message = assertThrows(TensorException.class, () -> new PredictionWriter(vision, gpt, device))
                .getMessage();
        assertTrue(message.contains("is one for vision models, gpt2:"), message);
    }

    @Test
    void whatFailsLeavesNothingBehind() throws IOException {
        PredictionWriter writer = new PredictionWriter(logah, gpt, device);
        Path out = folder.resolve("p.safetensors");
        assertThrows(IllegalStateException.class, () -> writer.write(Output.of(out), new RandomStream(1),
                (_, done, _, _) -> {
                    if (done == 3) throw new IllegalStateException("no more");
                }));
        assertThrows(FileFormatException.class, () -> writer.write(Output.of(folder.resolve("none/p.safetensors")),
                new RandomStream(1), (_, _, _, _) -> {}));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
        assertThrows(TensorException.class, () -> new Output(out, DType.I32, 0));
        assertThrows(TensorException.class, () -> new Output(out, DType.F32, -1));
    }
}
