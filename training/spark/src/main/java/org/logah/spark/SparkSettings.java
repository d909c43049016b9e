package org.logah.spark;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.apache.spark.SparkConf;
import org.logah.engine.TensorException;

/**
 * How Spark is set up for meta-training, where a user has set nothing else. Whatever is given as a system property
 * {@code spark.…}, as {@code spark-submit} does, stays as it is.
 */
final class SparkSettings {
    /** Both are read by Spark from the environment alone. */
    private static final String HOME = "SPARK_HOME";
    private static final String SCALA = "SPARK_SCALA_VERSION";
    private static final String LOG = "log4j2.configurationFile";
    /** The jar that has all of this program but Spark. */
    private static final String PROGRAM = "logah-spark.jar";
    /** How long a cluster may take to answer, and then to give a first executor. */
    static final String ANSWER = "spark.logah.answerTimeout";
    private final String address;

    SparkSettings(String address) { this.address = address; }

    boolean isThisProcess() { return address.matches("local(\\[.*])?"); }

    private boolean isThisMachine() { return address.startsWith("local"); }

    /**
     * Without these, Spark would wait for its processes forever.
     *
     * @param environment variables of this process
     */
    void requireEnvironment(Map<String, String> environment) {
        if (!address.startsWith("local-cluster")) return;
        if (!address.matches("local-cluster\\[\\s*\\d+\\s*,\\s*\\d+\\s*,\\s*\\d+\\s*]"))
            throw new TensorException("cluster '" + address
                    + "': write local-cluster[processes,threads,megabytes], such as local-cluster[2,1,2048]");
        String home = environment.get(HOME);
        if (home == null || !Files.isDirectory(Path.of(home, "jars")) || environment.get(SCALA) == null)
            throw new TensorException("cluster '" + address + "': " + HOME
                    + " must name a folder with a folder 'jars' of Spark's jars, and " + SCALA
                    + " be 2.13; ./logah sees to both");
    }

    SparkConf conf() {
        if (System.getProperty(LOG) == null) System.setProperty(LOG, "classpath:org/logah/spark/log4j2.properties");
        SparkConf conf = new SparkConf();
        conf.setIfMissing("spark.app.name", "LoGAH meta-training");
        conf.setMaster(address);
        if (isThisMachine()) {
            conf.setIfMissing("spark.driver.host", "127.0.0.1");
            conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
        }
        // Elsewhere images are fetched and queues waited in first.
        conf.setIfMissing(ANSWER, isThisMachine() || address.startsWith("spark://") ? "30s" : "300s");
        // Streams are in order on one connection, on which an executor's later weights follow its earlier ones.
        conf.set("spark.logah.io.numConnectionsPerPeer", "1");
        conf.setIfMissing("spark.ui.showConsoleProgress", "false");
        // A frozen process is given up after this, not after two minutes.
        conf.setIfMissing("spark.network.timeout", "40s");
        conf.setIfMissing("spark.network.timeoutInterval", "10s");
        conf.setIfMissing("spark.executor.heartbeatInterval", "5s");
        // A part may be computed twice: the first that is there counts, and both have the same bits.
        conf.setIfMissing("spark.speculation", "true");
        conf.setIfMissing("spark.speculation.quantile", "0.5");
        conf.setIfMissing("spark.speculation.multiplier", "4");
        conf.setIfMissing("spark.speculation.minTaskRuntime", "5s");
        // There is nothing to be near to.
        conf.setIfMissing("spark.locality.wait", "0s");
        conf.setIfMissing("spark.ui.retainedJobs", "200");
        conf.setIfMissing("spark.ui.retainedStages", "200");
        conf.setIfMissing("spark.ui.retainedTasks", "2000");
        conf.setIfMissing("spark.executor.extraJavaOptions",
                "-XX:MaxDirectMemorySize=1t -XX:-UseCodeCacheFlushing");
        return conf;
    }

    /** Executors need this program's classes: as a jar, or, where it runs from folders of classes, from there. */
    void shipClasses(SparkConf conf) {
        if (isThisProcess() || conf.contains("spark.jars") || conf.contains("spark.executor.extraClassPath")) return;
        Path own = ownPlace();
        if (own.endsWith(PROGRAM))
            conf.set("spark.jars", own.toString());
        else
            if (isThisMachine()) conf.set("spark.executor.extraClassPath", System.getProperty("java.class.path"));
            else
                throw new TensorException("cluster '" + address
                        + "': executors need the program in one jar; start it with ./logah or spark-submit");
    }

    private static Path ownPlace() {
        try {
            return Path.of(SparkSettings.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
