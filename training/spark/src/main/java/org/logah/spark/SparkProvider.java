package org.logah.spark;

import org.logah.training.cluster.Cluster;
import org.logah.training.cluster.ClusterListener;
import org.logah.training.cluster.ClusterProvider;

/** Apache Spark, by the addresses that its own programs take. */
public final class SparkProvider implements ClusterProvider {
    /** For the service loader. */
    public SparkProvider() {}

    @Override
    public boolean knows(String address) {
        return address.equals("yarn") || address.matches("(local|local-cluster)(\\[.*])?")
                || address.matches("(spark|k8s)://.*");
    }

    @Override
    public Cluster open(Request request, ClusterListener listener) { return SparkCluster.open(request, listener); }
}
