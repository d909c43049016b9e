package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.training.weights.InitialParameters;

/** What somebody who errs must be told before work begins, or not be given as if nothing were wrong. */
class ErringUserTest extends CommandLineTest {
    private static String[] train(String out, String... more) {
        return with(new String[]{"train", "--model", TINY_GPT, "--batch", "2", "--context", "16", "--steps", "2",
                "--out", out}, more);
    }

    private static String[] trainGhn() {
        return new String[]{"train-ghn", "--batch", "1", "--meta-batch", "1", "--steps", "1", "--out",
                "@/g.safetensors"};
    }

    /** The first number of the first tensor is none. */
    private void ruin(String file) throws IOException {
        ruin(file, 0);
    }

    private void ruin(String file, long at) throws IOException {
        Path path = folder.resolve(file);
        byte[] bytes = Files.readAllBytes(path);
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(8 + header + (int) at, Float.NaN);
        Files.write(path, bytes);
    }

    @Test
    void weightsThatAreNoNumbersAreRefusedWhereTheyAreRead() throws IOException {
        works(train("@/o.safetensors"));
        works(trainGhn());
        ruin("o.safetensors");
        ruin("g.safetensors");
        String of = "o.safetensors: 'transformer.wte.weight' has numbers that are not finite";
        fails(1, of, "generate", "--weights", "@/o.safetensors");
        fails(1, of, "inspect", "@/o.safetensors");
        fails(1, of, train("@/p.safetensors", "--init", "@/o.safetensors"));
        fails(1, of, train("@/o.safetensors", "--resume"));
        fails(1, "has numbers that are not finite", "predict", "--model", TINY_GPT, "--ghn", "@/g.safetensors", "--out",
                "@/p.safetensors");
        assertFalse(Files.exists(folder.resolve("p.safetensors")));
    }

    /** The optimizer's state stands behind the weights. */
    @Test
    void aStateThatIsNoNumberIsRefused() throws IOException {
        works(train("@/o.safetensors"));
        ruin("o.safetensors", Files.size(folder.resolve("o.safetensors")) / 2);
        fails(1, "has numbers that are not finite", train("@/o.safetensors", "--resume"));
    }

    @Test
    void namesAsLongAsTheSystemAllowsAreWritten() {
        works(train("@/" + "x".repeat(250)));
        fails(1, "cannot be written", train("@/" + "x".repeat(300)));
    }

    /** A run that goes on from a file takes nothing that would make it another. */
    @Test
    void aResumedRunIsOfTheSameStartAndRate() {
        works(train("@/o.safetensors"));
        fails(1, "is of a run with another start, random instead of xavier",
                train("@/o.safetensors", "--resume", "--init", "xavier"));
        fails(1, "is of a run with another learning rate", train("@/o.safetensors", "--resume", "--lr", "0.01"));
        fails(1, "--warmup 3 is more than all of the 2 steps", train("@/w.safetensors", "--warmup", "3"));
    }

    @Test
    void whatCannotBeMeantIsNotIgnored() {
        for (String most : List.of("1e400", "NaN", "-1", ""))
            fails(2, "is not an amount of memory", "experiment", "figure1", "--max-memory", most, "--out", "@/f");
        fails(1, "--classes: the networks of gpts-1k read tokens and have none; leave it out", "architectures",
                "gpts-1k", "--classes", "7", "--out", "@/g.jsonl");
        fails(1, "--vocabulary: the networks of vits-1k read images and have none; leave it out", "architectures",
                "vits-1k", "--vocabulary", "7", "--out", "@/g.jsonl");
        fails(2, "has bytes that are no UTF-8, or the letter that stands for them; rename the file",
                train("@/bad\uFFFD"));
        works(train("@/o.safetensors", "--keep", Integer.toString(Integer.MAX_VALUE)));
        Outcome nothing = run(with(trainGhn(), "--penalty", "1e300"));
        assertEquals(1, nothing.code());
        assertTrue(nothing.err().contains("none of its meta-steps had a loss and a gradient that are numbers"),
                nothing.err());
    }

    private static String[] sweep(String steps, String... more) {
        return with(new String[]{"train", "--model", TINY_GPT, "--batch", "2", "--context", "16", "--seed", "1,2",
                "--steps", steps, "--out", "@/sweep"}, more);
    }

    /** Two of its trainings would have been compared after other numbers of steps. */
    @Test
    void aSweepComparesNothingBeyondItsSteps() {
        works(sweep("3"));
        fails(1, "seed-1.safetensors: is at step 3 already, beyond 2; choose --steps 3 or more, or another --out",
                sweep("2", "--resume"));
        works(sweep("4", "--resume"));
    }

    /** The picture's name is typed by nobody. */
    @Test
    void aListOfArchitecturesReplacesNothingButAList() throws IOException {
        String[] draw = {"architectures", "gpts-1k", "--count", "2", "--out", "@/x.jsonl"};
        Path list = folder.resolve("x.jsonl");
        Path picture = Files.writeString(folder.resolve("x.svg"), "somebody's");
        fails(1, "x.svg: is there already, where the picture of", draw);
        Files.move(picture, list);
        fails(1, "x.jsonl: is there already, and is no list of architectures", draw);
        assertEquals("somebody's", Files.readString(list));
        Files.delete(list);
        works(draw);
        works(with(draw, "--seed", "2"));
        works(train("@/o.svg"));
        fails(1, "o.svg: holds a training, which a graph would replace", "graph", "--model", TINY_GPT, "--out",
                "@/o.svg");
        works(train("@/o.safetensors", "--best"));
        Files.delete(folder.resolve("o.safetensors"));
        fails(1, "or --force begins anew over it", train("@/o.safetensors", "--best"));
    }

    /** The optimizer's steps are those of its moments; with others it goes on to other numbers. */
    @Test
    void aStateOfOtherStepsThanItsOptimizersIsRefused() throws IOException {
        works(train("@/o.safetensors"));
        Path state = folder.resolve("o.safetensors");
        String text = Files.readString(state, StandardCharsets.ISO_8859_1);
        for (String edited : List.of("\"optimizer.steps\":\"1\"", "\"optimizer.steps\":\"9\"")) {
            Files.writeString(state, text.replace("\"optimizer.steps\":\"2\"", edited), StandardCharsets.ISO_8859_1);
            fails(1, "is no training state; of its 2 steps the optimizer did", train("@/o.safetensors", "--resume"));
        }
    }

    /** One training writes a file; a slash says a folder, and a file would stand in its place. */
    @Test
    void aFolderIsNoFile() throws IOException {
        String slash = ": the slash says a folder, and this writes a file";
        for (String option : List.of("--metrics", "--out-weights"))
            fails(1, option + " " + folder + "/x/" + slash, train("@/o.safetensors", option, "@/x/"));
        fails(1, "--out " + folder + "/x/" + slash, train("@/x/"));
        fails(1, slash, "train-ghn", "--steps", "1", "--out", "@/x/");
        assertEquals(List.of(), files());
        works(train("@/x/", "--seed", "1,2"));
        works(train("@/o.safetensors"));
        fails(1, slash, "import", "@/o.safetensors", "--out", "@/y/");
        assertEquals(List.of("o.safetensors", "x"), files());
    }

    @Test
    void aStartNeedsNoSuffix() {
        works(train("@/m"));
        works(train("@/n", "--init", "@/m"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"inspect @/pipe", "generate --weights @/pipe", "verify @/pipe",
            "predict --model gpt2 --out @/x --ghn @/pipe", "inspect @/pipe.index.json"})
    void aPipeIsNotWaitedFor(String command) throws Exception {
        for (String pipe : List.of("pipe", "pipe.index.json"))
            assertEquals(0, new ProcessBuilder("mkfifo", folder.resolve(pipe).toString()).start().waitFor());
        assertTimeoutPreemptively(Duration.ofSeconds(20),
                () -> fails(1, "is a device or a pipe", command.split(" ")));
    }

    @Test
    void aPredictionIsOneFileOrASetAndNeverBoth() throws IOException {
        String[] predict = {"predict", "--model", TINY_GPT, "--out", "@/s.safetensors"};
        works(predict);
        Outcome o = works(with(predict, "--shards", "20K"));
        assertTrue(o.out().contains("s.safetensors.index.json: "), o.out());
        assertFalse(Files.exists(folder.resolve("s.safetensors")));
        assertTrue(files().size() > 2, files()::toString);
        works(predict);
        assertEquals(List.of("s.safetensors"), files());
    }

    /** Of other programs, and of the user's own. */
    @Test
    void filesOfAnotherKindStay() throws IOException {
        works(trainGhn());
        byte[] ghn = Files.readAllBytes(folder.resolve("g.safetensors"));
        String[] predict = {"predict", "--model", TINY_GPT, "--ghn", "@/g.safetensors", "--shards", "20K", "--out"};
        fails(1, "holds a training", with(predict, "@/g.safetensors"));
        assertArrayEquals(ghn, Files.readAllBytes(folder.resolve("g.safetensors")), "the hypernetwork");
        Path foreign = folder.resolve("s-00001-of-00099.safetensors");
        Files.write(foreign, "a download under way".getBytes(StandardCharsets.UTF_8));
        Path notes = folder.resolve("s-notes.safetensors");
        Files.write(notes, ghn);
        works(with(predict, "@/s.safetensors"));
        works("predict", "--model", TINY_GPT, "--out", "@/s.safetensors");
        assertTrue(Files.exists(foreign) && Files.exists(notes), files()::toString);
        // A set whose headers have no model, as other programs write them.
        Files.copy(folder.resolve("g.safetensors"), folder.resolve("h-00001-of-00001.safetensors"));
        Files.writeString(folder.resolve("h.safetensors.index.json"),
                "{\"weight_map\": {\"a\": \"h-00001-of-00001.safetensors\"}}");
        works("predict", "--model", TINY_GPT, "--out", "@/h.safetensors");
        assertTrue(files().containsAll(List.of("h-00001-of-00001.safetensors", "h.safetensors.index.json")),
                files()::toString);
    }

    @Test
    void aFolderIsNoSingleFile() throws IOException {
        Files.createDirectory(folder.resolve("s.safetensors"));
        works("predict", "--model", TINY_GPT, "--shards", "20K", "--out", "@/s.safetensors");
        assertTrue(Files.isDirectory(folder.resolve("s.safetensors")));
    }

    /** A name of an initialization is one, whatever files there are, and in whatever letters. */
    @Test
    void namesOfInitializationsAreNoFiles() {
        works(trainGhn());
        works(train("@/o.safetensors", "--init", "Random"));
        works(train("@/o.safetensors", "--init", "random", "--resume"));
        assertFalse(InitialParameters.isFile("random") || InitialParameters.isFile("LeCun"));
        fails(1, "is of a run with another learning rate", with(trainGhn(), "--resume", "--lr", "0.5"));
    }

    @Test
    void aPredictionReplacesNoTraining() throws IOException {
        works(train("@/o.safetensors"));
        works(trainGhn());
        for (String training : List.of("o.safetensors", "g.safetensors")) {
            byte[] before = Files.readAllBytes(folder.resolve(training));
            String[] predict = {"predict", "--model", TINY_GPT, "--out", "@/" + training};
            fails(1, "holds a training, which a prediction would replace", predict);
            fails(1, "holds a training, which a prediction would replace", with(predict, "--shards", "20K"));
            assertArrayEquals(before, Files.readAllBytes(folder.resolve(training)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"n.csv", "n.jsonl"})
    void metricsReplaceNothingElse(String name) throws IOException {
        works(train("@/o.safetensors"));
        Files.writeString(folder.resolve(name), "name;age\nAnn;3\n");
        String[] on = train("@/o.safetensors", "--resume", "--metrics", "@/" + name);
        on[8] = "3";
        fails(1, name + ": holds no metrics of a training", on);
        assertEquals("name;age\nAnn;3\n", Files.readString(folder.resolve(name)));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aHypernetworkForLanguagePredictsNoVisionModel() {
        works(trainGhn());
        fails(1, "the hypernetwork is one for language models", "predict", "--model",
                "vit:image=24,layers=1,heads=2,width=16,patch=4", "--ghn", "@/g.safetensors", "--out", "@/x");
    }

    @Test
    void emptyNamesAndDoublesAreNamed() {
        fails(2, "'--out': a name of a file or folder is missing", train(""));
        fails(1, "the start random is there twice", "demo", "--starts", "random,random", "--out", "@/d");
        fails(1, "the learning rate 0.001 is there twice", "demo", "--train-lr", "1e-3,1e-3", "--out", "@/d");
        fails(1, "the seed 1 is there twice; name it once", "experiment", "table3", "--seed", "1,1", "--out", "@/d");
        fails(1, "there is no seed; name at least one", "experiment", "table3", "--seed", ",", "--out", "@/d");
    }

    /** A large text takes minutes to become tokens. */
    @Test
    void whatIsCheapIsCheckedBeforeDataIsOpened() throws IOException {
        text();
        String[] demo = {"demo", "--data", "@/none.txt"};
        fails(1, "the seed 1 is there twice; name it once", with(demo, "--seed", "1,1", "--out", "@/d"));
        fails(1, "there is no seed; name at least one", with(demo, "--seed", ",", "--out", "@/d"));
        fails(1, "text.txt: is a file; --out names a folder", with(demo, "--out", "@/text.txt"));
        fails(1, "text.txt/d: the folder cannot be made", with(demo, "--out", "@/text.txt/d"));
        fails(1, "none.txt: no such file or folder", with(demo, "--out", "@/d/e"));
        fails(1, "the demo needs", "demo", "--max-memory", "1K", "--out", "@/d/e");
        fails(1, "the experiment needs", "experiment", "figure4", "--max-memory", "1K", "--out", "@/d/e");
        assertFalse(Files.exists(folder.resolve("d")), "a folder for nothing");
    }

    @Test
    void metricsThatWereEmptiedGetTheirHeaderAgain() throws IOException {
        works(train("@/o.safetensors", "--metrics", "@/m.csv"));
        Files.writeString(folder.resolve("m.csv"), "");
        String[] on = train("@/o.safetensors", "--metrics", "@/m.csv", "--resume");
        on[8] = "3";
        works(on);
        List<String> rows = Files.readAllLines(folder.resolve("m.csv"));
        assertTrue(rows.size() == 2 && rows.getFirst().startsWith("step,") && rows.getLast().startsWith("2,"),
                rows::toString);
    }

    /** In words, not by the names of Java's classes. */
    @Test
    void whatTheSystemRefusesIsSaidInWords() throws IOException {
        text();
        fails(1, "text.txt/d: the folder cannot be made (Not a directory)", "demo", "--out", "@/text.txt/d");
        fails(1, "text.txt/d: the folder cannot be made (Not a directory)",
                with(train("@/text.txt/d"), "--lr", "1e-3,3e-3"));
        fails(1, "(File name too long)", train("@/" + "x".repeat(300)));
        fails(2, "can be no name of a file (Nul character not allowed)", train("x\0y"));
        fails(1, "'x?y' can be no name of a file", train("@/x", "--data", "x\0y"));
    }
}
