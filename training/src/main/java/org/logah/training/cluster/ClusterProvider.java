package org.logah.training.cluster;

/** A kind of clusters, found by {@link java.util.ServiceLoader}. */
public interface ClusterProvider {
    /**
     * What a cluster is asked for.
     *
     * @param address of the cluster
     * @param shipsData whether a data set's file or folder is sent to the machines, instead of being read where each of them has it
     * @param coarse whether gradients travel as BF16, half as many bytes with three digits, instead of as they are
     */
    record Request(String address, boolean shipsData, boolean coarse) {}

    /**
     * {@return whether an address is one of this kind}
     *
     * @param address a cluster's
     */
    boolean knows(String address);

    /**
     * {@return the cluster, ready to compute}
     *
     * @param request which, and how
     * @param listener told of its machines
     * @throws org.logah.engine.TensorException if it does not answer or has no machine to give
     */
    Cluster open(Request request, ClusterListener listener);
}
