package org.logah.training.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.autograd.optim.TrainingState;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;

/** A run writes over nothing that is not its own, also not over what came while it was under way, and loses no step by that. */
class OwnFilesTest {
    private static final String FOREIGN = "somebody's";
    @TempDir
    Path folder;

    private Path file(String name) { return folder.resolve(name); }

    private RunConfig config(String name) {
        return RunConfig.of(Trainings.STEPS).withFile(file(name + ".safetensors"))
                .withSaveEvery(Duration.ofDays(1));
    }

    private void run(RunConfig config, boolean resume, TrainingListener listener) throws IOException {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Learner learner = Trainings.TARGET.open(device);
            RunConfig whole = config.checkpoints().any()
                    ? config.withValidation(new Validation(2, () -> 9 - learner.position()))
                    : config;
            TrainingRun run = new TrainingRun(learner, whole, listener);
            assertEquals(resume, resume && run.resume());
            run.run();
        }
    }

    /** Writes a file when so many steps are done. */
    private static TrainingListener writing(Path file, int step) {
        return new TrainingListener() {
            @Override
            public void started(int done, int total) { at(done); }

            @Override
            public void stepped(StepReport report) { at(report.done()); }

            private void at(int done) {
                try {
                    if (done == step) Files.writeString(file, FOREIGN);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    /** A state of no step, as a run has it that was killed before it saved: nothing in a file can be compared with it. */
    @ParameterizedTest
    @ValueSource(strings = {"csv", "jsonl"})
    void metricsOfAnotherRunStayWhereNothingWasDoneYet(String kind) throws IOException {
        Path own = file("own." + kind);
        Path other = file("other." + kind);
        run(config("other").withMetrics(other), false, TrainingListener.NONE);
        String rows = Files.readString(other);
        RunConfig nothing = new RunConfig(0, file("a.safetensors"), Duration.ZERO, own, null,
                config("a").about(), "", false, Checkpoints.NONE);
        run(nothing, false, TrainingListener.NONE);
        String refused = assertThrows(FileFormatException.class,
                () -> run(config("a").withMetrics(other), true, TrainingListener.NONE)).getMessage();
        assertEquals(other + ": may hold metrics of another training; this one's are in " + own
                + "; go on with those, or choose a file that is not there", refused);
        assertEquals(rows, Files.readString(other));
        run(config("a").withMetrics(own), true, TrainingListener.NONE);
        assertEquals(rows.lines().count(), Files.readString(own).lines().count());
    }

    /** Killed before its first save, it would leave the state of one run beside the metrics of another. */
    @Test
    void whatIsBegunAnewHasItsStateFromTheStart() throws IOException {
        RunConfig config = config("a").withMetrics(file("a.csv"));
        run(config, false, TrainingListener.NONE);
        assertThrows(IllegalStateException.class, () -> run(config.withOverwriting(), false, new TrainingListener() {
            @Override
            public void started(int done, int total) { throw new IllegalStateException("the power is gone"); }
        }));
        try (SafetensorsReader in = SafetensorsReader.open(file("a.safetensors"))) {
            assertEquals(0, TrainingState.step(in));
        }
        assertEquals(1, Files.readAllLines(file("a.csv")).size(), "only the names of columns");
        run(config, true, TrainingListener.NONE);
    }

    /** The run ends, but its steps are there: those before the validation at which the file was to be written. */
    @ParameterizedTest
    @CsvSource({"a.best.safetensors, 0, 0", "a.step-4.safetensors, 3, 4", "a.weights.safetensors, 3, 9"})
    void whatAppearsWhileItTrainsIsNotWrittenOver(String name, int appears, int saved) throws IOException {
        Path foreign = file(name);
        String refused = assertThrows(FileFormatException.class,
                () -> run(kept("a"), false, writing(foreign, appears))).getMessage();
        String state = file("a.safetensors").toString();
        assertTrue(refused.startsWith(foreign + ": ") && refused.endsWith(saved == 0
                ? "no step of this run is in " + state
                : "step " + saved + " is in " + state + ", from where the training can be resumed"), refused);
        assertEquals(FOREIGN, Files.readString(foreign));
        Files.move(foreign, file("moved"));
        run(kept("a"), true, TrainingListener.NONE);
        run(kept("whole"), false, TrainingListener.NONE);
        for (String end : List.of("", "best.", "step-8.", "step-9.", "weights."))
            assertEquals(-1, Files.mismatch(file("a." + end + "safetensors"), file("whole." + end + "safetensors")),
                    end);
    }

    private Path foreign() throws IOException { return Files.writeString(file("foreign"), FOREIGN); }

    /** Puts a file in the place of another when so many steps are done. */
    private static TrainingListener moving(Path from, Path to, int step) {
        return new TrainingListener() {
            @Override
            public void stepped(StepReport report) {
                try {
                    if (report.done() == step) Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    private String refused(RunConfig config, boolean resume, TrainingListener intruder) {
        return assertThrows(FileFormatException.class, () -> run(config, resume, intruder)).getMessage();
    }

    private void keepsForeign(Path file, String message) throws IOException {
        assertTrue(message.startsWith(file + ": has been written by another program while this one was training"),
                message);
        assertEquals(FOREIGN, Files.readString(file));
    }

    @Test
    void aStateThatAppearsWhileItTrainsIsNotWrittenOver() throws IOException {
        Path state = file("a.safetensors");
        keepsForeign(state, refused(config("a"), false, writing(state, 2)));
    }

    /** The run's steps are kept beside what took the place of its state, and can be gone on from. */
    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "true, true"})
    void whatTakesThePlaceOfItsStateIsNotWrittenOver(boolean moved, boolean taken) throws IOException {
        Path state = file("a.safetensors");
        Path beside = file(taken ? "a.step-3-2.safetensors" : "a.step-3.safetensors");
        if (taken) Files.writeString(file("a.step-3.safetensors"), FOREIGN);
        String message = refused(config("a").withSaveEvery(Duration.ZERO), false,
                moved ? moving(foreign(), state, 3) : writing(state, 3));
        keepsForeign(state, message);
        assertTrue(message.endsWith("step 3 is in " + beside
                + "; the training can be resumed once that is called a.safetensors"), message);
        Files.move(beside, state, StandardCopyOption.REPLACE_EXISTING);
        run(config("a"), true, TrainingListener.NONE);
        run(config("whole"), false, TrainingListener.NONE);
        assertEquals(-1, Files.mismatch(state, file("whole.safetensors")));
    }

    /** It is another program's file: a state that was in it is gone, and is not named. */
    @Test
    void aStateThatIsGoneIsNotNamed() throws IOException {
        Path state = file("a.safetensors");
        run(new RunConfig(5, state, Duration.ZERO, null, null, config("a").about(), "", false,
                Checkpoints.NONE), false, TrainingListener.NONE);
        Files.createDirectory(file("a.step-9.safetensors"));
        String message = refused(config("a"), true, moving(foreign(), state, 7));
        keepsForeign(state, message);
        assertTrue(message.endsWith("step 9 is in " + file("a.step-9-2.safetensors")
                + "; the training can be resumed once that is called a.safetensors"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.best.safetensors", "a.weights.safetensors"})
    void whatTakesThePlaceOfItsWeightsIsNotWrittenOver(String name) throws IOException {
        RunConfig short2 = kept("a");
        run(new RunConfig(2, short2.file(), short2.saveEvery(), null, null, short2.about(), "", false,
                short2.checkpoints()), false, TrainingListener.NONE);
        keepsForeign(file(name), refused(kept("a"), true, moving(foreign(), file(name), 3)));
    }

    /** They say themselves that they are better than any of this run's. */
    @Test
    void bestWeightsOfAnotherRunAreNotTakenForItsOwn() throws IOException {
        run(kept("other").withAbout(Map.of("data", "other")), false, TrainingListener.NONE);
        Path best = file("a.best.safetensors");
        byte[] others = Files.readAllBytes(file("other.best.safetensors"));
        String message = refused(kept("a").withAbout(Map.of("data", "own")), false,
                moving(file("other.best.safetensors"), best, 3));
        assertTrue(message.startsWith(best + ": has been written by another program"), message);
        assertArrayEquals(others, Files.readAllBytes(best));
    }

    /** Rows went on into a file that nobody could open any more, and at the end all seemed well. */
    @ParameterizedTest
    @ValueSource(strings = {"csv", "jsonl"})
    void metricsThatAreRemovedMeanwhileBeginAnew(String kind) throws IOException {
        Path rows = file("a." + kind);
        List<String> said = new ArrayList<>();
        run(config("a").withMetrics(rows), false, new TrainingListener() {
            @Override
            public void stepped(StepReport report) { if (report.done() == 4) assertTrue(rows.toFile().delete()); }

            @Override
            public void metricsLack(Path file, int steps, int position) {
                said.add(file.getFileName() + " lacks " + steps + " before " + position);
            }
        });
        assertEquals(List.of("a." + kind + " lacks 4 before 4"), said);
        assertEquals(Trainings.STEPS - 4 + (kind.equals("csv") ? 1 : 0), Files.readAllLines(rows).size());
    }

    /** What took their place is another program's; no step is lost by it. */
    @Test
    void metricsThatAreReplacedMeanwhileEndTheRun() throws IOException {
        Path rows = file("a.csv");
        TrainingListener intruder = moving(foreign(), rows, 4);
        String refused = assertThrows(FileFormatException.class,
                () -> run(config("a").withMetrics(rows), false, intruder)).getMessage();
        assertEquals(rows
                + ": has been replaced by another program while this one was training; move it away, or choose "
                + "another file; step 5 is in " + file("a.safetensors") + ", from where the training can be resumed",
                refused);
        assertEquals(FOREIGN, Files.readString(rows));
    }

    private RunConfig kept(String name) {
        return config(name).withCheckpoints(new Checkpoints(2, true, file(name + ".weights.safetensors")));
    }
}
