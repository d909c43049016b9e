package org.logah.training.cluster;

import java.util.ServiceLoader;

import org.logah.engine.TensorException;

/** The kinds of clusters on the class path. */
public final class Clusters {
    private Clusters() {}

    /**
     * {@return the cluster of an address, ready to compute}
     *
     * @param request which, and how
     * @param listener told of its machines
     * @throws TensorException if no kind has such addresses, it does not answer, or has no machine to give
     */
    public static Cluster open(ClusterProvider.Request request, ClusterListener listener) {
        boolean any = false;
        for (ClusterProvider provider : ServiceLoader.load(ClusterProvider.class,
                ClusterProvider.class.getClassLoader())) {
            any = true;
            if (provider.knows(request.address())) return provider.open(request, listener);
        }
        throw new TensorException("cluster '" + request.address() + "': " + (any
                ? "no such kind; write local[2], local-cluster[2,1,2048] or spark://host:7077"
                : "Spark is not part of this build; ./logah brings it where --cluster is on its own command line; else build with -Pspark"));
    }
}
