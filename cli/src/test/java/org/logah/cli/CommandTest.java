package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.Shape;
import org.logah.engine.io.TensorEntry;
import org.logah.models.ModelCatalog;
import org.logah.training.data.text.GrammarText;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/** Whole commands, as a user types them. */
class CommandTest extends CommandLineTest {
    private static final String GPT = "gpt2:layers=2,heads=2,width=32,vocabulary=256,positions=32,tied=false";
    private static final String GOLDEN = "../training/src/test/resources/golden/";

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help"})
    void helpListsEveryCommand(String how) {
        String help = works(how).out();
        for (String command : List.of("demo", "predict", "train-ghn", "architectures", "generate", "inspect", "graph",
                "verify",
                "devices",
                "kernel"))
            assertTrue(help.contains("\n  " + command), help);
        assertTrue(works("help", "predict").out().startsWith("Usage: logah predict"));
        assertTrue(works("predict", "--version").out().startsWith("LoGAH in Java"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"graphormer", "gatedgnn"})
    void predictionsReadBackByNameAndShape(String encoder) throws IOException {
        String model = "gpt2:layers=2,heads=4,width=64,vocabulary=1000,positions=128";
        Outcome o = works("predict", "--model", model, "--encoder", encoder, "--out", "@/p.safetensors");
        assertTrue(o.out().contains("28 tensors"), o.out());
        List<TensorEntry> entries = entries("p.safetensors");
        var shapes = ModelCatalog.parse(model).shapes();
        assertEquals(shapes.keySet().stream().toList(), entries.stream().map(TensorEntry::name).toList());
        for (TensorEntry e : entries) assertEquals(shapes.get(e.name()), e.shape());
        float[] w = values("p.safetensors", "transformer.h.1.mlp.c_fc.weight");
        double squares = 0;
        for (float v : w) squares += (double) v * v;
        assertEquals(0.02, Math.sqrt(squares / w.length), 0.003, "scaled to the language form's deviation");
    }

    @Test
    void theSameSeedGivesTheSameFile() throws IOException {
        for (String threads : new String[]{"1", "2"}) {
            works("predict", "--model", "vit-tiny:layers=2,image=32,patch=4,classes=10", "--threads", threads, "--out",
                    "@/" + threads + ".safetensors");
        }
        assertEquals(-1, Files.mismatch(folder.resolve("1.safetensors"), folder.resolve("2.safetensors")));
    }

    @Test
    void aProfileSaysWhereTheTimeWentAndChangesNoNumber() throws IOException {
        works("predict", "--model", GPT, "--out", "@/plainly.safetensors");
        Outcome o = works("predict", "--model", GPT, "--profile", "--out", "@/profiled.safetensors");
        assertTrue(o.err().contains("product A B^T"), o.err());
        assertTrue(o.err().contains("GFLOP/s"), o.err());
        assertEquals(-1, Files.mismatch(folder.resolve("plainly.safetensors"), folder.resolve("profiled.safetensors")));
    }

    @Test
    void halfPrecisionAndJson() throws IOException {
        works("predict", "--model", GPT, "--out", "@/f.safetensors");
        Outcome o = works("predict", "--model", GPT, "--dtype", "bf16", "--json", "--out", "@/h.safetensors");
        JsonObject json = JsonParser.parseString(o.out()).getAsJsonObject();
        assertEquals(ModelCatalog.parse(GPT).parameterCount(), json.get("parameters").getAsLong());
        float[] full = values("f.safetensors", "lm_head.weight");
        assertArrayEquals(full, values("h.safetensors", "lm_head.weight"), 0.001f);
        assertTrue(Files.size(folder.resolve("h.safetensors")) < 0.6 * Files.size(folder.resolve("f.safetensors")));
    }

    @Test
    void shardsHoldWhatTheFileHolds() throws IOException {
        works("predict", "--model", GPT, "--out", "@/f.safetensors");
        works("predict", "--model", GPT, "--shards", "40K", "--out", "@/s.safetensors");
        JsonObject index = JsonParser.parseString(Files.readString(folder.resolve("s.safetensors.index.json")))
                .getAsJsonObject();
        JsonObject places = index.getAsJsonObject("weight_map");
        assertEquals(ModelCatalog.parse(GPT).shapes().keySet(), places.keySet());
        assertEquals(ModelCatalog.parse(GPT).parameterCount() * 4,
                index.getAsJsonObject("metadata").get("total_size").getAsLong());
        for (String name : places.keySet())
            assertArrayEquals(values("f.safetensors", name), values(places.get(name).getAsString(), name), name);
    }

    /** A figure's results have the name of a demo's record, which they would replace. */
    @Test
    void anExperimentTakesNoFolderOfAnother() throws IOException {
        works("experiment", "figure1", "--out", "@/figure");
        works("experiment", "figure1", "--out", "@/figure");
        fails(1, "is of another experiment: its ", "experiment", "table5", "--out", "@/figure");
        Files.createDirectories(folder.resolve("demo"));
        Files.writeString(folder.resolve("demo/experiment.json"), "{}");
        fails(1, "experiment.json: is of another experiment; choose another folder", "experiment", "figure1", "--out",
                "@/demo");
        assertEquals("{}", Files.readString(folder.resolve("demo/experiment.json")));
        fails(1, "leave out --seed", "experiment", "figure1", "--seed", "2", "--out", "@/demo");
    }

    /** Of a path with a blank, too. */
    @Test
    void whatAnExperimentSaysRepeatsIt() throws IOException {
        works("experiment", "figure1", "--out", "@/my runs");
        assertEquals("logah experiment figure1 --out '" + folder + "/my runs'",
                JsonParser.parseString(Files.readString(folder.resolve("my runs/experiment.json"))).getAsJsonObject()
                        .get("command").getAsString());
    }

    /** A model that is far too large is refused before its weights are read. */
    @Test
    void generationHasABudget() {
        works("predict", "--model", GPT, "--out", "@/p.safetensors");
        String[] generate = {"generate", "--weights", "@/p.safetensors", "--tokens", "3", "--max-memory"};
        fails(1, "generating with gpt2:layers=2,", with(generate, "100K"));
        fails(1, "of memory, 100 KB are available", with(generate, "100K"));
        works(with(generate, "1M"));
        works(with(generate, "1M", "--bf16"));
    }

    @Test
    void mistakesGetOneLine() throws IOException {
        Files.writeString(folder.resolve("text.txt"), "too short");
        Files.writeString(folder.resolve("junk.safetensors"), "this is no tensor file at all");
        Files.createDirectory(folder.resolve("dir"));
        fails(1, "unknown model 'gpt9'; did you mean gpt2?", "predict", "--model", "gpt9", "--out", "@/x");
        fails(1, "7 heads do not divide width 768", "predict", "--model", "gpt2:heads=7", "--out", "@/x");
        fails(1, "folder does not exist", "predict", "--model", GPT, "--out", "@/no/where/x");
        fails(1, "no such file", "predict", "--model", GPT, "--ghn", "@/missing.safetensors", "--out", "@/x");
        fails(1, "is no safetensors file", "predict", "--model", GPT, "--ghn", "@/junk.safetensors", "--out", "@/x");
        fails(1, "holds no hypernetwork", "predict", "--model", GPT, "--ghn", GOLDEN + "gpt2-train.safetensors",
                "--out", "@/x");
        fails(1, "variant 'giant'", "predict", "--model", GPT, "--variant", "giant", "--out", "@/x");
        fails(1, "needs a GPU's tensor cores", "predict", "--model", GPT, "--precision", "bf16", "--out", "@/x");
        fails(1, "--replay is for a GPU", "train", "--model", GPT, "--replay", "--out", "@/x");
        fails(2, "Unknown option: '--replay'", "predict", "--model", GPT, "--replay", "--out", "@/x");
        fails(1, "--context is for texts; images have no length", "train-ghn", "--set", "small-vits", "--context", "8",
                "--out", "@/x");
        fails(2, "'int8': choose f32, f16 or bf16", "predict", "--model", GPT, "--dtype", "int8", "--out", "@/x");
        fails(2, "did you mean predict?", "predcit", "--model", GPT);
        fails(1, "choose f32, bf16 or f16", "predict", "--model", GPT, "--precision", "fp8", "--out", "@/x");
        fails(1, "encoder 'rnn'", "predict", "--model", GPT, "--encoder", "rnn", "--out", "@/x");
        fails(1, "K = 32768", "predict", "--model", "gpt2:width=12288,heads=96,layers=1", "--out", "@/x");
        fails(1, "of memory, 10 MB are available", "predict", "--model", "gpt2-medium", "--max-memory", "10M", "--out",
                "@/x");
        fails(1, "training gpt2-large with batches of 64 needs", "train", "--model", "gpt2-large", "--batch", "64",
                "--max-memory", "1G", "--out", "@/x");
        fails(1, "meta-training on 4 architectures a step needs", "train-ghn", "--max-memory", "1M", "--out", "@/x");
        fails(1, "the demo needs", "demo", "--max-memory", "1M", "--out", "@/demo");
        fails(1, "--shards 0: files of that size hold nothing", "predict", "--model", GPT, "--shards", "0", "--out",
                "@/x.safetensors");
        fails(1, "shards need a name that ends with .safetensors", "predict", "--model", GPT, "--shards", "1M", "--out",
                "@/x");
        fails(1, "TORNADOVM_HOME", "predict", "--model", GPT, "--device", "tornado:0", "--out", "@/x");
        fails(2, "'lots' is not an amount of memory", "predict", "--model", GPT, "--max-memory", "lots", "--out",
                "@/x");
        fails(1, "kernels 'fast'", "predict", "--model", GPT, "--kernels", "fast", "--out", "@/x");
        fails(1, "too few for windows", "train", "--model", GPT, "--data", "@/text.txt", "--context", "16", "--out",
                "@/x");
        fails(1, "none.txt: no such file or folder; there are, for tokens: ", "train", "--model", GPT, "--data",
                "@/none.txt", "--out", "@/x");
        fails(1, "dir: no data set that is known; there are, for tokens: ", "train-ghn", "--data", "@/dir", "--out",
                "@/x");
        fails(1, "the data has images of 3 x 24 x 24, the model reads 3 x 224 x 224; use image=24", "train", "--model",
                "vit", "--out", "@/x");
        fails(1, "the data set 'cifar' is not built in; write cifar:PATH, needed: a folder with the binary version",
                "train-ghn", "--set", "vits", "--data", "cifar", "--out", "@/x");
        fails(1, "the data has images of 3 x 32 x 32, the model reads 3 x 224 x 224; use image=32", "train", "--model",
                "vit", "--data", cifar().toString(), "--out", "@/x");
        fails(1, "unknown set 'gpt'; choose one of small, gpts, small-llamas, llamas, small-vits, vits", "train-ghn",
                "--set", "gpt", "--out",
                "@/x");
        fails(1, "--context 64: the model has 32 positions", "train", "--model", GPT, "--context", "64", "--out",
                "@/x");
        fails(2, "Missing required option: '--model=NAME'", "train", "--out", "@/x");
        fails(1, "initialization 'magic'", "train", "--model", GPT, "--init", "magic", "--out", "@/x");
        fails(1, "cannot hold the 256 tokens", "train", "--model", "gpt2:vocabulary=100,layers=1", "--out", "@/y");
        fails(1, "end it in .json, .dot or .svg", "graph", "--model", GPT, "--out", "@/x.gif");
        fails(1, "no such file", "verify", "@/none.safetensors");
        fails(2, "Missing required option: '--out=FILE'", "predict", "--model", GPT);
        fails(2, "Unknown option: '--speed'", "predict", "--model", GPT, "--out", "@/x", "--speed");
        fails(2, "a command is missing: demo, predict, train, train-ghn, experiment, architectures, generate, inspect, "
                + "import, export, graph, verify, devices, kernel");
        fails(1, "--ghn names a hypernetwork already", "predict", "--model", GPT, "--ghn", "@/g", "--scaling", "std",
                "--out", "@/x");
        fails(1, "too few for windows of 20000", "train-ghn", "--data", "@/text.txt", "--context", "20000", "--out",
                "@/x");
        fails(1, "4294967296 tokens", "train", "--model", "gpt2:layers=1,positions=65536,vocabulary=256", "--batch",
                "65536", "--context", "65536", "--out", "@/x");
        try (Stream<Path> left = Files.list(folder)) {
            assertTrue(left.noneMatch(p -> p.toString().contains(".part")), "partial files are left behind");
        }
    }

    @Test
    void verifyPrintsAndFails() throws IOException {
        Outcome o = works("verify", GOLDEN + "gpt2-train.safetensors", GOLDEN + "vit-gatedgnn-lowrank.safetensors");
        assertTrue(o.out().contains("gradients of hypernetwork"), o.out());
        assertTrue(o.out().contains("losses over steps"), o.out());
        assertTrue(o.out().matches("(?s).*final weights .* ok, without \\d+ of 40,000 numbers.*"), o.out());
        byte[] all = Files.readAllBytes(Path.of(GOLDEN + "gpt2-train.safetensors"));
        all[all.length - 1] ^= 0x10;
        Files.write(folder.resolve("bad.safetensors"), all);
        Outcome bad = run("verify", "--json", folder + "/bad.safetensors");
        assertEquals(1, bad.code());
        JsonObject report = JsonParser.parseString(bad.out()).getAsJsonArray().get(0).getAsJsonObject();
        assertFalse(report.get("passed").getAsBoolean());
        JsonObject weights = report.getAsJsonArray("groups").get(1).getAsJsonObject();
        assertEquals("final weights", weights.get("group").getAsString());
        assertEquals(40_000, weights.get("numbers").getAsLong());
        assertTrue(weights.get("left_out").getAsLong() > 0, weights.toString());
    }

    /** JSON has no word for what is not finite. */
    @Test
    void anErrorThatIsNotFiniteIsNullInJson() throws IOException {
        byte[] all = Files.readAllBytes(Path.of(GOLDEN + "gpt2-train.safetensors"));
        ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).putFloat(all.length - Float.BYTES, Float.NaN);
        Files.write(folder.resolve("nan.safetensors"), all);
        Outcome bad = run("verify", "--json", folder + "/nan.safetensors");
        assertEquals(1, bad.code());
        assertFalse(bad.out().contains("1.0E308") || bad.out().contains("Infinity"), bad.out());
        JsonObject report = JsonParser.parseString(bad.out()).getAsJsonArray().get(0).getAsJsonObject();
        JsonObject weights = report.getAsJsonArray("groups").get(1).getAsJsonObject();
        assertFalse(weights.get("passed").getAsBoolean());
        assertTrue(weights.get("error").isJsonNull() && weights.get("element_error").isJsonNull(), weights.toString());
    }

    @Test
    void graphsAreWrittenInThreeForms() throws IOException {
        for (String form : new String[]{"json", "dot", "svg"}) works("graph", "--model", GPT, "--out", "@/g." + form);
        JsonObject json = JsonParser.parseString(Files.readString(folder.resolve("g.json"))).getAsJsonObject();
        assertEquals(6 + 13 * 2, json.getAsJsonArray("nodes").size());
        assertTrue(Files.readString(folder.resolve("g.dot")).startsWith("digraph"));
        assertTrue(Files.readString(folder.resolve("g.svg")).contains("lm_head.weight"));
        works("graph", "--model", GPT, "--reference", "--out", "@/r.json");
        JsonObject quirk = JsonParser.parseString(Files.readString(folder.resolve("r.json"))).getAsJsonObject();
        assertEquals(6 + 13 * 2, quirk.getAsJsonArray("nodes").size());
        assertNotEquals(json.get("edges"), quirk.get("edges"), "the untied head hangs on the input");
    }

    @Test
    void interruptedTrainingGoesOnToTheSameNumbers() throws IOException {
        Files.writeString(folder.resolve("text.txt"), GrammarText.generate(20_000, 3));
        String[] common = {"train", "--model", GPT, "--data", "@/text.txt", "--context", "16", "--batch", "4", "--lr",
                "1e-3", "--eval-every", "5"};
        works(with(common, "--steps", "12", "--out", "@/whole.safetensors", "--metrics", "@/whole.csv"));
        works(with(common, "--steps", "5", "--out", "@/part.safetensors", "--metrics", "@/part.csv"));
        works(with(common, "--steps", "12", "--out", "@/part.safetensors", "--metrics", "@/part.csv", "--resume"));
        for (TensorEntry e : entries("whole.safetensors")) {
            assertArrayEquals(values("whole.safetensors", e.name()), values("part.safetensors", e.name()), e.name());
        }
        List<String> whole = Files.readAllLines(folder.resolve("whole.csv"));
        List<String> part = Files.readAllLines(folder.resolve("part.csv"));
        assertEquals(13, whole.size());
        for (int i = 0; i < whole.size(); i++) {
            assertEquals(whole.get(i).replaceFirst(",[^,]*$", ""), part.get(i).replaceFirst(",[^,]*$", ""));
        }
        fails(1, "--prompt has U+FFFD, which stands for bytes that were not read", "generate", "--model", GPT,
                "--weights",
                "@/whole.safetensors", "--prompt", "caf\ufffd");
        Outcome text = works("generate", "--model", GPT, "--weights", "@/whole.safetensors", "--prompt", "The",
                "--tokens", "10");
        assertTrue(text.out().startsWith("The"), text.out());
    }

    @Test
    void aHypernetworksFilePredictsAndItsPredictionTrains() throws IOException {
        String[] common = {"train-ghn", "--batch", "4", "--meta-batch", "2", "--lr", "1e-3"};
        works(with(common, "--steps", "3", "--out", "@/whole.safetensors"));
        works(with(common, "--steps", "2", "--encoder", "gatedgnn", "--out", "@/gnn.safetensors"));
        fails(1, "holds a training of another hypernetwork: its encoder is", with(common, "--steps", "2", "--out",
                "@/gnn.safetensors", "--resume"));
        works("predict", "--model", GPT, "--ghn", "@/whole.safetensors", "--out", "@/p.safetensors");
        works("predict", "--model", GPT, "--ghn", "@/gnn.safetensors", "--out", "@/q.safetensors");
        works("train", "--init", "@/p.safetensors", "--steps", "2", "--context", "16", "--out",
                "@/t.safetensors");
        assertEquals(Shape.of(256, 32), entries("t.safetensors").get(0).shape());
    }

    /** A folder with ten grey images of CIFAR-10 for each part. */
    private Path cifar() throws IOException {
        byte[] images = new byte[10 * (1 + 3072)];
        for (int i = 0; i < 10; i++) images[i * (1 + 3072)] = (byte) i;
        Path data = Files.createDirectories(folder.resolve("cifar"));
        Files.write(data.resolve("data_batch_1.bin"), images);
        Files.write(data.resolve("test_batch.bin"), images);
        return data;
    }

    @Test
    void visionModelsAreTrainedAndMetaTrainedOnImages() throws IOException {
        String vit = "vit:layers=1,heads=2,width=16,patch=8,image=32,classes=10";
        works("train", "--model", vit, "--data", cifar().toString(), "--steps", "2", "--batch", "2", "--out",
                "@/vit.safetensors");
        works("train-ghn", "--set", "vits", "--data", "cifar:" + cifar(), "--steps", "1", "--batch", "1",
                "--meta-batch", "1", "--out", "@/ghn.safetensors");
        works("predict", "--model", vit, "--ghn", "@/ghn.safetensors", "--out", "@/p.safetensors");
        assertEquals(ModelCatalog.parse(vit).shapes().keySet().stream().toList(),
                entries("p.safetensors").stream().map(TensorEntry::name).toList());
    }

    @Test
    void inspectSaysWhatSpeaksAgainstAStart() {
        works("predict", "--model", GPT, "--variant", "mini", "--out", "@/p.safetensors");
        Outcome paper = works("inspect", "@/p.safetensors");
        assertTrue(paper.out().contains("Note: the 2 tensors of shape"), paper.out());
        works("predict", "--model", GPT, "--variant", "cosine-mini", "--out", "@/q.safetensors");
        Outcome ours = works("inspect", "@/q.safetensors", "--model", GPT);
        assertTrue(ours.out().endsWith("Nothing speaks against training from it." + System.lineSeparator()),
                ours.out());
        fails(1, "q.safetensors: holds parameters of gpt2:layers=2", "inspect", "@/q.safetensors", "--model",
                "vit-tiny");
        fails(2, "Missing required parameter: 'FILE'", "inspect");
    }

    /** The registered families, data sets and sets of architectures, with what each says of itself. */
    @Test
    void helpNamesWhatIsRegistered() {
        String predict = works("predict", "--help").out().replaceAll("\\s+", " ");
        for (String name : ModelCatalog.names()) assertTrue(predict.contains(name), predict);
        assertTrue(predict.contains("llama:kvheads=N heads of keys and values"), predict);
        String train = works("train-ghn", "--help").out().replaceAll("\\s+", " ");
        assertTrue(train.contains("Architectures: small, gpts, small-llamas, llamas, small-vits, vits (default small)"),
                train);
        assertTrue(train.contains("vits (images) ViTs like those of ViTs-1K"), train);
        assertTrue(train.contains("grammar (tokens) built in: English-like text"), train);
    }

    @Test
    void aDataSetThatIsBuiltInIsNamedOrLeftOut() throws IOException {
        String[] common = {"train", "--model", GPT, "--context", "16", "--batch", "2", "--steps", "2"};
        works(with(common, "--data", "grammar", "--out", "@/named.safetensors"));
        works(with(common, "--out", "@/usual.safetensors"));
        assertEquals(-1, Files.mismatch(folder.resolve("named.safetensors"), folder.resolve("usual.safetensors")));
    }

    @Test
    void theDemoEndsWithTableAndPlot() throws IOException {
        String[] demo = {"demo", "--meta-steps", "8", "--train-steps", "4", "--seed", "1,2", "--train-lr", "1e-3,3e-3",
                "--starts", "random,orthogonal", "--out", "@/demo"};
        Outcome o = works(demo);
        assertTrue(o.out().contains("cosine-mini") && o.out().contains("orthogonal"), o.out());
        assertTrue(o.out().contains("This run took "), o.out());
        List<String> stages = o.err().lines().map(l -> l.replaceFirst(":.*", "")).distinct().toList();
        assertEquals(11, stages.size(), o.err());
        assertEquals("seed 1, 1/7 meta-training cosine-mini", stages.get(0));
        assertEquals("seed 1, 3/7 cosine-mini, rate 3e-3", stages.get(2));
        assertTrue(stages.get(10).startsWith("seed 2, 4/4 orthogonal, rate "), o.err());
        assertTrue(Files.readString(folder.resolve("demo/curves.svg")).contains("predicted, cosine-mini"));
        byte[] png = Files.readAllBytes(folder.resolve("demo/curves.png"));
        assertEquals("PNG", new String(png, 1, 3, StandardCharsets.US_ASCII));
        assertTrue(Files.exists(folder.resolve("demo/ghn-cosine-mini-2.safetensors")));
        assertTrue(Files.readString(folder.resolve("demo/curves.json")).contains("\"command\":\"logah demo --meta-"));
        works("predict", "--model", GPT, "--ghn", "@/demo/ghn-cosine-mini-1.safetensors", "--out", "@/p.safetensors");

        // Again, it takes what is there; another experiment is refused.
        Outcome again = works(demo);
        assertTrue(again.err().isEmpty(), again.err());
        demo[4] = "5";
        fails(1, "is of another experiment: its trainSteps is 4, this one's 5", demo);
        assertEquals("", run(demo).out());
    }

    @ParameterizedTest
    @CsvSource({"demo", "predict", "train", "train-ghn", "experiment", "architectures", "generate", "inspect", "import",
            "export",
            "graph", "verify", "devices"})
    void everyCommandExplainsItself(String command) {
        assertTrue(works(command, "--help").out().contains("Usage: logah " + command));
    }

    @Test
    void devicesAreListed() { assertTrue(works("devices").out().contains("cpu")); }
}
