package org.logah.training.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.autograd.optim.TrainingState;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.io.TensorEntry;
import org.logah.training.run.TrainingRun.ValidationPoint;

class CheckpointsTest {
    /** By step; there are validations at 0, 2, 4, 6, 8 and 9. */
    private static final double[] LOSSES = {9, 0, 7, 0, 4, 0, 5, 0, Double.NaN, 6};
    @TempDir
    Path folder;

    private Path file(String name) { return folder.resolve(name); }

    private RunConfig config(String name, Learner learner, int steps, Checkpoints checkpoints) {
        DoubleSupplier loss = () -> LOSSES[learner.position()];
        return RunConfig.of(steps).withFile(file(name + ".safetensors")).withSaveEvery(Duration.ofDays(1))
                .withValidation(new Validation(2, loss)).withCheckpoints(checkpoints);
    }

    private List<String> names(String of) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(p -> p.getFileName().toString()).filter(n -> n.startsWith(of)).sorted().toList();
        }
    }

    private String header(String name, String key) throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(file(name))) {
            return in.metadata(key);
        }
    }

    private void run(String name, Trainings training, int steps, Checkpoints checkpoints, boolean resume)
            throws IOException {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Learner learner = training.open(device);
            TrainingRun run = new TrainingRun(learner, config(name, learner, steps, checkpoints));
            assertEquals(resume, resume && run.resume());
            run.run();
        }
    }

    private Checkpoints all(String name) { return new Checkpoints(2, true, file(name + ".weights.safetensors")); }

    @ParameterizedTest
    @EnumSource(Trainings.class)
    void theLastStatesTheBestWeightsAndTheLastWeightsAreKept(Trainings training) throws IOException {
        run("a", training, Trainings.STEPS, all("a"), false);
        assertEquals(List.of("a.best.safetensors", "a.safetensors", "a.step-8.safetensors", "a.step-9.safetensors",
                "a.weights.safetensors"), names("a"));
        assertEquals("4", header("a.best.safetensors", "step"), "not the 0 that was never validated, nor no number");
        assertEquals("4.0", header("a.best.safetensors", "validation"));
        assertEquals("4 4.0", header("a.safetensors", "validation.best"));
        assertEquals(-1, Files.mismatch(file("a.safetensors"), file("a.step-9.safetensors")));
        for (String weights : List.of("a.best.safetensors", "a.weights.safetensors")) {
            try (SafetensorsReader in = SafetensorsReader.open(file(weights))) {
                assertFalse(TrainingState.isIn(in));
                assertTrue(in.entries().stream().map(TensorEntry::name).noneMatch(n -> n.startsWith("optimizer.")));
            }
        }
        if (training == Trainings.TARGET) {
            // They are those of a run that ends there.
            run("b", training, 4, new Checkpoints(0, false, file("b.weights.safetensors")), false);
            try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN);
                    SafetensorsReader best = SafetensorsReader.open(file("a.best.safetensors"));
                    SafetensorsReader four = SafetensorsReader.open(file("b.weights.safetensors"))) {
                for (TensorEntry e : best.entries())
                    assertEquals(-1, Arrays.mismatch(best.read(e.name(), device).toFloats(),
                            four.read(e.name(), device).toFloats()), e.name());
            }
        }
    }

    /** Wherever it stands, a run that died goes on to the same files. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 5, 7})
    void aRunThatDiedKeepsTheSameInTheEnd(int saved) throws IOException {
        run("whole", Trainings.TARGET, Trainings.STEPS, all("whole"), false);
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Learner learner = Trainings.TARGET.open(device);
            TrainingRun[] run = new TrainingRun[1];
            run[0] = new TrainingRun(learner, config("part", learner, Trainings.STEPS, all("part")),
                    new TrainingListener() {
                        @Override
                        public void stepped(StepReport report) {
                            try {
                                if (report.done() == saved) run[0].save();
                            } catch (IOException e) {
                                throw new AssertionError(e);
                            }
                            if (report.done() == saved + 2) throw new IllegalStateException("the power is gone");
                        }
                    });
            assertThrows(IllegalStateException.class, run[0]::run);
        }
        run("part", Trainings.TARGET, Trainings.STEPS, all("part"), true);
        List<String> whole = names("whole");
        assertEquals(whole, names("part").stream().map(n -> n.replace("part", "whole")).toList());
        for (String name : whole)
            assertEquals(-1, Files.mismatch(file(name), file(name.replace("whole", "part"))), name);
    }

    /** Somebody takes an earlier state for the run's, and goes on from there: what was later is replaced, not removed. */
    @Test
    void aRunThatGoesBackKeepsLaterStatesUntilItComesToThem() throws IOException {
        run("a", Trainings.TARGET, Trainings.STEPS, new Checkpoints(3, false, null), false);
        assertEquals(List.of("a.safetensors", "a.step-6.safetensors", "a.step-8.safetensors", "a.step-9.safetensors"),
                names("a"));
        byte[] end = Files.readAllBytes(file("a.safetensors"));
        Files.write(file("a.safetensors"), Files.readAllBytes(file("a.step-6.safetensors")));
        run("a", Trainings.TARGET, 7, new Checkpoints(3, false, null), true);
        assertEquals(List.of("a.safetensors", "a.step-6.safetensors", "a.step-7.safetensors", "a.step-8.safetensors",
                "a.step-9.safetensors"), names("a"));
        run("a", Trainings.TARGET, Trainings.STEPS, new Checkpoints(3, false, null), true);
        assertEquals(List.of("a.safetensors", "a.step-7.safetensors", "a.step-8.safetensors", "a.step-9.safetensors"),
                names("a"));
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN);
                SafetensorsReader now = SafetensorsReader.open(file("a.safetensors"))) {
            Files.write(file("end.safetensors"), end);
            try (SafetensorsReader before = SafetensorsReader.open(file("end.safetensors"))) {
                for (TensorEntry e : now.entries())
                    assertEquals(-1, Arrays.mismatch(now.read(e.name(), device).toFloats(),
                            before.read(e.name(), device).toFloats()), e.name());
            }
        }
    }

    /** The last weights would take the place of the best, or of a state. */
    @ParameterizedTest
    @ValueSource(strings = {"a.best.safetensors", "a.step-4.safetensors"})
    void theLastWeightsAreNoneOfWhatIsKept(String weights) {
        String message = assertThrows(FileFormatException.class,
                () -> run("a", Trainings.TARGET, 4, new Checkpoints(2, true, file(weights)), false)).getMessage();
        assertTrue(message.contains(weights + ": is one of those that this run keeps"), message);
    }

    @Test
    void filesThatAreThereAreReplacedOnlyWhereThatIsAskedFor() throws IOException {
        run("a", Trainings.TARGET, 4, all("a"), false);
        Files.delete(file("a.safetensors"));
        for (String left : List.of("a.best.safetensors", "a.weights.safetensors", "a.step-2.safetensors")) {
            String message = assertThrows(FileFormatException.class,
                    () -> run("a", Trainings.TARGET, 4, all("a"), false)).getMessage();
            assertTrue(message.contains(left + ": is there already"), message);
            Files.delete(file(left));
        }
        Files.writeString(file("a.step-3.safetensors"), "of somebody");
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Learner learner = Trainings.TARGET.open(device);
            new TrainingRun(learner, config("a", learner, 2, all("a")).withOverwriting()).run();
        }
        assertEquals(List.of("a.best.safetensors", "a.safetensors", "a.step-2.safetensors", "a.step-3.safetensors",
                "a.weights.safetensors"), names("a"));
        assertEquals("of somebody", Files.readString(file("a.step-3.safetensors")));
    }

    /** One that was refused for the last of its names had removed the former run's states by then. */
    @Test
    void aRunThatIsRefusedRemovesNothing() throws IOException {
        run("a", Trainings.TARGET, 6, new Checkpoints(3, false, null), false);
        Files.writeString(file("a.step-8.safetensors"), "of somebody");
        List<String> before = names("a");
        assertEquals(List.of("a.safetensors", "a.step-2.safetensors", "a.step-4.safetensors", "a.step-6.safetensors",
                "a.step-8.safetensors"), before);
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Learner learner = Trainings.TARGET.open(device);
            TrainingRun again = new TrainingRun(learner,
                    config("a", learner, 8, new Checkpoints(3, false, null)).withOverwriting());
            String message = assertThrows(FileFormatException.class, again::run).getMessage();
            assertTrue(message.contains("a.step-8.safetensors: is there already"), message);
            assertEquals(before, names("a"));
            TrainingRun unwritten = new TrainingRun(learner, config("a", learner, 6, new Checkpoints(3, false, null))
                    .withOverwriting().withMetrics(Files.createDirectory(file("m.csv"))));
            assertThrows(FileFormatException.class, unwritten::run);
            assertEquals(before, names("a"));
        }
    }

    @Test
    void aRunThatGoesOnReplacesNothingElse() throws IOException {
        run("a", Trainings.TARGET, 2, Checkpoints.NONE, false);
        SafetensorsWriter.write(file("w.safetensors"), Map.of(), Map.of());
        byte[] before = Files.readAllBytes(file("w.safetensors"));
        String message = assertThrows(FileFormatException.class, () -> run("a", Trainings.TARGET, 4,
                new Checkpoints(0, false, file("w.safetensors")), true)).getMessage();
        assertTrue(message.contains("w.safetensors: is there already, and not the last weights of this training"),
                message);
        assertEquals(before.length, Files.size(file("w.safetensors")));
    }

    /** Another training's, of another network or of the same with other data. */
    @Test
    void weightsOfAnotherTrainingAreNotReplaced() throws IOException {
        run("other", Trainings.HYPERNETWORK, 2, all("other"), false);
        run("a", Trainings.TARGET, 2, Checkpoints.NONE, false);
        for (String kept : List.of("best", "weights")) {
            Path mine = file("a." + kept + ".safetensors");
            Files.copy(file("other." + kept + ".safetensors"), mine);
            byte[] before = Files.readAllBytes(mine);
            String message = assertThrows(FileFormatException.class,
                    () -> run("a", Trainings.TARGET, 4, all("a"), true)).getMessage();
            assertTrue(message.contains(mine + ": is there already, and not the "), message);
            assertTrue(message.contains(" weights of this training; move it away"), message);
            assertArrayEquals(before, Files.readAllBytes(mine));
            Files.delete(mine);
        }
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Learner learner = Trainings.TARGET.open(device);
            new TrainingRun(learner, config("b", learner, 2, all("b")).withAbout(Map.of("data", "others"))).run();
            Files.copy(file("b.best.safetensors"), file("a.best.safetensors"));
            Learner again = Trainings.TARGET.open(device);
            TrainingRun mine = new TrainingRun(again,
                    config("a", again, 4, all("a")).withAbout(Map.of("data", "mine")));
            mine.resume();
            assertTrue(assertThrows(FileFormatException.class, mine::run).getMessage()
                    .contains("a.best.safetensors: is there already, and not the best weights of this training"));
        }
    }

    /** A run that was better when it kept no weights keeps the best of those since. */
    @Test
    void theBestWeightsAreTheBestSinceTheyAreKept() throws IOException {
        double[] losses = {1, 0, 9, 0, 8, 0, 8.5, 0, 7};
        for (int steps : new int[]{2, 8}) {
            try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
                Learner learner = Trainings.TARGET.open(device);
                TrainingRun run = new TrainingRun(learner,
                        config("a", learner, steps, new Checkpoints(0, steps == 8, null))
                                .withValidation(new Validation(2, () -> losses[learner.position()])));
                run.resume();
                run.run();
                assertEquals(new ValidationPoint(0, 1), run.best());
            }
        }
        assertEquals("8", header("a.best.safetensors", "step"));
        assertEquals("7.0", header("a.best.safetensors", "validation"));
    }

    /** Otherwise a run that begins anew, is killed, and is resumed would find the best weights of the former one. */
    @Test
    void bestWeightsOfAFormerRunGoBeforeTheFirstStep() throws IOException {
        run("a", Trainings.TARGET, 4, all("a"), false);
        AtomicBoolean gone = new AtomicBoolean();
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Learner learner = Trainings.TARGET.open(device);
            new TrainingRun(learner, config("a", learner, 4, all("a")).withOverwriting(), new TrainingListener() {
                @Override
                public void started(int done, int steps) { gone.set(!Files.exists(file("a.best.safetensors"))); }
            }).run();
        }
        assertTrue(gone.get());
    }

    @Test
    void aBestValidationThatIsNoneIsRefused() throws IOException {
        for (String said : List.of("", "4", "-1 2.0", "4 NaN", "x 2.0", "4 2.0 1")) {
            try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
                Learner learner = Trainings.TARGET.open(device);
                learner.save(file("a.safetensors"), Map.of("validation.best", said));
                TrainingRun run = new TrainingRun(learner, config("a", learner, 2, Checkpoints.NONE));
                String message = assertThrows(FileFormatException.class, run::resume).getMessage();
                assertTrue(message.contains("its best validation is '" + said + "'"), message);
            }
        }
    }

    @Test
    void checkpointsNeedAState() {
        assertThrows(TensorException.class, () -> new Checkpoints(-1, false, null));
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Learner learner = Trainings.TARGET.open(device);
            RunConfig config = RunConfig.of(1).withCheckpoints(new Checkpoints(1, false, null));
            assertThrows(TensorException.class, () -> new TrainingRun(learner, config));
        }
    }

    @Test
    void theBestOneIsThatOfTheWholeRun() throws IOException {
        run("a", Trainings.TARGET, 4, Checkpoints.NONE, false);
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Learner learner = Trainings.TARGET.open(device);
            TrainingRun run = new TrainingRun(learner, config("a", learner, 6, Checkpoints.NONE));
            assertTrue(run.resume());
            TrainingRun.Outcome outcome = run.run();
            assertEquals(new ValidationPoint(4, 4), run.best());
            assertEquals(List.of(4, 6), outcome.validations().stream().map(ValidationPoint::position).toList());
        }
    }
}
