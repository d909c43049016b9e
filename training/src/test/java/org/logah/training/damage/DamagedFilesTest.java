package org.logah.training.damage;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.autograd.Parameters;
import org.logah.autograd.optim.AdamW;
import org.logah.autograd.optim.TrainingState;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.io.TensorEntry;
import org.logah.engine.io.TensorReader;
import org.logah.engine.io.TorchReader;
import org.logah.engine.io.Utf8;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnFile;
import org.logah.ghn.Variant;
import org.logah.ghn.decoder.ConvDecoder;
import org.logah.ghn.encoder.Graphormer;
import org.logah.ghn.features.Domain;
import org.logah.models.DataKind;
import org.logah.models.Initialization;
import org.logah.models.ModelCatalog;
import org.logah.models.text.Tokenizer;
import org.logah.models.text.Tokenizers;
import org.logah.training.data.DataRequest;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;
import org.logah.training.data.TokenizationListener;
import org.logah.training.data.image.CifarImages;
import org.logah.training.data.image.FolderDataSet;
import org.logah.training.data.image.IdxDataSet;
import org.logah.training.data.image.TestImages;
import org.logah.training.data.text.ByteText;
import org.logah.training.data.text.TokenFile;
import org.logah.training.reference.Tolerances;
import org.logah.training.reference.Verifier;
import org.logah.training.run.MetricsFile;
import org.logah.training.sweep.SweepSummary;
import org.logah.training.architectures.ArchitectureFile;
import org.logah.training.weights.InitialParameters;
import org.logah.training.weights.WeightsFolder;

/** What every reader of a file makes of thousands of damaged ones. */
@Timeout(120)
class DamagedFilesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    @TempDir
    Path folder;
    private final Device device = new CpuDevice(1, KernelChoice.LOOPS);

    @AfterEach
    void close() { device.close(); }

    @Test
    void tensors() throws IOException {
        Path file = folder.resolve("whole.safetensors");
        SafetensorsWriter.write(file, Map.of("format", "pt"), Map.of("a", device.zeros(Shape.of(2, 3)), "b",
                device.ofInts(Shape.of(3), 1, 2, 3), "c", device.zeros(Shape.scalar())));
        Damage.check(Files.readAllBytes(file), folder.resolve("damaged.safetensors"), 300, f -> {
            try (SafetensorsReader in = SafetensorsReader.open(f)) {
                for (TensorEntry e : in.entries()) {
                    if (e.type() == DType.I32 || e.type() == DType.I64) in.readIndices(e.name(), device);
                    else in.read(e.name(), device);
                }
            }
        });
    }

    @Test
    void indices() throws IOException {
        SafetensorsWriter.write(folder.resolve("a.safetensors"), Map.of(), Map.of("x", device.zeros(Shape.of(2))));
        String index = "{\"metadata\": {\"total_size\": 8}, \"weight_map\": {\"x\": \"a.safetensors\"}}";
        Damage.check(index.getBytes(StandardCharsets.UTF_8), folder.resolve("damaged.index.json"), 300, f -> {
            try (TensorReader in = TensorReader.open(f)) {
                if (in.contains("x")) in.entry("x");
            } catch (IOException e) {
                // A file that the index names and that is not there is named itself.
                if (!e.getMessage().endsWith(": no such file")) throw e;
            }
        });
    }

    @Test
    void configurationsOfModels() throws IOException {
        String json = """
                {"model_type": "gpt2", "activation_function": "gelu_new", "layer_norm_epsilon": 1e-05, "n_layer": 2,
                "n_head": 2, "n_embd": 8, "n_positions": 16, "vocab_size": 11, "tie_word_embeddings": true}""";
        Damage.check(json.getBytes(StandardCharsets.UTF_8), folder.resolve("config.json"), 300, WeightsFolder::network);
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint", "legacy", "protocol4"})
    void tensorsOfPyTorch(String name) throws IOException {
        Path whole = Path.of("../engine/core/src/test/resources/torch", name + ".pt");
        Damage.check(Files.readAllBytes(whole), folder.resolve(name + ".pt"), 300, f -> {
            try (TensorReader in = TensorReader.open(f)) {
                in.metadata(TorchReader.CONFIG);
                for (String tensor : in.names()) in.isFinite(tensor);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"graphormer-lowrank", "gatedgnn-conv"})
    void hypernetworksOfTheFirstVersion(String name) throws IOException {
        Path whole = Path.of("../ghn/src/test/resources/first-version", name + ".safetensors");
        Damage.check(Files.readAllBytes(whole), folder.resolve(name + ".safetensors"), 200,
                f -> GhnFile.read(f, device));
    }

    @Test
    void hypernetworks() throws IOException {
        Path file = folder.resolve("whole.safetensors");
        var config = Variant.MINI.config(Domain.VISION).withEncoder(new Graphormer.Config(2, 1))
                .withDecoder(new ConvDecoder.Config(4, 4, 3, ConvDecoder.Window.CENTRE));
        GhnFile.Loaded fresh = GhnFile.Loaded.fresh(config, new RandomStream(1), device);
        GhnFile.write(file, config, fresh.parameters().values(), Map.of());
        Damage.check(Files.readAllBytes(file), folder.resolve("damaged.safetensors"), 150,
                f -> GhnFile.read(f, device));
        String json = GhnFile.header(config).get("ghn");
        Damage.check(json.getBytes(StandardCharsets.UTF_8), folder.resolve("damaged.json"), 300,
                f -> GhnFile.config(f, Utf8.read(f)));
    }

    @Test
    void configurationsOfTheReference() throws IOException {
        String json = """
                {"max_shape": [128, 128, 16, 16], "max_ck_lora": 1024, "lora": true, "lora_r": 8, "use_1d_decoder": false,
                "hid": 32, "heads": 4, "layers": 2, "num_classes": 10, "is_ghn2": false, "scaling": "std"}""";
        Damage.check(json.getBytes(StandardCharsets.UTF_8), folder.resolve("reference.json"), 300,
                f -> GhnFile.config(f, Utf8.read(f)));
    }

    @ParameterizedTest
    @CsvSource({"gpt2-train, 30", "ghn-train, 25", "llama, 100", "gpt2-graphormer-lowrank, 60",
            "vit-gatedgnn-conv, 40"})
    void referenceNumbers(String name, int count) throws IOException {
        Damage.check(Files.readAllBytes(GOLDEN.resolve(name + ".safetensors")), folder.resolve(name + ".safetensors"),
                count, f -> new Verifier(device, Tolerances.CPU).verify(f));
    }

    @Test
    void trainingStates() throws IOException {
        var network = ModelCatalog.parse("gpt2:layers=1,heads=1,width=4,vocabulary=5,positions=4");
        Parameters p = network.initialized(device, Initialization.parse("random"), new RandomStream(1));
        AdamW adam = new AdamW(p, new AdamW.Config(0.9, 0.999, 1e-8, 0));
        Path file = folder.resolve("whole.safetensors");
        TrainingState.write(file, Map.of(), p, adam, 3);
        Damage.check(Files.readAllBytes(file), folder.resolve("damaged.safetensors"), 200,
                f -> TrainingState.restore(f, p, adam));
    }

    @Test
    void parametersForOtherClasses() throws IOException {
        var ten = ModelCatalog.parse("vit:layers=1,heads=1,width=4,image=4,patch=2,classes=10");
        Path file = folder.resolve("whole.safetensors");
        SafetensorsWriter.write(file, Map.of("model", ten.describe()),
                ten.initialized(device, Initialization.RANDOM, new RandomStream(1)).values());
        Damage.check(Files.readAllBytes(file), folder.resolve("damaged.safetensors"), 200,
                f -> InitialParameters.withNewHead(f, ten.withClasses(12), new RandomStream(1), device));
    }

    @ParameterizedTest
    @ValueSource(strings = {"csv", "jsonl"})
    void metrics(String kind) throws IOException {
        StringBuilder rows = new StringBuilder(
                kind.equals("csv") ? "step,loss,validation,gradient_norm,learning_rate,per_second\n" : "");
        for (int i = 0; i < 9; i++)
            rows.append(kind.equals("csv")
                    ? i + ",5.5,,1.0,0.001,77.0\n"
                    : "{\"step\":" + i + ",\"loss\":5.5,\"gradient_norm\":1.0}\n");
        Damage.check(rows.toString().getBytes(StandardCharsets.UTF_8), folder.resolve("metrics." + kind), 200,
                f -> new MetricsFile(f, 5).close());
    }

    @Test
    void summaries() throws IOException {
        String summary = "{\"model\": \"m\", \"steps\": \"4\", \"runs\": [{\"name\": \"a\", \"last\": 1.5}]}";
        SweepSummary other = new SweepSummary(Map.of("model", "m"), List.of());
        Damage.check(summary.getBytes(StandardCharsets.UTF_8), folder.resolve("summary.json"), 300,
                f -> {
                    other.requireSame(f);
                    other.write(f, true);
                });
    }

    @Test
    void tokens() throws IOException {
        Path text = Files.writeString(folder.resolve("whole.txt"), "The old house is near the river. ".repeat(9));
        Path tokens = folder.resolve("whole.txt.gpt2.tokens");
        Tokenizer gpt2 = Tokenizers.named("gpt2");
        DataSets.open(DataKind.TOKENS, text.toString(), DataRequest.of(gpt2));
        Damage.check(Files.readAllBytes(tokens), folder.resolve("damaged.tokens"), 500, TokenFile::read);
    }

    @Test
    void setsOfArchitectures() throws IOException {
        String list = "{\"model\": \"gpt2:layers=2,heads=2,width=16,vocabulary=256\", \"layers\": 2}\n".repeat(3);
        Damage.check(list.getBytes(StandardCharsets.UTF_8), folder.resolve("set.jsonl"), 300, ArchitectureFile::read);
        String ranges = """
                {"family": "gpt2", "layers": {"from": 3, "to": 9}, "width": {"from": 72, "to": 176, "step": 8},
                 "heads": [4, 8], "parameters": 30000000, "count": 1000}""";
        Damage.check(ranges.getBytes(StandardCharsets.UTF_8), folder.resolve("set.json"), 300, ArchitectureFile::read);
    }

    @Test
    void texts() throws IOException {
        byte[] text = "The old house is near the river; caf\u00e9, \u20ac 5. ".repeat(3)
                .getBytes(StandardCharsets.UTF_8);
        Damage.check(text, folder.resolve("book.txt"), 300, f -> {
            ByteText read = ByteText.read(f);
            read.training(2, 8, new RandomStream(1)).batch(0, device);
            read.validation(2, 8, new RandomStream(1)).batch(0, device);
        });
    }

    @Test
    void images() throws IOException {
        byte[] images = new byte[3 * 3073];
        for (int i = 0; i < 3; i++) images[3073 * i] = (byte) (3 * i);
        Damage.check(images, folder.resolve("data_batch_1.bin"), 150, f -> CifarImages.read(f.getParent(), true)
                .batches(2, true, new RandomStream(1)).batch(0, device));
    }

    @Test
    void imagesOfIdx() throws IOException {
        Path whole = folder.resolve("idx");
        Files.createDirectories(whole);
        for (String part : new String[]{"train", "t10k"}) {
            Files.write(whole.resolve(part + "-labels-idx1-ubyte"), new byte[]{0, 0, 8, 1, 0, 0, 0, 2, 0, 1});
            Files.write(whole.resolve(part + "-images-idx3-ubyte"), Arrays.copyOf(
                    new byte[]{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 3}, 16 + 18));
        }
        for (String name : new String[]{"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                "t10k-labels-idx1-ubyte"}) {
            byte[] content = Files.readAllBytes(whole.resolve(name));
            Damage.check(content, whole.resolve(name), 300, f -> {
                DataSplits data = new IdxDataSet().open(whole);
                data.format(0);
                data.training(2, 0, new RandomStream(1)).batch(0, device);
            });
            Files.write(whole.resolve(name), content);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg"})
    void imagesOfFolders(String form) throws IOException {
        byte[] content = TestImages.encoded(form, new BufferedImage(24, 20, BufferedImage.TYPE_INT_RGB));
        for (String name : new String[]{"train/a/1.png", "train/b/1.png", "val/a/1.png"}) {
            Files.createDirectories(folder.resolve(name).getParent());
            Files.write(folder.resolve(name), content);
        }
        Damage.check(content, folder.resolve("train/b/1.png"), 300,
                f -> new FolderDataSet().open(folder, new DataRequest(8, null, TokenizationListener.NONE))
                        .training(8, 0, new RandomStream(1))
                        .batch(0, device));
    }
}
