package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.io.TensorEntry;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/** Targets trained from all starts, several at once, and what is kept of them. */
class TargetsTest extends CommandLineTest {
    private static final String[] SMALL = {"train", "--model", TINY_GPT, "--batch", "2", "--context", "16", "--steps",
            "4"};
    private static final String VIT = "vit:layers=1,heads=2,width=16,patch=8,image=24,classes=";

    private void assertSame(String a, String b) throws IOException {
        assertEquals(-1, Files.mismatch(folder.resolve(a), folder.resolve(b)), a + " and " + b);
    }

    private List<String> files(String in) throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve(in))) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    /** By every decoder, the start is what predict writes, and the training the one from that file. */
    @ParameterizedTest
    @CsvSource({"cosine-mini", "mini", "ghn3-mini"})
    void aHypernetworksFileIsAStart(String variant) throws IOException {
        works("train-ghn", "--variant", variant, "--steps", "1", "--batch", "1", "--context", "16", "--meta-batch",
                "1", "--out", "@/g.safetensors");
        works("predict", "--model", TINY_GPT, "--ghn", "@/g.safetensors", "--seed", "3", "--kernels", "loops", "--out",
                "@/p.safetensors");
        String[] common = with(SMALL, "--seed", "3", "--kernels", "loops");
        works(with(common, "--init", "@/p.safetensors", "--out", "@/file.safetensors"));
        Outcome o = works(with(common, "--ghn", "@/g.safetensors", "--out", "@/memory.safetensors"));
        assertTrue(o.out().contains("from the prediction of "), o.out());
        assertSameNumbers("file.safetensors", "memory.safetensors");
        works(with(common, "--ghn", "@/g.safetensors", "--out", "@/memory.safetensors", "--resume"));
        works(with(common, "--ghn", "@/g.safetensors", "--recompute", "--out", "@/again.safetensors"));
        assertSame("memory.safetensors", "again.safetensors");
        fails(1, "is of a run with another start, prediction of g.safetensors instead of random",
                with(common, "--out", "@/memory.safetensors", "--resume"));
    }

    private void assertSameNumbers(String a, String b) throws IOException {
        assertEquals(entries(a), entries(b));
        for (TensorEntry e : entries(a))
            assertEquals(-1, Arrays.mismatch(values(a, e.name()), values(b, e.name())), e.name());
    }

    @Test
    void startsThatContradictAreRefused() throws IOException {
        text();
        fails(1, "--ghn predicts the start, --init names another; leave one of them out",
                with(SMALL, "--ghn", "@/g", "--init", "random", "--out", "@/x"));
        fails(1, "a hypernetwork is named by --ghn g.safetensors",
                with(SMALL, "--init", "ghn:g.safetensors", "--out", "@/x"));
        fails(1, "--new-head is about the file of --init, and the start is random; leave it out",
                with(SMALL, "--new-head", "--out", "@/x"));
        fails(1, "--new-head is about the file of --init, and --ghn predicts the head as well; leave it out",
                with(SMALL, "--new-head", "--ghn", "@/g", "--out", "@/x"));
        fails(1, "none: no such file", with(SMALL, "--ghn", "@/none", "--out", "@/x"));
        works("train-ghn", "--steps", "1", "--batch", "1", "--context", "16", "--meta-batch", "1", "--out",
                "@/g.safetensors");
        fails(1, "g.safetensors: holds a hypernetwork, mini, not parameters of gpt2:layers=1",
                with(SMALL, "--init", "@/g.safetensors", "--out", "@/x"));
        fails(1, "the hypernetwork is one for language models", "train", "--model", VIT + 10, "--ghn",
                "@/g.safetensors", "--out", "@/x");
        fails(1, "--ghn are the same file", with(SMALL, "--ghn", "@/g.safetensors", "--out", "@/g.safetensors",
                "--force"));
        assertFalse(Files.exists(folder.resolve("x")));
    }

    /** What was trained on ten classes goes on with twelve; one option says that the old layer of classes is not wanted. */
    @Test
    void aNewHeadIsStartedForOtherClasses() throws IOException {
        String[] train = {"train", "--batch", "2", "--steps", "2", "--lr", "1e-2"};
        works(with(train, "--model", VIT + 10, "--out", "@/ten.safetensors"));
        String[] other = with(train, "--model", VIT + 12, "--init", "@/ten.safetensors");
        fails(1, "classes=12; --new-head takes all but the layer of classes, and starts that anew",
                with(other, "--out", "@/x"));
        works(with(other, "--new-head", "--out", "@/twelve.safetensors"));
        assertEquals(12, entries("twelve.safetensors").stream().filter(e -> e.name().equals("heads.head.weight"))
                .findFirst().orElseThrow().shape().dim(0));
        fails(1, "is of a run with another start, ten.safetensors with a new head instead of random",
                with(train, "--model", VIT + 12, "--out", "@/twelve.safetensors", "--resume"));
        works(with(other, "--new-head", "--out", "@/twelve.safetensors", "--resume"));
        // Another difference is none of classes.
        fails(1, "holds parameters of vit:layers=1", "train", "--model", VIT + "12,mlp=32", "--init",
                "@/ten.safetensors", "--new-head", "--out", "@/x");
    }

    /** Each of several trainings is the one that its rate and seed give alone. */
    @Test
    void severalRatesAndSeedsAreSeveralTrainings() throws IOException {
        String[] sweep = with(SMALL, "--eval-every", "2", "--lr", "1e-3,3e-3", "--seed", "1,2");
        Outcome o = works(with(sweep, "--out", "@/runs", "--metrics", "@/rows", "--out-weights", "@/weights"));
        List<String> names = Stream.of("1e-3-seed-1", "1e-3-seed-2", "3e-3-seed-1", "3e-3-seed-2")
                .map(n -> "rate-" + n).toList();
        assertEquals(Stream.concat(names.stream().map(n -> n + ".safetensors"), Stream.of("summary.json")).toList(),
                files("runs"));
        assertEquals(names.stream().map(n -> n + ".safetensors").toList(), files("weights"));
        assertEquals(names.stream().map(n -> n + ".jsonl").toList(), files("rows"));
        Files.createDirectories(folder.resolve("single"));
        works(with(SMALL, "--eval-every", "2", "--lr", "3e-3", "--seed", "2", "--out",
                "@/single/alone.safetensors", "--metrics", "@/rows/alone.jsonl")); // which its state names
        assertSame("single/alone.safetensors", "runs/rate-3e-3-seed-2.safetensors");
        assertEquals(8, o.out().lines().count(), o.out());
        assertTrue(o.out().contains("mean last loss"), o.out());
        JsonArray rows = summary();
        assertEquals(4, rows.size());
        assertTrue(rows.get(3).getAsJsonObject().get("last").getAsDouble() > 1, rows.toString());
        String before = read(folder.resolve("runs/summary.json"));

        fails(1, "is there already; --resume goes on from it", with(sweep, "--out", "@/runs"));
        assertEquals(o.out(), works(with(sweep, "--out", "@/runs", "--resume")).out());
        assertEquals(before, read(folder.resolve("runs/summary.json")));
        // With another rate beside them, what is there is taken as it is.
        Outcome more = works(with(SMALL, "--eval-every", "2", "--lr", "1e-3,3e-3,5e-3", "--seed", "1,2", "--resume",
                "--out", "@/runs"));
        assertEquals(2, more.err().lines().count(), more.err());
        assertEquals(6, summary().size());
        works(with(SMALL, "--eval-every", "2", "--lr", "4e-3", "--seed", "1,2", "--resume", "--out", "@/runs"));
        assertEquals(8, summary().size(), "those of other rates stay");
        String all = read(folder.resolve("runs/summary.json"));
        fails(1, "summary.json: is of trainings with another model", "train", "--model", TINY_GPT + ",mlp=32",
                "--lr", "6e-3,7e-3", "--steps", "1", "--resume", "--out", "@/runs");
        fails(1, "summary.json: is of trainings with another context",
                "train", "--model", TINY_GPT, "--batch", "2", "--context", "8", "--steps", "4", "--lr", "6e-3,7e-3",
                "--resume", "--out", "@/runs");
        fails(1, "summary.json: is of trainings with another data",
                with(SMALL, "--data", "book", "--lr", "6e-3,7e-3", "--resume", "--out", "@/runs"));
        assertEquals(all, read(folder.resolve("runs/summary.json")));
        fails(1, "summary.json: is of trainings with another clip, 1.0 instead of 2.0; choose another folder",
                with(sweep, "--out", "@/runs", "--resume", "--clip", "2"));
        String nothing = works(with(SMALL, "--lr", "1e-3,3e-3", "--out", "@/none", "--resume")).err();
        assertEquals(1, nothing.lines().filter(l -> l.contains("there is nothing to go on from")).count(), nothing);
        assertTrue(nothing.contains("none: has none of these trainings"), nothing);
    }

    /** Its files stay as they are, also those of a training that diverged, and no empty ones come beside them. */
    @Test
    void aSweepThatIsDoneIsLeftAsItIs() throws IOException {
        String[] sweep = {"train", "--model", TINY_GPT, "--batch", "2", "--context", "16", "--steps", "60",
                "--eval-every",
                "20", "--clip", "0", "--weight-decay", "10", "--lr", "10,1e-3", "--out", "@/runs", "--keep", "1"};
        String[] rows = with(sweep, "--metrics", "@/rows");
        works(rows);
        Map<Path, FileTime> before = times("runs", "rows");
        works(with(rows, "--resume"));
        assertEquals(before, times("runs", "rows"));
        works(with(sweep, "--resume", "--metrics", "@/others"));
        assertFalse(Files.exists(folder.resolve("others")), "an empty folder");
        // What is asked for only now is made.
        works(with(sweep, "--resume", "--best", "--out-weights", "@/weights"));
        assertTrue(files("runs").contains("rate-1e-3-seed-1.best.safetensors"), files("runs")::toString);
        assertEquals(List.of("rate-1e-3-seed-1.safetensors"), files("weights"));
    }

    /** When each file was changed, but for the summary, which is written each time. */
    private Map<Path, FileTime> times(String... folders) throws IOException {
        Map<Path, FileTime> times = new TreeMap<>();
        for (String name : folders) {
            for (String file : files(name)) {
                Path path = folder.resolve(name).resolve(file);
                if (!file.equals("summary.json")) times.put(path, Files.getLastModifiedTime(path));
            }
        }
        return times;
    }

    private JsonArray summary() {
        return JsonParser.parseString(read(folder.resolve("runs/summary.json"))).getAsJsonObject()
                .getAsJsonArray("runs");
    }

    /** Without clipping and with a rate that is far too high a loss is soon no number. */
    @Test
    void aTrainingThatDivergesIsARow() throws IOException {
        String[] sweep = {"train", "--model", TINY_GPT, "--batch", "2", "--context", "16", "--steps", "60",
                "--clip", "0", "--weight-decay", "10", "--lr", "10,1e-3", "--out", "@/runs"};
        Outcome o = works(sweep);
        JsonObject first = summary().get(0).getAsJsonObject();
        assertTrue(first.get("last").isJsonNull() && !first.get("diverged").isJsonNull(), first.toString());
        assertEquals(60, summary().get(1).getAsJsonObject().get("steps").getAsInt());
        assertTrue(o.err().contains("1/2 rate 1e1, seed 1: diverged: "), o.err());
        assertTrue(o.out().contains("diverged"), o.out());
        String before = read(folder.resolve("runs/summary.json"));
        works(with(sweep, "--resume"));
        assertEquals(before, read(folder.resolve("runs/summary.json")));
        Outcome none = run("train", "--model", TINY_GPT, "--batch", "2", "--context", "16", "--steps", "60",
                "--clip", "0", "--weight-decay", "10", "--lr", "9,10", "--out", "@/none");
        assertEquals(1, none.code(), "no training came to its end");
    }

    @Test
    void foldersOfSeveralTrainingsAreNoFiles() throws IOException {
        text();
        String[] sweep = with(SMALL, "--lr", "1e-3,3e-3");
        fails(1, "text.txt: is a file; with several learning rates or seeds, name a folder",
                with(sweep, "--out", "@/text.txt"));
        fails(1, "--out-weights and --out are the same folder",
                with(sweep, "--out", "@/runs", "--out-weights", "@/runs"));
        fails(1, "the learning rate 0.001 is there twice", with(SMALL, "--lr", "1e-3,0.001", "--out", "@/x"));
        fails(1, "the seed 2 is there twice", with(SMALL, "--seed", "2,2", "--out", "@/x"));
        fails(2, "Invalid value for option '--lr'", with(SMALL, "--lr", "1e-3,,3e-3", "--out", "@/x"));
        fails(1, "a training needs a learning rate and a seed", with(SMALL, "--lr", ",", "--out", "@/x"));
        Files.createDirectory(folder.resolve("dir"));
        fails(1, "is a folder; name a file in it", with(SMALL, "--out", "@/dir"));
        Files.writeString(folder.resolve("dir/summary.json"), "{}");
        fails(1, "summary.json: is there already", with(sweep, "--out", "@/dir"));
    }

    @Test
    void statesAndWeightsAreKept() throws IOException {
        works(with(SMALL, "--eval-every", "1", "--keep", "2", "--best", "--out-weights", "@/w.safetensors", "--out",
                "@/o.safetensors"));
        assertEquals(List.of("o.best.safetensors", "o.safetensors", "o.step-3.safetensors", "o.step-4.safetensors",
                "w.safetensors"), files("."));
        assertSame("o.safetensors", "o.step-4.safetensors");
        for (String weights : List.of("w.safetensors", "o.best.safetensors")) {
            works("generate", "--weights", "@/" + weights, "--tokens", "3");
            works("inspect", "@/" + weights);
            works("train", "--init", "@/" + weights, "--batch", "2", "--context", "16", "--steps", "1", "--out",
                    "@/more.safetensors", "--force");
        }
        fails(1, "is no training state", with(SMALL, "--out", "@/w.safetensors", "--resume"));
        fails(1, "w.safetensors: is there already",
                with(SMALL, "--out", "@/n.safetensors", "--out-weights", "@/w.safetensors"));
        fails(1, "--out-weights and --out are the same file",
                with(SMALL, "--out", "@/n.safetensors", "--out-weights", "@/n.safetensors"));
        fails(2, "0 is less than 1", with(SMALL, "--keep", "0", "--out", "@/n.safetensors"));
    }

    /** Names that a run makes up are those of outputs, too. */
    @Test
    void whatIsKeptReplacesNothingThatACommandReadsOrWrites() throws IOException {
        works(with(SMALL, "--eval-every", "2", "--keep", "2", "--best", "--out", "@/o.safetensors"));
        List<String> before = files(".");
        String[] over = with(SMALL, "--force", "--out", "@/o.safetensors");
        fails(1, "o.step-2.safetensors: --keep would replace it, and it is the file of --init; choose another --out",
                with(over, "--init", "@/o.step-2.safetensors", "--keep", "3"));
        fails(1, "--keep would replace it, and it is the file of --init",
                with(over, "--init", "@/../" + folder.getFileName() + "/o.step-4.safetensors", "--keep", "3"));
        fails(1, "o.best.safetensors: --best would replace it, and it is the file of --init; choose another --out",
                with(over, "--init", "@/o.best.safetensors", "--best"));
        fails(1, "n.best.safetensors: --best would replace it, and it is the file of --out-weights",
                with(SMALL, "--best", "--out", "@/n.safetensors", "--out-weights", "@/n.best.safetensors"));
        fails(1, "n.step-1: --keep would replace it, and it is the file of --metrics",
                with(SMALL, "--keep", "1", "--out", "@/n", "--metrics", "@/n.step-1"));
        assertEquals(before, files("."));
        fails(1, "seed-1.best.safetensors: --best would replace it, and it is the file of --init",
                with(SMALL, "--force", "--best", "--lr", "1e-3,3e-3", "--out", "@/runs", "--init",
                        "@/runs/rate-3e-3-seed-1.best.safetensors"));
        // Where none are kept, such a state is a start like any other.
        works(with(over, "--init", "@/o.step-2.safetensors"));
    }

    /** Choices of the optimizer change the numbers, recomputation and what is kept do not. */
    @Test
    void choicesChangeWhatTheySay() throws IOException {
        works(with(SMALL, "--out", "@/usual.safetensors"));
        works(with(SMALL, "--recompute", "--out", "@/again.safetensors"));
        assertSame("usual.safetensors", "again.safetensors");
        works(with(SMALL, "--schedule", "constant", "--clip", "1", "--weight-decay", "0.01",
                "--out", "@/said.safetensors"));
        assertSame("usual.safetensors", "said.safetensors");
        String[][] others = {{"--schedule", "cosine"}, {"--schedule", "constant", "--warmup", "2"},
                {"--clip", "0"}, {"--weight-decay", "0.5"}};
        for (String[] other : others) {
            works(with(with(SMALL, other), "--force", "--out", "@/other.safetensors"));
            assertNotEquals(-1, Arrays.mismatch(values("usual.safetensors", "lm_head.weight"),
                    values("other.safetensors", "lm_head.weight")), String.join(" ", other));
        }
        fails(2, "Invalid value for option '--schedule'", with(SMALL, "--schedule", "steps", "--out", "@/x"));
        fails(2, "--clip", with(SMALL, "--clip", "-1", "--out", "@/x"));
    }
}
