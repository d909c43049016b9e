package org.logah.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.logah.engine.TensorException;
import org.logah.training.cluster.ClusterProvider.Request;
import org.logah.training.cluster.Clusters;

/**
 * Something listens where the cluster should be, and says nothing. In a process of its own: Spark goes on trying for a minute, and
 * then takes down whatever context there is.
 */
class SilentMasterTest {
    @Test
    void whatListensIsNoMaster() throws IOException, InterruptedException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Process process = new ProcessBuilder(ProcessHandle.current().info().command().orElse("java"), "-cp",
                    System.getProperty("java.class.path"), "-D" + SparkSettings.ANSWER + "=2s", "-Dspark.jars=",
                    Program.class.getName(), "spark://127.0.0.1:" + silent.getLocalPort()).redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(said.contains("does not answer (nothing within 2 s)"), said);
            assertEquals(1, process.waitFor(), said);
        }
    }

    /** Opens a cluster, and says why it could not. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) {
            try {
                Clusters.open(new Request(args[0], false, false), new SmallTraining.Heard());
            } catch (TensorException e) {
                System.out.println(e.getMessage());
                System.exit(1);
            }
        }
    }
}
