package org.logah.spark;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

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
    void whatListensIsNoMaster() throws IOException {
        System.setProperty(SparkSettings.ANSWER, "2s");
        System.setProperty("spark.jars", ""); // it does not come to that
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Request request = new Request("spark://127.0.0.1:" + silent.getLocalPort(), false, false);
            TensorException e = assertThrows(TensorException.class,
                    () -> Clusters.open(request, new SmallTraining.Heard()));
            assertTrue(String.valueOf(e.getMessage()).contains("does not answer (nothing within 2 s)"), e.getMessage());
        }
    }
}
