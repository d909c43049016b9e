package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.io.FileClaim;

/** Nothing that a user has is lost by a slip: an option forgotten, a wrong number, one name for two files. */
class SafetyTest extends CommandLineTest {

    private static String[] train(String steps, String... more) {
        return with(new String[]{"train", "--model", TINY_GPT, "--batch", "2", "--context", "16", "--eval-every", "100",
                "--steps", steps, "--out", "@/o.safetensors"}, more);
    }

    private static String[] trainGhn(String steps, String... more) {
        return with(new String[]{"train-ghn", "--batch", "2", "--context", "16", "--meta-batch", "1", "--steps", steps,
                "--out", "@/g.safetensors"}, more);
    }

    @Test
    void aNewTrainingNeverReplacesAnOldOneUnasked() throws IOException {
        works(train("3", "--metrics", "@/m.csv"));
        byte[] weights = Files.readAllBytes(folder.resolve("o.safetensors"));
        byte[] metrics = Files.readAllBytes(folder.resolve("m.csv"));
        fails(1, "o.safetensors: is there already; --resume goes on from it, --force begins anew over it", train("2"));
        Files.move(folder.resolve("o.safetensors"), folder.resolve("kept"));
        fails(1, "m.csv: is there already", train("2", "--metrics", "@/m.csv"));
        fails(1, "--resume goes on, --force begins anew; leave one of them out", train("2", "--resume", "--force"));
        assertArrayEquals(weights, Files.readAllBytes(folder.resolve("kept")));
        assertArrayEquals(metrics, Files.readAllBytes(folder.resolve("m.csv")));
        works(train("2", "--force", "--metrics", "@/m.csv"));
        assertEquals(3, Files.readAllLines(folder.resolve("m.csv")).size());
        String on = works(train("4", "--resume", "--metrics", "@/m.csv")).err();
        assertTrue(on.contains("goes on from step 2 of 4") && !on.contains("not there"), on);
        assertEquals(5, Files.readAllLines(folder.resolve("m.csv")).size());
        works(trainGhn("1"));
        fails(1, "g.safetensors: is there already", trainGhn("2"));
        byte[] rows = Files.readAllBytes(folder.resolve("m.csv"));
        Files.move(folder.resolve("o.safetensors"), folder.resolve("kept2"));
        fails(1, "m.csv: is there already, and " + folder.resolve("o.safetensors")
                + ", from which its run would go on, is not; move it away, choose another --metrics, or begin anew over it",
                train("5", "--resume", "--metrics", "@/m.csv"));
        assertArrayEquals(rows, Files.readAllBytes(folder.resolve("m.csv")), "a slip in --out");
    }

    @Test
    void goingOnFromNothingIsSaid() {
        String nothing = "not there, so there is nothing to go on from; begins at the first step";
        assertTrue(works(train("2", "--resume")).err().contains("o.safetensors: " + nothing));
        assertTrue(works(trainGhn("1", "--resume")).err().contains("g.safetensors: " + nothing));
        String on = works(train("3", "--resume")).err();
        assertFalse(on.contains("not there"), on);
        String less = works(train("1", "--resume")).err();
        assertTrue(less.contains("is at step 3 already, beyond 1"), less);
    }

    @Test
    void whatAnotherTrainingWritesIsNotReplacedByForce() throws IOException {
        for (String option : List.of("--metrics", "--out-weights")) {
            try (FileClaim _ = FileClaim.of(folder.resolve("x"))) {
                fails(1, "x: another program is writing it; wait until that has ended, or choose another " + option,
                        train("1", "--force", option, "@/x"));
            }
        }
        assertFalse(Files.exists(folder.resolve("o.safetensors")));
        try (FileClaim _ = FileClaim.of(folder.resolve("o.best.safetensors"))) {
            fails(1, "o.best.safetensors: another program is writing it", train("1", "--best"));
        }
        for (String file : List.of("summary.json", "rate-1e-3-seed-1.safetensors")) {
            try (FileClaim _ = FileClaim.of(folder.resolve("s").resolve(file))) {
                fails(1, file + ": another program is writing it", "train", "--model", TINY_GPT, "--lr", "1e-3,3e-3",
                        "--batch", "2", "--context", "16", "--steps", "1", "--out", "@/s");
            }
        }
    }

    /** A training that has not saved yet has no file that a check could find, and would replace what is there at its first save. */
    @Test
    void whatATrainingWillWriteIsWrittenByNothingElse() throws IOException {
        works(train("1"));
        Files.createDirectory(folder.resolve("e"));
        for (String out : List.of("p.safetensors", "i.safetensors", "e/model.safetensors")) {
            try (FileClaim _ = FileClaim.of(folder.resolve(out))) {
                fails(1, out + ": another program is writing it; wait until that has ended, or choose another --out",
                        switch (out) {
                            case "p.safetensors" -> new String[]{"predict", "--model", TINY_GPT, "--out", "@/" + out};
                            case "i.safetensors" -> new String[]{"import", "@/o.safetensors", "--out", "@/" + out};
                            default -> new String[]{"export", "@/o.safetensors", "--out", "@/e"};
                        });
            }
            assertFalse(Files.exists(folder.resolve(out)), out);
        }
    }

    @ParameterizedTest
    @CsvSource({"--lr, NaN", "--lr, Infinity", "--lr, -1", "--lr, 0", "--lr, 1e30", "--lr, fast", "--warmup, -1",
            "--save-every, -1", "--steps, 0", "--steps, 1e3", "--eval-every, 0", "--accumulate, 0", "--batch, 0",
            "--context, 0", "--threads, 0", "--seed, one", "--steps, 4294967296"})
    void aWrongNumberIsSaidOfItsOptionBeforeAnyWork(String option, String value) throws IOException {
        works(train("1"));
        byte[] before = Files.readAllBytes(folder.resolve("o.safetensors"));
        List<String> args = new ArrayList<>(List.of(train("3", "--resume")));
        int at = args.indexOf(option);
        if (at < 0) args.addAll(List.of(option, value));
        else args.set(at + 1, value);
        fails(2, "Invalid value for option '" + option + "'", args.toArray(String[]::new));
        assertArrayEquals(before, Files.readAllBytes(folder.resolve("o.safetensors")));
    }

    @ParameterizedTest
    @CsvSource({"train-ghn, --penalty, NaN", "train-ghn, --meta-batch, 0", "demo, --meta-steps, -1",
            "demo, --train-steps, 0", "demo, '--train-lr', '1e-3,-1'", "demo, --layers, 0",
            "generate, --temperature, NaN",
            "generate, --temperature, -0.5", "generate, --tokens, -1", "generate, --top-k, -1"})
    void soIsThatOfOtherCommands(String command, String option, String value) {
        fails(2, "Invalid value for option '" + option + "'", command, option, value, "--out", "@/x");
    }

    @Test
    void anOutputIsNoInput() throws IOException {
        byte[] text = text();
        works(trainGhn("1"));
        works("predict", "--model", TINY_GPT, "--ghn", "@/g.safetensors", "--out", "@/p.safetensors");
        byte[] ghn = Files.readAllBytes(folder.resolve("g.safetensors"));
        fails(1, "--out and --data are the same file", "train", "--model", TINY_GPT, "--data", "@/text.txt", "--out",
                "@/text.txt", "--force");
        fails(1, "--out and --data are the same file", "train", "--model", TINY_GPT, "--data", "text:@/text.txt",
                "--out",
                "@/text.txt", "--force");
        fails(1, "--out and --init are the same file", "train", "--model", TINY_GPT, "--init", "@/p.safetensors",
                "--out",
                "@/p.safetensors", "--force");
        fails(1, "--metrics and --out are the same file", train("1", "--metrics", "@/o.safetensors"));
        fails(1, "--metrics and --data are the same file", train("1", "--data", "@/text.txt", "--metrics",
                "@/../" + folder.getFileName() + "/text.txt", "--force"));
        fails(1, "--out and --data are the same file", "train-ghn", "--data", "@/text.txt", "--out", "@/text.txt",
                "--force");
        fails(1, "--out and --ghn are the same file", "predict", "--model", TINY_GPT, "--ghn", "@/g.safetensors",
                "--out",
                "@/g.safetensors");
        assertArrayEquals(text, Files.readAllBytes(folder.resolve("text.txt")));
        assertArrayEquals(ghn, Files.readAllBytes(folder.resolve("g.safetensors")));
        Files.createSymbolicLink(folder.resolve("link"), Files.createDirectory(folder.resolve("real")));
        fails(1, "--metrics and --out are the same file", "train", "--model", TINY_GPT, "--steps", "1", "--out",
                "@/real/o", "--metrics", "@/link/o");
        // The file itself may be the link, to one that is not there yet.
        Files.createSymbolicLink(folder.resolve("name"), folder.resolve("real/o"));
        fails(1, "--metrics and --out are the same file", "train", "--model", TINY_GPT, "--steps", "1", "--out",
                "@/real/o", "--metrics", "@/name");
    }

    /** Names and shapes are the same; the numbers would not be. */
    @Test
    void aFileOfSomethingElseIsRefused() throws IOException {
        works(train("1"));
        String other = TINY_GPT.replace("heads=2", "heads=4");
        fails(1, "holds a training of gpt2:layers=1,heads=2", "train", "--model", other, "--batch", "2", "--context",
                "16",
                "--steps", "2", "--out", "@/o.safetensors", "--resume");
        fails(1, "is of a run with another seed, 1 instead of 2; its numbers would not go on as they were",
                train("2", "--resume", "--seed", "2"));
        text();
        fails(1, "is of a run with another data", train("2", "--resume", "--data", "@/text.txt"));
        fails(1, "holds parameters of gpt2:layers=1,heads=2", "train", "--model", other, "--init", "@/o.safetensors",
                "--out", "@/x");
        fails(1, "holds parameters of gpt2:layers=1,heads=2", "generate", "--model", other, "--weights",
                "@/o.safetensors");
        assertTrue(works("generate", "--weights", "@/o.safetensors", "--tokens", "5").out().startsWith("The "));
        Outcome cut = works("generate", "--weights", "@/o.safetensors", "--tokens", "50");
        assertTrue(cut.err().contains("It ends there: the model has 32 positions."), cut.err());
        works(trainGhn("1"));
        fails(1, "another set, small instead of small-llamas", trainGhn("1", "--resume", "--set", "small-llamas"));
        assertTrue(works(trainGhn("1", "--resume")).out().contains("after 1 meta-steps, all of them done before"));
        Files.write(folder.resolve("none.safetensors"), new byte[100]);
        fails(1, "none.safetensors", "generate", "--weights", "@/none.safetensors");
    }

    /** Where vectors have another width, sums are rounded otherwise; nothing is wrong, and it is said. */
    @Test
    void aTrainingThatOtherKernelsGoOnWithSaysSo() {
        works(train("1", "--kernels", "plain"));
        assertTrue(works(train("2", "--resume", "--kernels", "loops")).err()
                .contains("computed by cpu, plain so far, from here on by cpu, loops"), "said");
        assertFalse(works(train("3", "--resume", "--kernels", "loops")).err().contains("computed by"));
    }

    @Test
    void whatCannotBeWrittenIsSaidBeforeAnyWork() throws IOException {
        Files.createDirectory(folder.resolve("dir"));
        for (String[] wrong : List.of(new String[]{"@/dir", "is a folder; name a file in it"},
                new String[]{"/dev/null", "is a device or a pipe; choose the name of a file"},
                new String[]{"@/none/x", "its folder does not exist"})) {
            fails(1, wrong[1], "train", "--model", TINY_GPT, "--out", wrong[0]);
            fails(1, wrong[1], "train-ghn", "--out", wrong[0]);
            // A prediction goes into a folder, as other libraries have it; a training is one file.
            if (!wrong[0].equals("@/dir")) fails(1, wrong[1], "predict", "--model", TINY_GPT, "--out", wrong[0]);
            fails(1, wrong[1], train("1", "--metrics", wrong[0]));
        }
        assertTrue(Files.exists(Path.of("/dev/null")) && !Files.isRegularFile(Path.of("/dev/null")));
    }

    /** Before the training, not when its first state is saved. */
    @Test
    void aDiskThatIsTooSmallIsNoticedAtOnce() {
        String[] huge = {"train", "--model", "gpt2:layers=1000,width=65536,heads=64,vocabulary=256", "--max-memory",
                "100000T", "--batch", "1", "--context", "16", "--out", "@/huge.safetensors"};
        fails(1, "huge.safetensors: needs up to ", huge);
        fails(1, " free; make room, or choose another place", huge);
    }
}
