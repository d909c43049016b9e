package org.logah.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.training.cluster.ClusterProvider.Request;
import org.logah.training.data.text.GrammarText;

/** The bits of one process, whoever computes. */
class SparkTrainingTest {
    @TempDir
    static Path folder;
    private static SmallTraining training;
    private static Path alone;
    private static List<Double> losses;

    @BeforeAll
    static void inOneProcess() throws IOException {
        training = new SmallTraining();
        alone = folder.resolve("alone.safetensors");
        losses = training.alone(alone, SmallTraining.STEPS);
        assertEquals(SmallTraining.STEPS, losses.size());
        assertTrue(losses.getLast() < losses.getFirst(), losses::toString);
    }

    private static void assertSame(Path file) throws IOException {
        assertArrayEquals(Files.readAllBytes(alone), Files.readAllBytes(file), "states differ");
    }

    @Test
    void threadsOfThisProcessGiveTheSameBits() throws IOException {
        Path file = folder.resolve("local.safetensors");
        assertEquals(losses, training.on("local[2]", file, SmallTraining.STEPS, new SmallTraining.Heard(), _ -> {}));
        assertSame(file);
    }

    @Test
    void oneProcessGoesOnWithAClustersRunAndTheOtherWayRound() throws IOException {
        Path file = folder.resolve("turns.safetensors");
        List<Double> all = new ArrayList<>(
                training.on("local[2]", file, 10, new SmallTraining.Heard(), _ -> {}));
        all.addAll(training.alone(file, 20));
        all.addAll(training.on("local[1]", file, SmallTraining.STEPS, new SmallTraining.Heard(), _ -> {}));
        assertEquals(losses, all);
        assertSame(file);
    }

    @Test
    void dataCanBeSent() throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), GrammarText.generate(10_000, 1));
        SmallTraining own = new SmallTraining(text.toString());
        List<Double> here = own.alone(folder.resolve("own.safetensors"), 3);
        assertEquals(here, own.on(new Request("local[2]", true, false), own.job(),
                folder.resolve("sent.safetensors"), 3, new SmallTraining.Heard(), _ -> {}));
    }

    @Test
    void gradientsCanTravelWithThreeDigits() throws IOException {
        Path file = folder.resolve("coarse.safetensors");
        List<Double> coarse = training.on(new Request("local[2]", false, true), training.job(), file,
                SmallTraining.STEPS, new SmallTraining.Heard(), _ -> {});
        assertEquals(losses.getFirst(), coarse.getFirst());
        assertNotEquals(losses, coarse);
        assertEquals(losses.getLast(), coarse.getLast(), 0.05);
    }

    @Test
    void aKilledExecutorCostsNoBit() throws IOException {
        Path file = folder.resolve("cluster.safetensors");
        SmallTraining.Heard heard = new SmallTraining.Heard();
        List<Double> all = training.on("local-cluster[2,1,1024]", file, SmallTraining.STEPS, heard, done -> {
            if (done == 10) assertTrue(kill(), "no executor was there to be killed");
            if (done == 20) heard.await(3); // the one in its place takes part in the rest
        });
        assertEquals(losses, all);
        assertSame(file);
        assertFalse(heard.lost.isEmpty(), "nobody noticed the loss");
        assertTrue(heard.joined.size() > 2, () -> "nobody joined after the loss: " + heard.joined);
    }

    /** Kills one executor that this process has started, in the middle of what it does. */
    private static boolean kill() {
        List<ProcessHandle> executors = ProcessHandle.current().descendants().filter(SparkTrainingTest::isExecutor)
                .toList();
        return !executors.isEmpty() && executors.getFirst().destroyForcibly();
    }

    private static boolean isExecutor(ProcessHandle process) {
        Path command = Path.of("/proc", Long.toString(process.pid()), "cmdline"); // Java itself cuts long ones
        try {
            return Files.readString(command, StandardCharsets.ISO_8859_1).contains("CoarseGrainedExecutorBackend");
        } catch (IOException e) {
            return process.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend");
        }
    }
}
