package org.logah.training.cluster;

import org.logah.autograd.Parameters;
import org.logah.training.meta.MetaGradients;

/** Machines that compute gradients together. */
public interface Cluster extends AutoCloseable {
    /**
     * {@return gradients that these machines compute} Bits are those of one process.
     *
     * @param job what is trained
     * @param computing with what it is computed here, and so has to be there
     * @param weights the hypernetwork's, in this process; sent to the machines in each step as they stand then
     * @throws org.logah.engine.TensorException if a machine cannot do the job, with its reason
     */
    MetaGradients gradients(MetaJob job, NumericPlatform computing, Parameters weights);

    /** {@return whether it computes on threads of this process, and so in this process's memory} */
    boolean isThisProcess();

    /** {@return what happened, in words for people: steps, exchange, machines that were lost} */
    String activity();

    /** Lets the machines go. */
    @Override
    void close();
}
