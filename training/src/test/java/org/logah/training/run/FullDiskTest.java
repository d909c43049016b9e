package org.logah.training.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.Shape;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.NotFiniteException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SafetensorsWriter;

/** A run that can no longer write its state says what it has kept. */
class FullDiskTest {
    @TempDir
    Path folder;

    /** A file of its position, which cannot be written at one of them. */
    private static final class OnFullDisk implements Learner {
        private final Supplier<FileFormatException> problem;
        private final int at;
        private int position;

        OnFullDisk(FileFormatException problem, int at) { this(() -> problem, at); }

        OnFullDisk(Supplier<FileFormatException> problem, int at) {
            this.problem = problem;
            this.at = at;
        }

        @Override
        public TrainingStep step(BooleanSupplier stopped) { return new TrainingStep(position++, 1, 1, 1, 1, true); }

        @Override
        public int position() { return position; }

        @Override
        public void save(Path file, Map<String, String> more) throws IOException {
            if (position == at) throw problem.get();
            try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
                SafetensorsWriter.write(file, more, Map.of("position", device.of(Shape.of(1), position)));
            }
        }

        @Override
        public void saveWeights(Path file, Map<String, String> more) throws IOException { save(file, more); }

        @Override
        public void restore(Path file) throws IOException {
            try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN);
                    SafetensorsReader in = SafetensorsReader.open(file)) {
                position = (int) in.read("position", device).toFloats()[0];
            }
        }
    }

    /** Where the state cannot be written any more: between steps, at the end, where it went on from a file. */
    @ParameterizedTest
    @CsvSource({"0, 5, 3, '; step 2 is in FILE, from where the training can be resumed'",
            "0, 5, 5, '; step 4 is in FILE, from where the training can be resumed'",
            "2, 5, 3, '; step 2 is in FILE, from where the training can be resumed'",
            "0, 5, 1, '; no step of this run is in FILE'"})
    void whereAFileCanNoLongerBeWrittenItSaysWhatIsKept(int begun, int steps, int full, String more)
            throws IOException {
        Path file = folder.resolve("full.safetensors");
        FileFormatException problem = new FileFormatException(file, "cannot be written (no room)");
        RunConfig config = RunConfig.of(steps).withFile(file).withSaveEvery(Duration.ZERO);
        if (begun > 0) new TrainingRun(new OnFullDisk(problem, -1), RunConfig.of(begun).withFile(file)).run();
        TrainingRun run = new TrainingRun(new OnFullDisk(problem, full), config);
        assertEquals(begun > 0, run.resume());
        String found = assertThrows(FileFormatException.class, run::run).getMessage();
        assertEquals(problem.getMessage() + more.replace("FILE", file.toString()), found);
    }

    /** The states at validations are on the disk, if not under the run's own name. */
    @Test
    void aNumberedStateIsNamedWhereItIsTheLast() {
        Path file = folder.resolve("full.safetensors");
        Learner learner = new OnFullDisk(() -> new FileFormatException(file, "cannot be written (no room)"), 4);
        TrainingRun run = new TrainingRun(learner, RunConfig.of(5).withFile(file).withSaveEvery(Duration.ofDays(1))
                .withValidation(new Validation(2, () -> 1)).withCheckpoints(new Checkpoints(2, false, null)));
        assertEquals(file + ": cannot be written (no room); step 2 is in " + folder.resolve("full.step-2.safetensors")
                + "; the training can be resumed once that is called full.safetensors",
                assertThrows(FileFormatException.class, run::run).getMessage());
    }

    /** What the file has leads to the same numbers that are none; whoever sweeps goes by the type. */
    @Test
    void numbersThatAreNoneAreNoMatterOfTheFile() {
        Path file = folder.resolve("full.safetensors");
        NotFiniteException problem = new NotFiniteException(file, "w");
        TrainingRun run = new TrainingRun(new OnFullDisk(problem, 3),
                RunConfig.of(5).withFile(file).withSaveEvery(Duration.ZERO));
        assertSame(problem, assertThrows(FileFormatException.class, run::run));
    }
}
