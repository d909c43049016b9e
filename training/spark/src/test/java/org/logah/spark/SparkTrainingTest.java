package org.logah.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.StreamCallback;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.util.MapConfigProvider;
import org.apache.spark.network.util.TransportConf;
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

    /** Whoever has not the secret gets no weights. */
    @Test
    void executorsAuthenticateThemselves() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        System.setProperty("spark.authenticate", "true");
        System.setProperty("spark.logah.port", Integer.toString(port));
        try {
            Path file = folder.resolve("secret.safetensors");
            assertEquals(losses.subList(0, 3), training.on("local[2]", file, 3, new SmallTraining.Heard(),
                    _ -> assertTrue(ask(port) instanceof IOException, "a stranger got weights")));
        } finally {
            System.clearProperty("spark.authenticate");
            System.clearProperty("spark.logah.port");
        }
        int open = port;
        System.setProperty("spark.logah.port", Integer.toString(port));
        try {
            training.on("local[2]", folder.resolve("open.safetensors"), 1, new SmallTraining.Heard(),
                    _ -> assertEquals("weights", ask(open), "without a secret anybody gets them"));
        } finally {
            System.clearProperty("spark.logah.port");
        }
    }

    /** Asks for the first tensor without a secret: {@code weights}, or why there were none. */
    private static Object ask(int port) {
        TransportConf conf = new TransportConf("stranger", MapConfigProvider.EMPTY);
        CompletableFuture<Object> answer = new CompletableFuture<>();
        try (TransportContext context = new TransportContext(conf, new NoOpRpcHandler());
                TransportClientFactory factory = context.createClientFactory()) {
            factory.createClient("127.0.0.1", port).stream("0", new StreamCallback() {
                @Override
                public void onData(String stream, ByteBuffer bytes) { answer.complete("weights"); }

                @Override
                public void onComplete(String stream) { answer.complete("nothing"); }

                @Override
                public void onFailure(String stream, Throwable cause) {
                    answer.complete(new IOException("refused", cause));
                }
            });
            return answer.get(30, TimeUnit.SECONDS);
        } catch (IOException | InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
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
