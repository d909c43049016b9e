package org.logah.spark;

import java.util.List;

import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.crypto.AuthServerBootstrap;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.apache.spark.network.util.TransportConf;

import scala.Option;

/**
 * Spark's own transport, set up as Spark sets up its exchange of blocks: whoever has turned on authentication and encryption has them
 * for weights and gradients, too. Its settings are {@code spark.logah.io...}, as those of blocks are {@code spark.shuffle.io...}.
 */
final class Transports {
    private static final String MODULE = "logah";

    private Transports() {}

    static TransportConf conf(SparkConf conf, int threads) {
        return SparkTransportConf.fromSparkConf(conf, MODULE, threads, Option.empty(), Option.empty());
    }

    static List<TransportServerBootstrap> server(TransportConf conf) {
        SecurityManager security = SparkEnv.get().securityManager();
        return security.isAuthenticationEnabled() ? List.of(new AuthServerBootstrap(conf, security)) : List.of();
    }

    static List<TransportClientBootstrap> client(TransportConf conf, String application) {
        SecurityManager security = SparkEnv.get().securityManager();
        return security.isAuthenticationEnabled()
                ? List.of(new AuthClientBootstrap(conf, application, security))
                : List.of();
    }
}
