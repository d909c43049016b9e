package org.logah.training.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnFile;
import org.logah.ghn.Variant;
import org.logah.ghn.encoder.Graphormer;
import org.logah.ghn.features.Domain;
import org.logah.models.Initialization;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.training.targets.TargetTrainer;

/** A run that was interrupted, in whatever way, ends with the bits of one that was not. */
class TrainingRunTest {
    private static final Duration NEVER = Duration.ofDays(1);
    @TempDir
    Path folder;

    /** Remembers the losses of all steps by number, and can do something after one of them. */
    private static class Recorder implements TrainingListener {
        private final Map<Integer, Double> losses;

        Recorder(Map<Integer, Double> losses) { this.losses = losses; }

        @Override
        public void stepped(StepReport report) {
            losses.put(report.step().index(), report.step().loss());
            after(report.done());
        }

        void after(int steps) {}
    }

    private Path file(String name) { return folder.resolve(name); }

    private RunConfig config(String name) {
        return RunConfig.of(Trainings.STEPS).withFile(file(name + ".safetensors")).withSaveEvery(NEVER)
                .withMetrics(file(name + ".csv"));
    }

    /** The losses of a run that nobody interrupts; its state and metrics are in files named {@code whole}. */
    private Map<Integer, Double> whole(Trainings training) throws IOException {
        Map<Integer, Double> losses = new TreeMap<>();
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            TrainingRun.Outcome o = new TrainingRun(training.open(device), config("whole"), new Recorder(losses)).run();
            assertEquals(Trainings.STEPS, o.position());
            assertFalse(o.stopped());
            assertEquals(losses.get(Trainings.STEPS - 1), o.loss());
        }
        return losses;
    }

    /** Goes on from the files named {@code part} and compares everything with {@code whole}, bit by bit. */
    private void goesOnToTheSame(Trainings training, int threads, Map<Integer, Double> whole,
            Map<Integer, Double> losses) throws IOException {
        try (CpuDevice device = new CpuDevice(threads, KernelChoice.AUTO)) {
            TrainingRun run = new TrainingRun(training.open(device), config("part"), new Recorder(losses));
            assertTrue(run.resume());
            assertEquals(Trainings.STEPS, run.run().position());
        }
        assertEquals(whole, losses);
        assertEquals(-1, Files.mismatch(file("whole.safetensors"), file("part.safetensors")),
                "weights, the optimizer's state and the header");
        assertEquals(rows("whole.csv"), rows("part.csv"));
    }

    /** A metrics file without its last column, the rate. */
    private List<String> rows(String name) throws IOException {
        return Files.readAllLines(file(name)).stream().map(l -> l.replaceFirst(",[^,]*$", "")).toList();
    }

    @ParameterizedTest
    @CsvSource({"TARGET, 1", "TARGET, 2", "HYPERNETWORK, 1", "HYPERNETWORK, 2", "AVERAGED, 2"})
    void aRunThatDiedBetweenSavesGoesOnToTheSameBits(Trainings training, int threads) throws IOException {
        Map<Integer, Double> whole = whole(training);
        Map<Integer, Double> losses = new TreeMap<>();
        try (CpuDevice device = new CpuDevice(threads, KernelChoice.AUTO)) {
            TrainingRun[] run = new TrainingRun[1];
            run[0] = new TrainingRun(training.open(device), config("part"), new Recorder(losses) {
                @Override
                void after(int steps) {
                    try {
                        if (steps == 4) run[0].save();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                    if (steps == 7) throw new IllegalStateException("the power is gone");
                }
            });
            assertEquals("the power is gone", assertThrows(IllegalStateException.class, run[0]::run).getMessage());
        }
        try (SafetensorsReader in = SafetensorsReader.open(file("part.safetensors"))) {
            assertEquals("4", in.metadata("step"));
        }
        losses.keySet().removeIf(step -> step >= 4);
        goesOnToTheSame(training, threads, whole, losses);
    }

    @ParameterizedTest
    @CsvSource({"TARGET, 2", "HYPERNETWORK, 1"})
    void aRunThatWasAskedToStopSavesAndGoesOnToTheSameBits(Trainings training, int threads) throws IOException {
        Map<Integer, Double> whole = whole(training);
        Map<Integer, Double> losses = new TreeMap<>();
        List<String> events = new ArrayList<>();
        try (CpuDevice device = new CpuDevice(threads, KernelChoice.AUTO)) {
            TrainingRun[] run = new TrainingRun[1];
            run[0] = new TrainingRun(training.open(device), config("part"), new Recorder(losses) {
                @Override
                void after(int steps) {
                    if (steps < 5) return;
                    Thread other = new Thread(run[0]::stop);
                    other.start();
                    try {
                        other.join();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }

                @Override
                public void saved(Path to, int position) { events.add("saved " + position); }

                @Override
                public void stopped(int position) { events.add("stopped " + position); }
            });
            TrainingRun.Outcome o = run[0].run();
            assertTrue(o.stopped());
            assertEquals(5, o.position());
        }
        assertEquals(List.of("saved 5", "stopped 5"), events);
        goesOnToTheSame(training, threads, whole, losses);
    }

    /** A kill that nothing in the program can see, at a moment that nobody chose, while every step is saved. */
    @ParameterizedTest
    @CsvSource({"TARGET, 2", "HYPERNETWORK, 1"})
    void aProcessThatWasKilledGoesOnToTheSameBits(Trainings training, int threads) throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-Xmx256m", "-cp",
                System.getProperty("java.class.path"), KilledTraining.class.getName(), training.name(),
                Integer.toString(threads), file("part.safetensors").toString(), file("part.csv").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader out = process.inputReader()) {
            String line = out.readLine();
            while (line != null && !line.equals("step 3")) line = out.readLine();
            assertEquals("step 3", line, "the program ended by itself");
        } finally {
            process.destroyForcibly().waitFor();
        }
        int done;
        try (SafetensorsReader in = SafetensorsReader.open(file("part.safetensors"))) {
            done = Integer.parseInt(in.metadata("step"));
        }
        // Step 2 was saved before step 3 was done; how many more were saved before the kill is a matter of timing.
        assertTrue(done >= 2, "step " + done);
        try (CpuDevice device = new CpuDevice(threads, KernelChoice.AUTO)) {
            Path whole = file("whole.safetensors");
            new TrainingRun(training.open(device), RunConfig.of(done + 3).withFile(whole)
                    .withMetrics(file("whole.csv"))).run();
        }
        try (CpuDevice device = new CpuDevice(threads, KernelChoice.AUTO)) {
            TrainingRun run = new TrainingRun(training.open(device), RunConfig.of(done + 3)
                    .withFile(file("part.safetensors")).withMetrics(file("part.csv")));
            assertTrue(run.resume());
            run.run();
        }
        assertEquals(-1, Files.mismatch(file("whole.safetensors"), file("part.safetensors")), "killed at " + done);
        assertEquals(rows("whole.csv"), rows("part.csv"));
    }

    @Test
    void listenersHearWhatHappensInOrder() throws IOException {
        List<String> events = new ArrayList<>();
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Learner learner = Trainings.TARGET.open(device);
            double[] validation = {10};
            RunConfig config = RunConfig.of(3).withFile(file("x.safetensors"))
                    .withSaveEvery(Duration.ZERO).withMetrics(file("x.jsonl"))
                    .withValidation(new Validation(2, () -> validation[0]--));
            TrainingRun.Outcome o = new TrainingRun(learner, config, new TrainingListener() {
                @Override
                public void started(int position, int steps) { events.add("started " + position + " of " + steps); }

                @Override
                public void validated(int position, double loss) { events.add("validated " + position + " " + loss); }

                @Override
                public void stepped(StepReport r) {
                    assertEquals(r.done() * 2 * 4 * 16, r.items());
                    assertTrue(r.perSecond() > 0);
                    events.add("stepped " + r.done() + " of " + r.steps() + " " + r.validation());
                }

                @Override
                public void saved(Path to, int position) { events.add("saved " + position); }

                @Override
                public void finished(TrainingRun.Outcome outcome) { events.add("finished " + outcome.position()); }
            }).run();
            assertEquals(List.of(new TrainingRun.ValidationPoint(0, 10), new TrainingRun.ValidationPoint(2, 9),
                    new TrainingRun.ValidationPoint(3, 8)), o.validations());
        }
        assertEquals(List.of("started 0 of 3", "validated 0 10.0", "stepped 1 of 3 10.0", "saved 1",
                "stepped 2 of 3 10.0", "saved 2", "validated 2 9.0", "stepped 3 of 3 9.0", "saved 3",
                "validated 3 8.0", "saved 3", "finished 3"), events);
        List<String> rows = Files.readAllLines(file("x.jsonl"));
        assertTrue(rows.get(0).startsWith("{\"step\":0,\"loss\":") && rows.get(0).contains("\"validation\":10.0"),
                rows.get(0));
        assertFalse(rows.get(1).contains("validation"), rows.get(1));
        assertTrue(rows.get(2).contains("\"validation\":9.0"), rows.get(2));
    }

    @Test
    void aRunThatIsStoppedBeforeItBeginsDoesNoStep() throws IOException {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            TrainingRun run = new TrainingRun(Trainings.TARGET.open(device), config("x"));
            assertFalse(run.resume(), "there is no file yet");
            run.stop();
            TrainingRun.Outcome o = run.run();
            assertTrue(o.stopped() && o.position() == 0 && Double.isNaN(o.loss()), o.toString());
        }
    }

    /** Its own files are no others'; those of another run are replaced only where that is asked for. */
    @Test
    void aRunBeginsOverFilesOfOthersOnlyIfItOverwrites() throws IOException {
        RunConfig config = RunConfig.of(1).withFile(file("x.safetensors")).withMetrics(file("x.csv"));
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            TrainingRun first = new TrainingRun(Trainings.TARGET.open(device), config);
            assertEquals(1, first.run().position());
            assertEquals(1, first.run().position(), "once more, with nothing left to do");
            TrainingRun second = new TrainingRun(Trainings.TARGET.open(device), config);
            assertTrue(assertThrows(FileFormatException.class, second::run).getMessage()
                    .contains("x.safetensors: is there already, and this run does not go on from it"));
            Files.delete(file("x.safetensors"));
            assertTrue(assertThrows(FileFormatException.class, second::run).getMessage().contains("x.csv"));
            new TrainingRun(Trainings.TARGET.open(device), config.withOverwriting()).run();
            assertEquals(2, Files.readAllLines(file("x.csv")).size());
        }
    }

    @ParameterizedTest
    @EnumSource(Trainings.class)
    void aFileOfAnotherTrainingIsRefused(Trainings training) throws IOException {
        Path file = file("other.safetensors");
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            // The same shapes, but other heads; the same hypernetwork, but scaled in another way.
            Gpt2 gpt = new Gpt2(Gpt2Config.of(2, 4, 16, 256, 16, false));
            new TargetTrainer(gpt, gpt.initialized(device, Initialization.RANDOM, new RandomStream(1)),
                    Trainings.text().training(1, 8, new RandomStream(1)),
                    TargetTrainer.Config.of(Schedule.constant(1)), device).save(file, Map.of());
            Learner learner = training.open(device);
            TrainingRun run = new TrainingRun(learner, RunConfig.of(1).withFile(file));
            String message = assertThrows(FileFormatException.class, run::resume).getMessage();
            assertTrue(message.contains(training == Trainings.TARGET ? "heads=4" : "holds no hypernetwork"), message);
            GhnFile.Loaded logah = GhnFile.Loaded.fresh(Variant.TINY.config(Domain.LANGUAGE), new RandomStream(1),
                    device);
            GhnFile.write(file, logah.network().config(), logah.parameters().values(), Map.of());
            message = assertThrows(FileFormatException.class, run::resume).getMessage();
            assertTrue(message.contains(switch (training) {
                case TARGET -> "holds a hypernetwork, tiny, not a training of gpt2:layers=2,heads=2,";
                case HYPERNETWORK -> "another hypernetwork: it is tiny, this one mini";
                case AVERAGED -> "another hypernetwork: it is tiny, this one cosine-mini";
            }), message);
            GhnFile.Loaded nameless = GhnFile.Loaded.fresh(
                    Variant.TINY.config(Domain.LANGUAGE).withEncoder(new Graphormer.Config(2, 1)), new RandomStream(1),
                    device);
            GhnFile.write(file, nameless.network().config(), nameless.parameters().values(), Map.of());
            message = assertThrows(FileFormatException.class, run::resume).getMessage();
            assertTrue(message.contains(training == Trainings.TARGET
                    ? "holds a hypernetwork, not a training of gpt2:layers=2,heads=2,"
                    : "another hypernetwork: its hidden is 64"), message);
            assertEquals(0, learner.position());
            // Whoever goes on all the same does not write over it.
            byte[] refused = Files.readAllBytes(file);
            assertTrue(assertThrows(FileFormatException.class, run::run).getMessage().contains("is there already"));
            assertArrayEquals(refused, Files.readAllBytes(file));
        }
    }

    /** Of the row of step 12 a kill may leave what looks like the beginning of step 1. */
    @ParameterizedTest
    @CsvSource({"m.csv", "m.jsonl"})
    void metricsDropWhatWasCutOff(String name) throws IOException {
        TrainingStep step = new TrainingStep(0, 1.5, 2, 0.1, 8, true);
        try (MetricsFile metrics = new MetricsFile(file(name), 0)) {
            metrics.row(step, 3.0, Map.of(), 100);
            metrics.row(new TrainingStep(1, Double.NaN, 2, 0.1, 8, false), null, Map.of(), 100);
        }
        List<String> whole = Files.readAllLines(file(name));
        String last = whole.getLast();
        Files.writeString(file(name), String.join("\n", whole) + "\n" + (name.endsWith("csv") ? "1" : "{\"step\":1"));
        try (MetricsFile metrics = new MetricsFile(file(name), 2)) {
            metrics.row(new TrainingStep(2, 1, 2, 0.1, 8, true), null, Map.of(), 100);
        }
        List<String> now = Files.readAllLines(file(name));
        assertEquals(whole, now.subList(0, whole.size()));
        assertEquals(whole.size() + 1, now.size());
        assertTrue(last.contains(name.endsWith("csv") ? "1,NaN,,2.0," : "{\"step\":1,\"loss\":null,"), last);
    }

    /** It stops within a step, and the next one is as if that had never begun. */
    @ParameterizedTest
    @EnumSource
    void aStepOfManyPartsIsLeftUndone(Trainings training) {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.AUTO)) {
            Learner undisturbed = training.open(device);
            Learner stopped = training.open(device);
            assertEquals(undisturbed.step(), stopped.step());
            AtomicInteger asked = new AtomicInteger();
            assertNull(stopped.step(() -> asked.incrementAndGet() > 1));
            assertTrue(asked.get() >= 2, "it was stopped before its first part");
            assertEquals(1, stopped.position());
            assertEquals(undisturbed.step(), stopped.step());
        }
    }
}
