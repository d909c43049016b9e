package org.logah.cli.command;

import java.io.PrintWriter;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.training.cluster.Cluster;
import org.logah.training.cluster.ClusterListener;
import org.logah.training.cluster.ClusterProvider.Request;
import org.logah.training.cluster.Clusters;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Other machines to compute on. */
final class ClusterOptions {
    /** Where Spark's own way of starting programs says which cluster is meant. */
    private static final String SUBMITTED = "spark.master";

    @Option(names = "--cluster", paramLabel = "ADDRESS", description = "Compute architectures on a Spark cluster: spark://host:7077, or local-cluster[2,1,2048] for two processes here with a thread and 2048 MB each. Numbers stay the same bits.")
    private @Nullable String address;

    @Option(names = "--ship-data", description = "Send the file of --data to the cluster's machines, instead of having each read its own.")
    private boolean ships;

    @Option(names = "--exchange", paramLabel = "TYPE", defaultValue = "f32", description = "What gradients travel as: f32 (default), or bf16, half the bytes with three digits.")
    private String exchange = "f32";

    private @Nullable String asked() { return address == null ? System.getProperty(SUBMITTED) : address; }

    /** Before any work: what was asked for can be. */
    void check(DeviceOptions devices) {
        if (!exchange.equalsIgnoreCase("f32") && !exchange.equalsIgnoreCase("bf16"))
            throw new TensorException("--exchange " + exchange + ": choose f32 or bf16");
        if (asked() != null) {
            devices.requireCpu("--cluster");
        } else if (ships || !exchange.equalsIgnoreCase("f32")) {
            throw new TensorException("--ship-data and --exchange are for a cluster; name one with --cluster");
        }
    }

    /** The cluster that was asked for; null where none was. */
    @Nullable
    Cluster open(CommandSpec spec) {
        String where = asked();
        if (where == null) return null;
        PrintWriter err = spec.commandLine().getErr();
        return Clusters.open(new Request(where, ships, exchange.equalsIgnoreCase("bf16")), new ClusterListener() {
            @Override
            public void joined(String executor) { err.println("executor " + executor + " has come"); }

            @Override
            public void lost(String executor, String why, int left) {
                err.println("executor " + executor + " is gone (" + why + "); " + (left > 0
                        ? "others do its work again"
                        : "none is left, waiting for one; Ctrl-C saves and ends"));
            }
        });
    }
}
