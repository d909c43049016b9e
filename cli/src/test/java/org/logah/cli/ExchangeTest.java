package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.io.TensorEntry;
import org.logah.training.weights.InitialParameters;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/** Weights from Python's libraries, and folders for them. */
class ExchangeTest extends CommandLineTest {
    private static final String TIED_GPT = TINY_GPT.replace("tied=false", "tied=true");
    private static final String LLAMA = "llama:layers=1,heads=2,kvheads=1,width=16,mlp=24,vocabulary=256,positions=32,base=10000";
    private static final Path LOGAH = Path.of("../training/src/test/resources/checkpoints/ghn-vit.pt");
    private static final Path TENSORS = Path.of("../engine/core/src/test/resources/torch");
    private final Device device = new CpuDevice(1, KernelChoice.PLAIN);

    @AfterEach
    void close() { device.close(); }

    private String predicted(String model, String out) {
        works("predict", "--model", model, "--out", out);
        return out;
    }

    private JsonObject config(String folderName) throws IOException {
        return JsonParser.parseString(Files.readString(folder.resolve(folderName).resolve("config.json")))
                .getAsJsonObject();
    }

    private String generated(String weights, String... more) {
        return works(with(new String[]{"generate", "--weights", weights, "--tokens", "8"}, more)).out();
    }

    /** The tensors of a file under other names, with more of them, in another one without a header. */
    private void rewrite(String from, String to, UnaryOperator<String> name, Map<String, Tensor> more)
            throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (SafetensorsReader in = SafetensorsReader.open(folder.resolve(from))) {
            for (TensorEntry e : in.entries()) tensors.put(name.apply(e.name()), in.read(e.name(), device));
        }
        tensors.putAll(more);
        Files.createDirectories(folder.resolve(to).getParent());
        SafetensorsWriter.write(folder.resolve(to), Map.of(), tensors);
    }

    @Test
    void aPredictionIntoAFolderHasTheConfigurationOfItsLibrary() throws IOException {
        predicted(TIED_GPT, "@/gpt/");
        JsonObject gpt = config("gpt");
        assertEquals("gpt2", gpt.get("model_type").getAsString());
        assertEquals("[\"GPT2LMHeadModel\"]", gpt.get("architectures").toString());
        assertEquals(List.of(1, 2, 16, 64, 32, 256), List.of("n_layer", "n_head", "n_embd", "n_inner", "n_positions",
                "vocab_size").stream().map(k -> gpt.get(k).getAsInt()).toList());
        assertTrue(gpt.get("tie_word_embeddings").getAsBoolean());
        assertEquals("float32", gpt.get("torch_dtype").getAsString());
        Files.createDirectory(folder.resolve("llama"));
        works("predict", "--model", LLAMA, "--dtype", "bf16", "--out", "@/llama");
        JsonObject llama = config("llama");
        assertEquals(List.of(1, 2, 1, 16, 24, 32, 256, 8), List.of("num_hidden_layers", "num_attention_heads",
                "num_key_value_heads", "hidden_size", "intermediate_size", "max_position_embeddings", "vocab_size",
                "head_dim").stream().map(k -> llama.get(k).getAsInt()).toList());
        assertEquals("bfloat16", llama.get("torch_dtype").getAsString());
        assertEquals(10000.0, llama.get("rope_theta").getAsDouble());
        String vit = "vit:layers=1,heads=2,width=16,mlp=64,patch=4,image=8,classes=3";
        predicted(vit, "@/vit/");
        assertEquals(vit, config("vit").get("model").getAsString());
        for (String name : List.of("gpt", "llama", "vit"))
            assertTrue(works("inspect", "@/" + name).out().length() > 0);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void gpt2IsReadAsItsLibraryWritesIt(boolean prefix, boolean tied) throws IOException {
        predicted(tied ? TIED_GPT : TINY_GPT, "@/a/");
        Map<String, Tensor> buffers = new LinkedHashMap<>();
        String begin = prefix ? "transformer." : "";
        buffers.put(begin + "h.0.attn.bias", device.zeros(Shape.of(1, 1, 32, 32)));
        buffers.put(begin + "h.0.attn.masked_bias", device.zeros(Shape.scalar()));
        rewrite("a/model.safetensors", "b/model.safetensors", n -> prefix ? n : n.replaceFirst("^transformer\\.", ""),
                buffers);
        fails(1, "there is no config.json beside it; add --model", "generate", "--weights", "@/b");
        Files.copy(folder.resolve("a/config.json"), folder.resolve("b/config.json"));
        assertEquals(generated("@/a"), generated("@/b"));
        assertEquals(generated("@/a"), generated("@/b/model.safetensors"));
        fails(1, "as config.json beside it says, not of", "generate", "--weights", "@/b", "--model",
                TINY_GPT.replace("heads=2", "heads=4"));
        works("train", "--init", "@/b", "--steps", "1", "--batch", "1", "--out", "@/t.safetensors");
    }

    /** A head of its own is spoken of where the sizes are the model's; of another size the size is said. */
    @Test
    void aHeadOfItsOwnIsNoMatterOfTheSize() throws IOException {
        predicted(TINY_GPT, "@/a.safetensors");
        rewrite("a.safetensors", "b/model.safetensors", n -> n, Map.of());
        String[] train = {"train", "--init", "@/b/model.safetensors", "--steps", "1", "--out", "@/t.safetensors",
                "--model"};
        fails(1, "say so: tied=false", with(train, TIED_GPT));
        String wide = TIED_GPT.replace("width=16", "width=32");
        String size = "'transformer.wte.weight' has shape [256, 16], gpt2:";
        fails(1, size, with(train, wide));
        String[] imported = {"import", "@/b/model.safetensors", "--out", "@/i.safetensors", "--model"};
        fails(1, "say so: tied=false", with(imported, TIED_GPT));
        fails(1, size, with(imported, wide));
        fails(1, size, with(imported, TINY_GPT.replace("width=16", "width=32")));
        assertTrue(Files.notExists(folder.resolve("i.safetensors")));
    }

    @Test
    void llamaIsReadAsItsLibraryWritesIt() throws IOException {
        predicted(LLAMA, "@/a/");
        rewrite("a/model.safetensors", "b/model.safetensors", n -> n.replaceFirst("^model\\.", ""),
                Map.of("layers.0.self_attn.rotary_emb.inv_freq", device.zeros(Shape.of(4))));
        Files.copy(folder.resolve("a/config.json"), folder.resolve("b/config.json"));
        assertEquals(generated("@/a"), generated("@/b"));
        JsonObject other = config("b");
        other.addProperty("rms_norm_eps", 1e-6);
        Files.writeString(folder.resolve("b/config.json"), other.toString());
        fails(1, "'rms_norm_eps' is 1.0E-6; the network here has 1e-5", "generate", "--weights", "@/b");
    }

    @Test
    void vitIsReadUnderTheNamesOfTorchvisionsFirstVersion() throws IOException {
        String vit = "vit:layers=1,heads=2,width=16,mlp=64,patch=4,image=8,classes=3";
        predicted(vit, "@/a.safetensors");
        rewrite("a.safetensors", "b.safetensors", n -> "module."
                + n.replace(".mlp.0.", ".mlp.linear_1.").replace(".mlp.3.", ".mlp.linear_2."), Map.of());
        String out = works("import", "@/b.safetensors", "--model", vit, "--out", "@/c.safetensors").out();
        assertTrue(out.contains("c.safetensors: vit, " + vit + ", 20 tensors"), out);
        assertEquals(entries("a.safetensors"), entries("c.safetensors"));
        String name = "encoder.layers.encoder_layer_0.mlp.3.weight";
        assertArrayEquals(values("a.safetensors", name), values("c.safetensors", name));
    }

    @Test
    void tensorsThatNobodyKnowsAreRefusedByName() throws IOException {
        predicted(TIED_GPT, "@/a/");
        rewrite("a/model.safetensors", "b/model.safetensors", n -> n,
                Map.of("adapter.weight", device.zeros(Shape.of(2))));
        Files.copy(folder.resolve("a/config.json"), folder.resolve("b/config.json"));
        fails(1, "has a tensor 'adapter.weight', which gpt2:", "generate", "--weights", "@/b");
        rewrite("a/model.safetensors", "b/model.safetensors", n -> n,
                Map.of("lm_head.weight", device.zeros(Shape.of(256, 16))));
        fails(1, "has a head 'lm_head.weight' of its own", "generate", "--weights", "@/b");
        Tensor table = device.of(Shape.of(256, 16), values("a/model.safetensors", "transformer.wte.weight"));
        rewrite("a/model.safetensors", "b/model.safetensors", n -> n, Map.of("lm_head.weight", table));
        assertEquals(generated("@/a"), generated("@/b"));
        fails(1, "if its head is the table of tokens, say so: tied=true", "generate", "--weights",
                "@/b/other.safetensors", "--model", predictedWithoutHeader());
    }

    /** A tied one's weights, for a model that has a head of its own. */
    private String predictedWithoutHeader() throws IOException {
        rewrite("a/model.safetensors", "b/other.safetensors", n -> n, Map.of());
        Files.delete(folder.resolve("b/config.json"));
        return TINY_GPT;
    }

    @Test
    void aTrainingIsExportedWithoutItsOptimizer() throws IOException {
        works("train", "--model", TINY_GPT, "--steps", "1", "--batch", "1", "--out", "@/t.safetensors");
        String out = works("export", "@/t.safetensors", "--out", "@/e/").out();
        assertTrue(out.contains("17 tensors"), out);
        assertTrue(entries("e/model.safetensors").stream().noneMatch(e -> e.name().startsWith("optimizer.")));
        assertEquals(generated("@/t.safetensors"), generated("@/e"));
        fails(1, "holds a training, which the weights would replace", "import", "@/e", "--out", "@/t.safetensors");
        fails(1, "are the same file", "export", "@/e", "--out", "@/e");
        fails(1, "are the same file", "import", "@/e", "--out", "@/e/model.safetensors");
        fails(1, "--out and --init are the same file", "train", "--init", "@/e", "--steps", "1", "--force", "--out",
                "@/e/model.safetensors");
        fails(1, "t.safetensors: is a file; --out names a folder", "export", "@/e", "--out", "@/t.safetensors");
    }

    @Test
    void foldersOfSomethingElseAreLeftAlone() throws IOException {
        Files.createDirectories(folder.resolve("f"));
        fails(1, "is a folder without weights", "generate", "--weights", "@/f");
        Files.writeString(folder.resolve("f/config.json"), "{\"editor\": \"vi\"}");
        fails(1, "config.json: is there and describes no model", "predict", "--model", TINY_GPT, "--out", "@/f");
        assertEquals("{\"editor\": \"vi\"}", Files.readString(folder.resolve("f/config.json")));
        assertFalse(Files.exists(folder.resolve("f/model.safetensors")));
    }

    @Test
    void weightsOfAnotherNetworkOrProgramAreNotReplaced() throws IOException {
        String other = TINY_GPT.replace("layers=1", "layers=2");
        works("predict", "--model", TINY_GPT, "--out", "@/a/");
        works("predict", "--model", TINY_GPT, "--out", "@/a/");
        works("predict", "--model", other, "--out", "@/b.safetensors");
        byte[] before = Files.readAllBytes(folder.resolve("a/model.safetensors"));
        fails(1, "model.safetensors: holds weights of gpt2:", "predict", "--model", other, "--out", "@/a/");
        fails(1, "which this would replace; choose another --out", "export", "@/b.safetensors", "--out", "@/a/");
        assertArrayEquals(before, Files.readAllBytes(folder.resolve("a/model.safetensors")));
        rewrite("a/model.safetensors", "c/model.safetensors", n -> n, Map.of());
        fails(1, "holds weights of another program", "predict", "--model", TINY_GPT, "--out", "@/c/");
        works("predict", "--model", TINY_GPT, "--shards", "20K", "--out", "@/d/");
        fails(1, "index.json: holds weights of gpt2:", "predict", "--model", other, "--out", "@/d/");
        try (Stream<Path> files = Files.list(folder.resolve("d"))) {
            for (Path part : files.filter(f -> f.toString().contains("-of-")).toList()) Files.delete(part);
        }
        works("predict", "--model", TINY_GPT, "--shards", "20K", "--out", "@/d/");
    }

    /** Also where it has no weights that are known here, or those of a training. */
    @Test
    void whatIsNotMadeAgainInAMomentIsNotReplaced() throws IOException {
        Files.createDirectories(folder.resolve("f"));
        Files.writeString(folder.resolve("f/config.json"), "{\"model_type\": \"bert\"}");
        Files.writeString(folder.resolve("f/pytorch_model.bin"), "");
        fails(1, "pytorch_model.bin: is another program's", "predict", "--model", TINY_GPT, "--out", "@/f/");
        Files.delete(folder.resolve("f/pytorch_model.bin"));
        fails(1, "config.json: describes a model that is not known here, which this would replace", "predict",
                "--model", TINY_GPT, "--out", "@/f/");
        Files.createDirectories(folder.resolve("w"));
        works("train", "--model", TINY_GPT, "--steps", "1", "--batch", "1", "--best", "--out", "@/t.safetensors",
                "--out-weights", "@/w/model.safetensors");
        for (String out : List.of("@/w/", "@/w/model.safetensors", "@/t.best.safetensors"))
            fails(1, "holds a training, which a prediction would replace", "predict", "--model", TINY_GPT, "--out",
                    out);
        for (int twice = 0; twice < 2; twice++) works("export", "@/t.safetensors", "--out", "@/e/");
        fails(1, "holds a training, which a prediction would replace", "predict", "--model", TINY_GPT, "--out", "@/e/");
        fails(1, "holds a training, which the weights would replace", "export", "@/t.safetensors", "--out", "@/w/");
    }

    @Test
    void checkpointsOfThePublicCodeAreTaken() throws IOException {
        String vit = "vit:layers=1,heads=2,width=16,mlp=64,patch=4,image=8,classes=3";
        Files.copy(LOGAH, folder.resolve("x.pt"));
        fails(1, "x.pt holds a hypernetwork, not a model's parameters; predict --ghn ", "inspect", "@/x.pt");
        works("predict", "--model", vit, "--ghn", "@/x.pt", "--out", "@/a.safetensors");
        assertTrue(works("import", "@/x.pt", "--out", "@/g.safetensors").out().contains("LoGAH, 51 tensors"));
        works("predict", "--model", vit, "--ghn", "@/g.safetensors", "--out", "@/b.safetensors");
        assertArrayEquals(Files.readAllBytes(folder.resolve("a.safetensors")),
                Files.readAllBytes(folder.resolve("b.safetensors")));
        fails(1, "the hypernetwork is one for vision models", "predict", "--model", TINY_GPT, "--ghn", "@/x.pt",
                "--out",
                "@/c.safetensors");
    }

    /** What it predicts with, which is its average where it has one; the rest is of its training. */
    @ParameterizedTest
    @CsvSource({"cosine-mini, 0.9, hypernetwork of ours", "mini, 0, LoGAH", "mini+nearby, 0, hypernetwork of ours"})
    void aHypernetworkOfOursIsImportedWithoutItsTraining(String variant, String average, String kind)
            throws IOException {
        works("train-ghn", "--variant", variant, "--steps", "2", "--batch", "1", "--context", "16", "--meta-batch", "1",
                "--average", average, "--out", "@/g.safetensors", "--out-weights", "@/w.safetensors");
        String out = works("import", "@/g.safetensors", "--out", "@/x.safetensors").out();
        assertTrue(out.contains("x.safetensors: " + kind + ", ")
                && out.contains("Left out, since they are not the weights: optimizer"), out);
        assertEquals(entries("w.safetensors"), entries("x.safetensors"));
        for (String ghn : List.of("g", "x"))
            works("predict", "--model", TINY_GPT, "--ghn", "@/" + ghn + ".safetensors", "--out",
                    "@/p" + ghn + ".safetensors");
        assertEquals(-1, Files.mismatch(folder.resolve("pg.safetensors"), folder.resolve("px.safetensors")));
    }

    /** No shape says how many heads there are; the configuration beside the weights does. */
    @Test
    void aNewHeadIsForTheNetworkThatTheConfigurationDescribes() throws IOException {
        predicted(TINY_GPT, "@/a/");
        rewrite("a/model.safetensors", "b/model.safetensors", n -> n, Map.of());
        Files.copy(folder.resolve("a/config.json"), folder.resolve("b/config.json"));
        String larger = TINY_GPT.replace("vocabulary=256", "vocabulary=300");
        String[] train = {"train", "--init", "@/b", "--steps", "1", "--batch", "1", "--context", "16", "--out", "@/x"};
        for (String other : List.of(TINY_GPT, larger)) {
            String[] heads = with(train, "--model", other.replace("heads=2", "heads=4"));
            fails(1, "as config.json beside it says, not of gpt2:layers=1,heads=4", with(heads, "--new-head"));
            assertFalse(run(heads).err().contains("--new-head"));
        }
        fails(1, "--new-head takes all but the layer of classes", with(train, "--model", larger));
        works(with(train, "--model", larger, "--new-head"));
    }

    /** Another vocabulary alone is what a new head can help with, also where only shapes say what a file holds. */
    @Test
    void aNewHeadIsNotForAnotherWidth() throws IOException {
        predicted(TINY_GPT, "@/a/");
        rewrite("a/model.safetensors", "b.safetensors", n -> n, Map.of());
        String[] train = {"train", "--init", "@/b.safetensors", "--steps", "1", "--out", "@/x", "--model"};
        String larger = TINY_GPT.replace("vocabulary=256", "vocabulary=300");
        fails(1, "--new-head takes all but the layer of classes", with(train, larger));
        for (String wider : List.of(TINY_GPT, larger)) {
            String[] refused = with(train, wider.replace("width=16", "width=32"));
            fails(1, "'transformer.wte.weight' has shape [", refused);
            assertFalse(run(refused).err().contains("--new-head"));
        }
    }

    @Test
    void aRefusedModelLeavesNoFolder() throws IOException {
        works("predict", "--model", TINY_GPT, "--out", "@/a.safetensors");
        ruinHeader();
        fails(1, "a.safetensors: is no safetensors file", "export", "@/a.safetensors", "--model", TINY_GPT, "--out",
                "@/out/e/");
        fails(1, "a.safetensors: is no safetensors file", "predict", "--model", TINY_GPT, "--ghn", "@/a.safetensors",
                "--out", "@/out/p/");
        fails(1, "none.txt", "train", "--model", TINY_GPT, "--data", "@/none.txt", "--steps", "1", "--seed", "1,2",
                "--out",
                "@/out/sweep", "--metrics", "@/out/sweep/metrics");
        assertFalse(Files.exists(folder.resolve("out")));
    }

    /** A length that no file has. */
    private void ruinHeader() throws IOException {
        byte[] bytes = Files.readAllBytes(folder.resolve("a.safetensors"));
        bytes[7] = 1;
        Files.write(folder.resolve("a.safetensors"), bytes);
    }

    /** A configuration that cannot be written, for lack of room, say. */
    @ParameterizedTest
    @ValueSource(strings = {"predict", "export"})
    void thereAreNoWeightsWithoutTheirConfiguration(String command) throws IOException {
        works("predict", "--model", TINY_GPT, "--out", "@/a.safetensors");
        Files.createDirectories(folder.resolve("e"));
        Files.createSymbolicLink(folder.resolve("e/config.json"), folder.resolve("nowhere/config.json"));
        if (command.equals("export"))
            fails(1, "config.json", "export", "@/a.safetensors", "--out", "@/e/");
        else
            fails(1, "config.json", "predict", "--model", TINY_GPT, "--out", "@/e/");
        assertFalse(Files.exists(folder.resolve("e/model.safetensors")));
    }

    @Test
    void otherFilesOfPythonsAreImportedOrRefused() throws IOException {
        Files.copy(TENSORS.resolve("checkpoint.pt"), folder.resolve("x.pt"));
        Files.copy(TENSORS.resolve("command.pt"), folder.resolve("c.pt"));
        String out = works("import", "@/x.pt", "--out", "@/o.safetensors").out();
        assertTrue(
                out.contains("tensors, 17 tensors")
                        && out.contains("Left out, since they are not the weights: optimizer"),
                out);
        assertArrayEquals(new float[]{0, 3, 1, 4, 2, 5}, values("o.safetensors", "transposed"));
        fails(1, "c.pt: asks Python for 'posix.system'", "import", "@/c.pt", "--out", "@/p.safetensors");
        assertTrue(InitialParameters.isFile("x.pt") && InitialParameters.isFile("pytorch_model.bin"));
    }
}
