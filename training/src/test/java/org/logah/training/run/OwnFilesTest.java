package org.logah.training.run;

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

    private TrainingRun.Config config(String name) {
        return TrainingRun.Config.of(Trainings.STEPS).withFile(file(name + ".safetensors"))
                .withSaveEvery(Duration.ofDays(1));
    }

    private void run(TrainingRun.Config config, boolean resume, TrainingListener listener) throws IOException {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Learner learner = Trainings.TARGET.open(device);
            TrainingRun.Config whole = config.checkpoints().any()
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
        TrainingRun.Config nothing = new TrainingRun.Config(0, file("a.safetensors"), Duration.ZERO, own, null,
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
        TrainingRun.Config config = config("a").withMetrics(file("a.csv"));
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
        TrainingListener intruder = new TrainingListener() {
            @Override
            public void stepped(StepReport report) {
                try {
                    if (report.done() == 4)
                        Files.move(Files.writeString(file("foreign"), FOREIGN), rows,
                                StandardCopyOption.REPLACE_EXISTING);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
        String refused = assertThrows(FileFormatException.class,
                () -> run(config("a").withMetrics(rows), false, intruder)).getMessage();
        assertEquals(rows
                + ": has been replaced by another program while this one was training; move it away, or choose "
                + "another file; step 5 is in " + file("a.safetensors") + ", from where the training can be resumed",
                refused);
        assertEquals(FOREIGN, Files.readString(rows));
    }

    private TrainingRun.Config kept(String name) {
        return config(name).withCheckpoints(new Checkpoints(2, true, file(name + ".weights.safetensors")));
    }
}
