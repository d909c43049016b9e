package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.cli.terminal.Screen;
import org.logah.engine.io.SafetensorsReader;
import org.logah.training.data.text.GrammarText;

/**
 * Trainings in a process of their own that is told to end, or killed; {@code --resume} then goes on, and the end is that of a
 * training that nobody disturbed: the same file, bit by bit, and the same metrics.
 */
class InterruptionTest extends CommandLineTest {
    /** So many that a fresh program, whose first steps are slow, is still busy two seconds later. */
    private static int steps(String name) {
        return name.equals("train") ? 400 : 40;
    }

    /** @param out where weights and metrics go, without the end of the files' names */
    private static String[] command(String name, Path out) {
        String[] common = {name, "--data", "@/text.txt", "--steps", Integer.toString(steps(name)), "--out",
                out + ".safetensors", "--metrics", out + ".csv"};
        return name.equals("train")
                ? with(common, "--model", "gpt2:layers=2,heads=2,width=32,vocabulary=256,positions=16,tied=false",
                        "--batch", "4", "--eval-every", "20", "--warmup", "5")
                : with(common, "--batch", "1", "--meta-batch", "2");
    }

    /** Trainings that nobody disturbs, one for each command. */
    @TempDir
    static Path undisturbed;
    private Path part = Path.of("");

    @BeforeEach
    void writeText() throws IOException {
        Files.writeString(folder.resolve("text.txt"), GrammarText.generate(20_000, 3));
        part = folder.resolve("part");
    }

    @ParameterizedTest
    @CsvSource({"train, INT, 130", "train-ghn, INT, 130", "train, TERM, 143"})
    void aTrainingThatIsToldToEndSavesAndSaysHowToGoOn(String name, String signal, int code) throws Exception {
        Process process = start(with(command(name, part), "--save-every", "1000"));
        try {
            await(process, () -> rows(part).size() > 3);
            end(process, signal);
        } finally {
            process.destroyForcibly();
        }
        assertEquals(code, process.exitValue());
        String said = read(folder.resolve("err.txt"));
        int done = rows(part).size() - 1;
        assertTrue(said.contains("interrupted at step " + done + "; the same command with --resume goes on"), said);
        assertEquals(done, savedStep(), "the step that it was at is finished and saved");
        assertGoesOnToTheSameEnd(name);
    }

    /** The program is gone only once it has said so. */
    @Test
    void aTrainingThatCannotSaveWhenItIsToldToEndSaysSo() throws Exception {
        Files.createDirectories(folder.resolve("gone"));
        String[] command = command("train", part);
        command[Arrays.asList(command).indexOf("--out") + 1] = "@/gone/o.safetensors";
        Process process = start(with(command, "--save-every", "1000"));
        try {
            await(process, () -> rows(part).size() > 3);
            Files.delete(folder.resolve("gone/o.safetensors"));
            Files.delete(folder.resolve("gone"));
            end(process, "INT");
        } finally {
            process.destroyForcibly();
        }
        assertEquals(130, process.exitValue());
        String said = read(folder.resolve("err.txt"));
        assertTrue(said.contains("o.safetensors: its folder does not exist; no step of this run is in"), said);
    }

    /** A folder that was made for what is not there yet goes with the program. */
    @Test
    void aPredictionThatIsToldToEndLeavesNoFolder() throws Exception {
        Process process = start("predict", "--model", "gpt2-large", "--variant", "tiny", "--out", "@/a/b/");
        try {
            await(process, () -> Files.exists(folder.resolve("a/b")));
            end(process, "INT");
        } finally {
            process.destroyForcibly();
        }
        assertEquals(130, process.exitValue());
        assertFalse(Files.exists(folder.resolve("a")), "a folder stays");
    }

    /** What comes too late to be listened to for the program's end is no fault of anything. */
    @ParameterizedTest
    @ValueSource(strings = {"train", "predict"})
    void aProgramThatIsEndingWhenItBeginsSaysNothingOfIt(String name) throws Exception {
        String[] args = name.equals("train")
                ? command(name, part)
                : new String[]{name, "--model", TINY_GPT, "--out", "@/part.safetensors"};
        Process process = start(EndingProgram.class, List.of(), args);
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "it does not end");
        } finally {
            process.destroyForcibly();
        }
        String out = read(folder.resolve("out.txt"));
        assertTrue(out.endsWith("code 0" + System.lineSeparator()), out + read(folder.resolve("err.txt")));
        String err = read(folder.resolve("err.txt"));
        assertTrue(
                err.lines().allMatch(l -> l.startsWith("WARNING: Using incubator") || l.startsWith("interrupted at")),
                err);
        assertTrue(Files.exists(weights(part)), out);
        if (name.equals("train")) assertEquals(0, savedStep());
    }

    /** On a terminal the line with the progress ends before anything else is said. */
    @Test
    void whatIsSaidOnATerminalHasLinesOfItsOwn() throws Exception {
        Process process = start(List.of("-Dlogah.terminal=true", "-Dlogah.columns=60"), command("train", part));
        try {
            await(process, () -> rows(part).size() > 3);
            end(process, "TERM");
        } finally {
            process.destroyForcibly();
        }
        String written = read(folder.resolve("err.txt"));
        int done = rows(part).size() - 1;
        List<String> lines = Screen.lines(written, 100).stream().filter(l -> !l.startsWith("WARNING")).toList();
        assertEquals(3, lines.size(), written);
        assertTrue(lines.get(0).startsWith("step ") && lines.get(0).length() < 60, written);
        assertEquals(List.of("interrupted at step " + done + "; the same command with --resume goes on", ""),
                lines.subList(1, 3));
    }

    /** Between two saves, unless the next one is as fast as we are: what was done after the first is lost, and done again. */
    @ParameterizedTest
    @ValueSource(strings = {"train", "train-ghn"})
    void aTrainingThatIsKilledGoesOnFromWhatItSaved(String name) throws Exception {
        Process process = start(with(command(name, part), "--save-every", "1"));
        try {
            await(process, () -> Files.exists(weights(part)) && savedStep() > 0 && rows(part).size() - 1 > savedStep());
        } finally {
            process.destroyForcibly();
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end");
        assertEquals(137, process.exitValue(), "killed, and not done");
        assertTrue(savedStep() > 0 && savedStep() <= rows(part).size() - 1, savedStep() + " of " + rows(part));
        assertGoesOnToTheSameEnd(name);
    }

    /** As soon as it says where it is: on a terminal that is long before its end, however fast the machine. */
    @Test
    void aDemoThatIsToldToEndSavesAndGoesOnWithTheSameCommand() throws Exception {
        String[] demo = {"demo", "--meta-steps", "150", "--train-steps", "4", "--starts", "random", "--out", "@/demo"};
        Process process = start(List.of("-Dlogah.terminal=true"), demo);
        try {
            await(process, () -> read(folder.resolve("err.txt")).contains("meta-training cosine-mini"));
            end(process, "INT");
        } finally {
            process.destroyForcibly();
        }
        assertEquals(130, process.exitValue());
        String said = read(folder.resolve("err.txt"));
        assertTrue(said.matches("(?s).*interrupted at step \\d+; the same command goes on\\R.*"), said);
        assertTrue(Files.exists(folder.resolve("demo/ghn-cosine-mini-1.safetensors")), said);
        works(demo);
        demo[demo.length - 1] = "@/whole";
        works(demo);
        for (String run : List.of("cosine-mini-0.001-1.json", "random-0.001-1.json"))
            assertEquals(-1, Files.mismatch(folder.resolve("demo/runs").resolve(run),
                    folder.resolve("whole/runs").resolve(run)));
    }

    private void assertGoesOnToTheSameEnd(String name) throws IOException {
        assertTrue(savedStep() < steps(name), "it was done before it was told to end");
        works(with(command(name, part), "--resume"));
        Path whole = undisturbed.resolve(name);
        if (Files.notExists(weights(whole))) works(command(name, whole));
        assertEquals(steps(name) + 1, rows(whole).size());
        assertEquals(rows(whole), rows(part));
        assertEquals(-1, Files.mismatch(weights(whole), weights(part)));
    }

    private void await(Process process, BooleanSupplier what) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!what.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, () -> "nothing happens: " + read(folder.resolve("err.txt")));
            assertTrue(process.isAlive(), () -> "it ended by itself: " + read(folder.resolve("err.txt")));
            Thread.sleep(2);
        }
    }

    private static Path weights(Path out) { return Path.of(out + ".safetensors"); }

    /** The metrics so far, column names first, without the last column, the rate; a row that is being written is left out. */
    private static List<String> rows(Path out) {
        Path file = Path.of(out + ".csv");
        if (Files.notExists(file)) return List.of();
        String text = read(file);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(l -> l.replaceFirst(",[^,]*$", "")).toList();
    }

    private int savedStep() {
        try (SafetensorsReader in = SafetensorsReader.open(weights(part))) {
            return Integer.parseInt(in.metadata("step"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
