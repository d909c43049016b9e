package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.TensorEntry;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.models.ModelCatalog;

import com.google.gson.JsonParser;

/** Hypernetworks trained on each of the sets, and what they predict and refuse to predict. */
class HypernetworkCommandsTest extends CommandLineTest {
    /** Two steps on architectures that are drawn from the set; then a model of the same family. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"gpts | gpt2:layers=1,heads=2,width=16,vocabulary=256,positions=16",
            "llamas | llama-2-7b:layers=1,heads=2,kvheads=1,width=16,mlp=24,vocabulary=256,positions=16",
            "vits | vit-tiny:layers=1,heads=2,width=16,image=32,patch=4,classes=10"})
    void everySetTrainsAHypernetworkForItsFamily(String set, String model) throws IOException {
        String[] train = {"train-ghn", "--set", set, "--steps", "2", "--batch", "2", "--meta-batch", "1", "--metrics",
                "@/metrics.jsonl", "--out", "@/ghn.safetensors"};
        Outcome o = works(set.equals("vits") ? with(train, "--data", images()) : train);
        assertTrue(o.out().contains("after 2 meta-steps"), o.out());
        List<Double> losses = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("metrics.jsonl")))
            losses.add(JsonParser.parseString(line).getAsJsonObject().get("loss").getAsDouble());
        assertEquals(2, losses.size());
        for (double loss : losses) assertTrue(loss > 0 && loss < 20, losses.toString());
        works("predict", "--model", model, "--ghn", "@/ghn.safetensors", "--out", "@/p.safetensors");
        assertEquals(ModelCatalog.parse(model).shapes().keySet().stream().toList(),
                entries("p.safetensors").stream().map(TensorEntry::name).toList());
        for (TensorEntry e : entries("p.safetensors")) {
            for (float v : values("p.safetensors", e.name())) assertTrue(Float.isFinite(v), e.name());
        }
    }

    /** A folder as CIFAR-10 is distributed, with random pixels: each record is a label and 3 x 32 x 32 bytes. */
    private String images() throws IOException {
        RandomStream random = new RandomStream(5);
        byte[] records = new byte[12 * (1 + 3 * 32 * 32)];
        for (int i = 0; i < records.length; i++)
            records[i] = (byte) (i % 3073 == 0 ? random.nextInt(10) : random.nextInt(256));
        for (String name : List.of("data_batch_1.bin", "test_batch.bin"))
            Files.write(folder.resolve(name), records);
        return folder.toString();
    }

    @Test
    void aSetThatCannotBeTrainedOnIsRefused() throws IOException {
        Files.writeString(folder.resolve("short.txt"), "too short");
        fails(1, "too few for windows", "train-ghn", "--set", "gpts", "--data", "@/short.txt", "--out", "@/x");
        fails(1, "a data set of tokens (texts), not of images; there are, for images: cifar, ", "train-ghn",
                "--set", "vits", "--data", "@", "--out", "@/x");
        fails(1, "unknown set 'mlps'; choose one of small, gpts, small-llamas, llamas, small-vits, vits", "train-ghn",
                "--set", "mlps", "--out",
                "@/x");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"gpt2:layers=1,heads=2,width=16,vocabulary=256,positions=16",
            "llama-2-7b:layers=1,heads=2,kvheads=1,width=16,mlp=24,vocabulary=256,positions=16"})
    void aVisionHypernetworkPredictsNoLanguageModel(String model) throws IOException {
        GhnConfig config = Variant.TINY.config(Domain.VISION);
        try (CpuDevice device = new CpuDevice(1, KernelChoice.LOOPS)) {
            GhnFile.write(folder.resolve("vision.safetensors"), config,
                    new HyperNetwork(config).initialized(device, new RandomStream(1)).values(), Map.of());
        }
        fails(1, "the hypernetwork is one for vision models, " + ModelCatalog.parse(model).describe()
                + " is a language model; take one that was trained on language models", "predict",
                "--model", model, "--ghn", "@/vision.safetensors", "--out", "@/p.safetensors");
        assertTrue(Files.notExists(folder.resolve("p.safetensors")));
    }
}
