package org.logah.training.cluster;

/** Told what becomes of a cluster's machines, on any thread. */
public interface ClusterListener {
    /**
     * A process that computes has come.
     *
     * @param executor its number and its machine
     */
    void joined(String executor);

    /**
     * A process that computes has gone; what it was doing is done again by another.
     *
     * @param executor its number
     * @param why in the cluster's words
     * @param left how many are left; with none, the training waits for one to come
     */
    void lost(String executor, String why, int left);
}
