package org.logah.training.damage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.MetaDevice;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.io.TensorEntry;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataKind;
import org.logah.training.data.Batch;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;
import org.logah.training.data.text.ByteText;
import org.logah.training.reference.Comparison;
import org.logah.training.reference.Tolerances;
import org.logah.training.reference.Verifier;
import org.logah.training.run.MetricsFile;

/** What is said of files that are not what they should be, word by word. */
@Timeout(60)
class ExplainedFilesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    @TempDir
    Path folder;
    private final Device device = new CpuDevice(1, KernelChoice.LOOPS);

    @AfterEach
    void close() { device.close(); }

    /** A file, what is replaced in one entry of its header, by what, and what is said of it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "llama | model | .*layers.: 2 | {\"layers\": \"2\" | 'model.layers' is \"2\", not a whole number",
            "llama | model | .*layers.: 2 | {\"layers\": 2147483647 | llama: layers 2147483647 is too large; it may be 1 to 4096",
            "llama | model | .layers.: 2 | \"layers\": 4000 | has no tensor 'param.model.layers.2.input_layernorm.weight', which the model of its header has",
            "llama | model | .dim.: 32 | \"dim\": 64 | 'param.model.embed_tokens.weight' has shape [61, 32], the model of its header has [61, 64]",
            "llama | model | .family.: .llama. | \"family\": 7 | 'model.family' is 7, not a text",
            "llama | model | .* | [] | 'model' is [], not an object",
            "llama | params | .* | {\"a\": 3} | 'params.a' is 3, not a list",
            "gpt2-train | steps | 5 | 2147483647 | 'losses' has shape [5], not [2147483647]",
            "gpt2-train | steps | 5 | five | 'steps' is \"five\", not a whole number",
            "gpt2-train | optimizer | .lr.: 0.001 | \"lr\": {} | 'optimizer.lr' is {}, not a finite number",
            "ghn-train | models | .* | [] | 'models' is [], not a list of one or more",
            "ghn-train | models | .* | {} | 'models' is {}, not a list",
            "ghn-train | models | .img.: 32 | \"img\": 16 | 'step0.input' has shape [4, 3, 32, 32], not [some, 3, 16, 16]",
            "ghn-train | ghn | .max_shape.: \\[128, 128, 16 | \"max_shape\": [128, 128, 2147483647 | low-rank: largest kernel 2147483647 is too large",
            "vit-gatedgnn-conv | graph | .nodes.: \\[ | \"nodes\": 1, \"old\": [ | 'graph.nodes' is 1, not a list"})
    void headersOfReferenceNumbers(String name, String key, String there, String instead, String message)
            throws IOException {
        Path file = folder.resolve(name + ".safetensors");
        rewrite(name, file, key, there, instead, Map.of());
        String found = assertThrows(FileFormatException.class, () -> verify(file)).getMessage();
        assertTrue(found.startsWith(file + ": ") && found.endsWith(message) || found.contains(message + "; it may be"),
                found);
    }

    /** Models are taken in turn, and begin again where there are more steps. */
    @Test
    void aTrainingWithFewerModelsThanSteps() throws IOException {
        Map<String, Tensor> likeFirst = Map.of("step2.pos0", device.zeros(Shape.of(32)));
        Path two = folder.resolve("two.safetensors");
        Path three = folder.resolve("three.safetensors");
        String first = "{\"layers\": 1, \"heads\": 2, \"dim\": 32, \"patch\": 8, \"img\": 32, \"classes\": 10}";
        rewrite("ghn-train", two, "models", ", \\{[^{]*\\}\\]", "]", likeFirst);
        rewrite("ghn-train", three, "models", "\\{[^{]*\\}\\]", first + "]", likeFirst);
        List<Comparison.Group> groups = verify(two).groups();
        assertTrue(!groups.isEmpty());
        assertEquals(verify(three).groups(), groups);
    }

    private Comparison verify(Path file) throws IOException {
        return new Verifier(device, Tolerances.CPU).verify(file);
    }

    private void rewrite(String name, Path to, String key, String there, String instead, Map<String, Tensor> others)
            throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(GOLDEN.resolve(name + ".safetensors"))) {
            Map<String, String> header = new LinkedHashMap<>(in.metadata());
            String changed = String.valueOf(header.get(key)).replaceFirst(there, instead);
            assertTrue(!changed.equals(header.put(key, changed)), "the test changes something");
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (TensorEntry e : in.entries())
                tensors.put(e.name(),
                        e.type() == DType.I64 ? in.readIndices(e.name(), device) : in.read(e.name(), device));
            tensors.putAll(others);
            SafetensorsWriter.write(to, header, tensors);
        }
    }

    @Test
    void aTextThatIsTooShort() throws IOException {
        Path file = Files.writeString(folder.resolve("book.txt"), "ten bytes.");
        DataSplits text = DataSets.open(DataKind.TOKENS, file.toString());
        assertEquals(
                file + ": 10 bytes, of which 1 are for validation, are too few for windows of 64 and one more; give a "
                        + "text of 650 bytes or more, or shorter windows, with --context",
                assertThrows(TensorException.class, () -> text.training(2, 64, new RandomStream(1))).getMessage());
        Files.writeString(file, "x".repeat(650));
        ByteText.read(file).validation(2, 64, new RandomStream(1)).batch(0, device);
    }

    @Test
    void metricsThatAreNoText() throws IOException {
        Path file = folder.resolve("metrics.csv");
        Files.write(file, "step,lo\u00df\n".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(file + ": is no UTF-8 text; choose another file",
                assertThrows(FileFormatException.class, () -> new MetricsFile(file, 3)).getMessage());
    }

    /** A batch is as large on a device without numbers, and nothing is drawn for it. */
    @ParameterizedTest
    @CsvSource({"TOKENS, grammar", "IMAGES, shapes"})
    void aBatchThatIsOnlyMeasured(DataKind kind, String name) throws IOException {
        DataSplits data = DataSets.open(kind, name);
        Batch drawn = data.training(2, 8, new RandomStream(1)).batch(0, device);
        Batch measured = data.training(2, 8, new RandomStream(1)).batch(0, new MetaDevice());
        assertEquals(drawn.input().shape(), measured.input().shape());
        assertEquals(drawn.input().type(), measured.input().type());
        assertEquals(drawn.targets().shape(), measured.targets().shape());
        assertEquals(drawn.items(), measured.items());
        String message = assertThrows(TensorException.class,
                () -> data.training(1 << 29, 8, new RandomStream(1)).batch(0, new MetaDevice())).getMessage();
        assertTrue(message.startsWith("a mini-batch of 536870912 ") && message.endsWith("choose a smaller batch"),
                message);
        data.training(1 << 20, 8, new RandomStream(1)).batch(0, new MetaDevice()).close();
    }
}
