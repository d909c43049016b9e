package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.logah.engine.io.FileClaim;

/** What somebody reads who goes on from the wrong thing, or from what is damaged. */
@Timeout(300) // an experiment that is not refused would go on for a quarter of an hour
class SlipsWhileResumingTest extends CommandLineTest {
    private static final String ANEW = "choose another --out, or begin anew over it with --force in place of --resume";
    private static final String WAY_OUT = "; go on with what it was begun with, " + ANEW;
    private static final String[] TRAIN = {"train", "--model", TINY_GPT, "--batch", "2", "--context", "16", "--steps",
            "2", "--out", "@/o.safetensors"};
    private static final String[] META = {"train-ghn", "--batch", "1", "--context", "16", "--meta-batch", "1",
            "--steps", "1", "--variant", "cosine-mini", "--out", "@/g.safetensors"};
    private static final String[] DEMO = {"demo", "--meta-steps", "2", "--train-steps", "2", "--starts", "random",
            "--layers", "2", "--width", "16", "--out", "@/demo"};

    /** The same command with other values behind its options. */
    private static String[] changed(String[] command, String... options) {
        String[] other = command.clone();
        for (int i = 0; i < options.length; i += 2)
            other[Arrays.asList(command).indexOf(options[i]) + 1] = options[i + 1];
        return other;
    }

    /** Both ways out that are named lead on. */
    @Test
    void whereTheStateIsGoneTheMetricsSaySo() throws IOException {
        String[] command = with(TRAIN, "--metrics", "@/m.csv");
        works(command);
        Files.delete(folder.resolve("o.safetensors"));
        String gone = "m.csv: is there already, and " + folder
                + "/o.safetensors, from which its run would go on, is not; "
                + "move it away, choose another --metrics, or ";
        fails(1, gone + "--force begins anew over it", command);
        fails(1, gone + "begin anew over it with --force in place of --resume", with(command, "--resume"));
        assertFalse(Files.exists(folder.resolve("o.safetensors")));
        works(with(command, "--force"));
    }

    /** What is named like a numbered state and is none of this run's stays, and is not written over. */
    @Test
    void whatIsNamedLikeAKeptStateAndIsNoneStays() throws IOException {
        String[] kept = with(TRAIN, "--eval-every", "1", "--keep", "1");
        works(kept);
        works(META);
        works(changed(with(TRAIN, "--seed", "2"), "--out", "@/other.safetensors"));
        Path hypernetwork = Files.copy(folder.resolve("g.safetensors"), folder.resolve("o.step-7.safetensors"));
        Path another = Files.copy(folder.resolve("other.safetensors"), folder.resolve("o.step-1.safetensors"));
        works(with(changed(kept, "--steps", "4"), "--resume"));
        assertTrue(Files.exists(hypernetwork) && Files.exists(another));
        Files.delete(another);
        assertTrue(Files.exists(folder.resolve("o.step-4.safetensors")));
        assertFalse(Files.exists(folder.resolve("o.step-2.safetensors")), "this run's own is removed");
        String no = "o.step-7.safetensors: is there already, where this training would keep a state, and is none of its; "
                + "move it away";
        fails(1, no, with(changed(kept, "--steps", "9"), "--resume"));
        fails(1, no, with(changed(kept, "--steps", "9"), "--force"));
        works(with(changed(kept, "--steps", "6"), "--force"));
        assertTrue(Files.exists(hypernetwork));
    }

    /** Beside a sweep's other trainings, which are finished. */
    @Test
    void aCutStateOfASweepIsDeletedByItself() throws IOException {
        String[] sweep = with(changed(TRAIN, "--out", "@/s"), "--lr", "1e-3,3e-3");
        works(sweep);
        Path cut = folder.resolve("s/rate-1e-3-seed-1.safetensors");
        byte[] whole = Files.readAllBytes(cut);
        Files.write(cut, new byte[0]);
        fails(1, "; delete it, and it is trained anew, the others not", with(sweep, "--resume"));
        Files.delete(cut);
        works(with(sweep, "--resume"));
        assertArrayEquals(whole, Files.readAllBytes(cut));
    }

    @Test
    void anEmptyNameIsNotTheCurrentFolder() {
        for (String option : new String[]{"--data", "--init"})
            assertTrue(run(with(TRAIN, option, "")).err().contains("a name is missing"), option);
        assertTrue(run(with(DEMO, "--data", "")).err().contains("a name is missing"));
    }

    /** Of the same start, rate and seed, but a wider target. */
    @Test
    void theCurveOfAnotherExperimentIsRefused() throws IOException {
        works(DEMO);
        works(changed(DEMO, "--width", "32", "--out", "@/wide"));
        String curve = "runs/random-0.001-1.json";
        Files.copy(folder.resolve("wide").resolve(curve), folder.resolve("demo").resolve(curve),
                StandardCopyOption.REPLACE_EXISTING);
        fails(1, "random-0.001-1.json: is the curve of another experiment; delete it, and it is made anew", DEMO);
        Files.writeString(folder.resolve("demo/experiment.json"), "{\"nodes\": []}");
        fails(1, "experiment.json: is no experiment's; move it away, or choose another folder", DEMO);
    }

    @Test
    void aTrainingOfAnotherKindIsRefusedForThatAlone() {
        works(TRAIN);
        works(META);
        String[] train = with(changed(TRAIN, "--out", "@/g.safetensors", "--batch", "3"), "--resume");
        fails(1, "g.safetensors: holds a hypernetwork, cosine-mini, not a training of gpt2:layers=1,", train);
        fails(1, WAY_OUT, train);
        fails(1, "o.safetensors: holds no hypernetwork (its header has no 'ghn' entry)" + WAY_OUT,
                with(changed(META, "--out", "@/o.safetensors", "--steps", "3"), "--resume"));
    }

    /** Batches, rates and lengths differ, too. */
    @Test
    void whatMattersMostIsNamedFirst() throws IOException {
        works(META);
        fails(1, "is of a run with another set, small instead of small-llamas; its numbers would not go on as they were"
                + WAY_OUT, with(changed(META, "--batch", "2", "--steps", "3"), "--set", "small-llamas", "--resume"));
        fails(1, "holds a training of another hypernetwork: it is cosine-mini, this one mini" + WAY_OUT,
                with(changed(META, "--variant", "mini", "--batch", "2"), "--resume"));
        works(TRAIN);
        text();
        fails(1, "is of a run with another data", with(changed(TRAIN, "--batch", "3"), "--data", "@/text.txt",
                "--clip", "7", "--lr", "1e-2", "--resume"));
    }

    @Test
    void aCutStateHasAWayOut() throws IOException {
        works(TRAIN);
        Path state = folder.resolve("o.safetensors");
        for (int length : new int[]{0, 5, 100, (int) Files.size(state) - 1}) {
            Files.write(state, Arrays.copyOf(Files.readAllBytes(state), length));
            Outcome cut = run(with(TRAIN, "--resume"));
            assertEquals(1, cut.code(), cut.err());
            assertTrue(cut.err().contains("; " + ANEW), cut.err());
            assertFalse(cut.err().contains("go on with"), cut.err());
            works(with(TRAIN, "--force"));
        }
    }

    @Test
    void metricsThatBeginLateSaySo() {
        works(TRAIN);
        String[] further = with(changed(TRAIN, "--steps", "4"), "--resume", "--metrics", "@/m.csv");
        String begun = works(further).err();
        assertTrue(begun.contains("m.csv: has no rows of 2 of the 2 steps before"), begun);
        String done = works(further).err();
        assertFalse(done.contains("no rows"), done);
        works(with(changed(TRAIN, "--out", "@/whole.safetensors"), "--metrics", "@/whole.csv"));
        String whole = works(
                with(changed(TRAIN, "--out", "@/whole.safetensors", "--steps", "4"), "--resume", "--metrics",
                        "@/whole.csv"))
                .err();
        assertFalse(whole.contains("no rows"), whole);
    }

    /** Whose first rows may be the same, where rates differ later, or nothing was done yet. */
    @Test
    void metricsOfAnotherTrainingStayAsTheyAre() throws IOException {
        String[] other = changed(TRAIN, "--out", "@/other.safetensors", "--steps", "3");
        works(with(other, "--metrics", "@/other.csv"));
        byte[] rows = Files.readAllBytes(folder.resolve("other.csv"));
        String[] further = with(changed(TRAIN, "--steps", "4"), "--resume", "--metrics");
        for (int done = 1; done <= 2; done++) {
            works(changed(with(TRAIN, "--force", "--metrics", "@/m.csv"), "--steps", Integer.toString(done)));
            fails(1, "other.csv: may hold metrics of another training; this one's are in " + folder
                    + "/m.csv; go on with those, or choose a file that is not there", with(further, "@/other.csv"));
            works(changed(with(TRAIN, "--force"), "--steps", Integer.toString(done)));
            String none = "other.csv: may hold metrics of another training; the state knows of none of this one; "
                    + "choose a file that is not there";
            fails(1, none, with(further, "@/other.csv"));
            assertArrayEquals(rows, Files.readAllBytes(folder.resolve("other.csv")));
        }
        works(with(further, "@/new.csv"));
        assertTrue(Files.readAllLines(folder.resolve("new.csv")).getLast().startsWith("3,"));
    }

    /** A copy under another name is a training with its metrics, too, and so are both elsewhere. */
    @Test
    void metricsThatMoveWithTheirStateAreItsOwn() throws IOException {
        works(with(TRAIN, "--metrics", "@/o.csv"));
        Files.createDirectories(folder.resolve("moved/there"));
        for (String end : new String[]{".safetensors", ".csv"}) {
            Files.copy(folder.resolve("o" + end), folder.resolve("copy" + end));
            Files.copy(folder.resolve("o" + end), folder.resolve("moved/there/o" + end));
        }
        for (String name : new String[]{"copy", "moved/there/o"}) {
            works(changed(with(TRAIN, "--resume", "--metrics", "@/" + name + ".csv"), "--steps", "3", "--out",
                    "@/" + name + ".safetensors"));
            assertEquals(4, Files.readAllLines(folder.resolve(name + ".csv")).size());
        }
        assertArrayEquals(Files.readAllBytes(folder.resolve("copy.safetensors")),
                Files.readAllBytes(folder.resolve("moved/there/o.safetensors")));
        Files.copy(folder.resolve("o.csv"), folder.resolve("rows.csv")); // all of them, and no more
        works(with(changed(TRAIN, "--steps", "3"), "--resume", "--metrics", "@/rows.csv"));
        assertEquals(4, Files.readAllLines(folder.resolve("rows.csv")).size());
    }

    /** By whatever way somebody comes to them; a killed run's have rows beyond its state. */
    @Test
    void metricsAreFoundThroughLinks() throws IOException {
        Files.createDirectories(folder.resolve("real/deep"));
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real/deep"));
        works(with(changed(TRAIN, "--out", "@/link/o.safetensors"), "--metrics", "@/m.csv"));
        for (String way : new String[]{"real/deep", "link"}) {
            Files.writeString(folder.resolve("m.csv"), "9,1.0,,1.0,1.0,1.0\n", StandardOpenOption.APPEND);
            works(with(changed(TRAIN, "--out", "@/" + way + "/o.safetensors"), "--resume", "--metrics", "@/m.csv"));
            assertEquals(3, Files.readAllLines(folder.resolve("m.csv")).size());
        }
        works(with(changed(TRAIN, "--out", "@/other.safetensors", "--steps", "3"), "--metrics", "@/other.csv"));
        for (String way : new String[]{"real/deep", "link"})
            fails(1, "this one's are in " + folder.toRealPath() + "/m.csv; go on with those",
                    with(changed(TRAIN, "--out", "@/" + way + "/o.safetensors"), "--resume", "--metrics",
                            "@/other.csv"));
    }

    /** The state says that they are in a file that never came to be: then the losses must do. */
    @Test
    void metricsAreFoundAgainAfterASlip() throws IOException {
        works(with(TRAIN, "--metrics", "@/m.csv"));
        works(with(changed(TRAIN, "--steps", "3"), "--resume", "--metrics", "@/slip.csv"));
        Files.delete(folder.resolve("slip.csv"));
        String[] further = with(changed(TRAIN, "--steps", "4"), "--resume", "--metrics", "@/m.csv");
        String said = works(further).err();
        assertTrue(said.contains("m.csv: has no rows of 1 of the 3 steps before"), said);
    }

    /** Their state says nothing of metrics; the losses must do. */
    @Test
    void statesOfEarlierVersionsFindTheirMetrics() throws IOException {
        works(with(TRAIN, "--metrics", "@/m.csv"));
        Path state = folder.resolve("o.safetensors");
        String text = Files.readString(state, StandardCharsets.ISO_8859_1);
        assertTrue(text.contains("\"metrics\":\"m.csv\""));
        Files.writeString(state, text.replace("\"metrics\":\"m.csv\"", "\"another\":\"m.csv\""),
                StandardCharsets.ISO_8859_1);
        Files.copy(folder.resolve("m.csv"), folder.resolve("n.csv"));
        works(with(changed(TRAIN, "--steps", "3"), "--resume", "--metrics", "@/n.csv"));
        fails(1, "m.csv: may hold metrics of another training",
                with(changed(TRAIN, "--steps", "4"), "--resume", "--metrics", "@/m.csv"));
    }

    @Test
    void whatADemoMetaTrainsIsWrittenByNothingElse() throws IOException {
        Path ghn = folder.resolve("demo/ghn-cosine-mini-1.safetensors");
        try (FileClaim _ = FileClaim.of(ghn)) {
            fails(1, "ghn-cosine-mini-1.safetensors: another program is writing it; wait until that has ended", DEMO);
        }
        try (FileClaim _ = FileClaim.of(folder.resolve("table/hypernetworks-grammar/ghn-mini-1.safetensors"))) {
            fails(1, "ghn-mini-1.safetensors: another program is writing it", "experiment", "table3", "--out",
                    "@/table");
        }
        assertFalse(Files.exists(ghn));
    }

    /** Not after the meta-training. */
    @Test
    void aBrokenCurveIsFoundBeforeAnyWork() throws IOException {
        works(DEMO);
        Path curve = folder.resolve("demo/runs/random-0.001-1.json");
        Path ghn = folder.resolve("demo/ghn-cosine-mini-1.safetensors");
        byte[] sound = Files.readAllBytes(curve);
        Files.delete(ghn);
        Files.writeString(curve, "");
        fails(1, "random-0.001-1.json: is empty; delete it, and it is made anew", DEMO);
        assertFalse(Files.exists(ghn), "meta-trained before the curve was read");
        Files.delete(curve);
        works(DEMO);
        assertArrayEquals(sound, Files.readAllBytes(curve));
    }

    @Test
    void aHypernetworkIsNoModel() throws IOException {
        works(META);
        String its = "g.safetensors: holds a hypernetwork, cosine-mini, not parameters of gpt2:layers=1,";
        fails(1, its, "generate", "--model", TINY_GPT, "--weights", "@/g.safetensors");
        fails(1, its, "inspect", "@/g.safetensors", "--model", TINY_GPT);
        fails(1, "; --ghn in place of --init starts from that", with(TRAIN, "--init", "@/g.safetensors"));
    }
}
