package org.logah.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnFile;
import org.logah.training.cluster.Cluster;
import org.logah.training.cluster.ClusterProvider.Request;
import org.logah.training.cluster.Clusters;
import org.logah.training.cluster.NumericPlatform;
import org.logah.training.cluster.MetaJob;
import org.logah.training.data.text.GrammarText;

/** Whatever is wrong with a cluster, one line says it and the way out. */
class BadClusterTest {
    @TempDir
    Path folder;

    private static String refused(String address) {
        TensorException e = assertThrows(TensorException.class,
                () -> Clusters.open(new Request(address, false, false), new SmallTraining.Heard()));
        String line = String.valueOf(e.getMessage());
        assertFalse(line.contains("\n"), line);
        return line;
    }

    @Test
    void anAddressOfAnotherKind() { assertTrue(refused("mesos://x").contains("write local[2]")); }

    @Test
    void noMaster() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        String line = refused("spark://127.0.0.1:" + port);
        assertTrue(line.startsWith("cluster 'spark://127.0.0.1:" + port + "' does not answer ("), line);
        assertTrue(refused("spark://127.0.0.1").contains("write spark://host:7077"));
    }

    @Test
    void aLocalClusterWithoutItsVariables() throws IOException {
        SparkSettings settings = new SparkSettings("local-cluster[2,1,1024]");
        Files.createDirectories(folder.resolve("jars"));
        String home = folder.toString();
        List<Map<String, String>> lacking = List.of(Map.of(), Map.of("SPARK_HOME", home),
                Map.of("SPARK_SCALA_VERSION", "2.13"),
                Map.of("SPARK_HOME", home + "/jars", "SPARK_SCALA_VERSION", "2.13"));
        for (Map<String, String> environment : lacking) {
            TensorException e = assertThrows(TensorException.class, () -> settings.requireEnvironment(environment));
            assertTrue(String.valueOf(e.getMessage()).contains("./logah sees to both"), e.getMessage());
        }
        settings.requireEnvironment(Map.of("SPARK_HOME", home, "SPARK_SCALA_VERSION", "2.13"));
        assertTrue(assertThrows(TensorException.class,
                () -> new SparkSettings("local-cluster[2]").requireEnvironment(Map.of())).getMessage()
                .contains("write local-cluster[processes,threads,megabytes]"));
    }

    /** What a task answers that cannot be done by any executor. */
    private String failure(MetaJob job, NumericPlatform computing) {
        try (Device device = new CpuDevice(1, KernelChoice.AUTO);
                Cluster cluster = Clusters.open(new Request("local[1]", false, false), new SmallTraining.Heard())) {
            GhnFile.Loaded logah = GhnFile.Loaded.fresh(job.hyperNetwork(), new RandomStream(1), device);
            TensorException e = assertThrows(TensorException.class,
                    () -> cluster.gradients(job, computing, logah.parameters()).of(0, () -> false));
            String line = String.valueOf(e.getMessage());
            assertFalse(line.contains("\n"), line);
            assertTrue(line.startsWith("executor driver on "), line);
            return line;
        }
    }

    private static NumericPlatform here() {
        try (Device device = new CpuDevice(1, KernelChoice.AUTO)) {
            return NumericPlatform.here("auto", device);
        }
    }

    @Test
    void dataThatAnExecutorLacks() throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), GrammarText.generate(10_000, 1));
        MetaJob job = new SmallTraining(text.toString()).job();
        Files.delete(text);
        String line = failure(job, here());
        assertTrue(line.contains(text + ": no such file or folder"), line);
    }

    @Test
    void whatCannotBeSent() throws IOException {
        Path texts = Files.createDirectory(folder.resolve("texts"));
        Files.writeString(texts.resolve("a.txt"), GrammarText.generate(10_000, 1));
        Files.writeString(texts.resolve("b.txt"), GrammarText.generate(10_000, 2));
        Request request = new Request("local[1]", true, false);
        for (SmallTraining training : List.of(new SmallTraining(), new SmallTraining(texts.toString()))) {
            TensorException e = assertThrows(TensorException.class, () -> training.on(request, training.job(),
                    folder.resolve("x.safetensors"), 1, new SmallTraining.Heard(), _ -> {}));
            assertTrue(String.valueOf(e.getMessage()).contains("--ship-data"), e.getMessage());
        }
    }

    @Test
    void otherDataOnAnExecutor() throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), GrammarText.generate(10_000, 1));
        MetaJob job = new SmallTraining(text.toString()).job();
        Files.writeString(text, GrammarText.generate(10_000, 2));
        String line = failure(job, here());
        assertTrue(line.contains(text + ": other data than that of the process which leads"), line);
    }

    @Test
    void anExecutorOfAnotherJavaOrWithOtherKernels() throws IOException {
        MetaJob job = new SmallTraining().job();
        String line = failure(job, new NumericPlatform("auto", here().kernels(), here().java() + 1));
        assertTrue(line.contains("set spark.executorEnv.JAVA_HOME"), line);
        line = failure(job, new NumericPlatform("auto", "kernels of a giant", here().java()));
        assertTrue(line.contains("--kernels loops is the same everywhere"), line);
    }

    @Test
    void aStateOfAnotherTraining() throws IOException {
        SmallTraining training = new SmallTraining();
        Path file = Files.writeString(folder.resolve("state.safetensors"), "no state at all");
        assertThrows(FileFormatException.class,
                () -> training.on("local[1]", file, 3, new SmallTraining.Heard(), _ -> {}));
        assertEquals("no state at all", Files.readString(file));
    }

    @Test
    void failuresOfSparkAreALine() {
        assertEquals("boom", Failures.line(new IllegalStateException("outer",
                new IOException("boom\n\tat org.apache.spark.Somewhere(1)\n\nDriver stacktrace:"))));
        assertTrue(Failures.line(new IllegalStateException(
                "Job aborted: java.lang.UnsupportedClassVersionError: org/logah/spark/ArchitectureTask"))
                .contains("JDK 25"));
        assertTrue(Failures.line(new IllegalStateException("java.io.InvalidClassException: local class incompatible"))
                .contains("send the same jar to all"));
        assertTrue(Failures.line(new IllegalStateException("ExecutorLostFailure (executor 1 exited)"))
                .contains("memory enough"));
    }
}
