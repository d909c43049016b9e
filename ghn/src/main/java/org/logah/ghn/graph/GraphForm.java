package org.logah.ghn.graph;

import org.logah.autograd.nn.Network;
import org.logah.engine.TensorException;

/**
 * How a hypernetwork was made to see graphs.
 *
 * @param untiedHead where an untied head of a language model hangs
 * @param cutoff longest shortest-path distance that becomes a virtual edge: 50 in GHN-2 and GHN-3, 250 in LoGAH
 */
public record GraphForm(UntiedHead untiedHead, int cutoff) {
    /** Where the node of a language model's untied head stands. */
    public enum UntiedHead {
        /** Behind the final norm, whose output it reads. */
        BEHIND_NORM,
        /** On the input, with no outgoing edge: a quirk of the reference's code, for hypernetworks trained that way. */
        ON_INPUT
    }

    /**
     * Checks that there are edges to see.
     *
     * @throws TensorException if the cutoff is less than 1
     */
    public GraphForm {
        if (cutoff < 1) throw new TensorException("hypernetwork: a cutoff of " + cutoff + " leaves no edge");
    }

    /**
     * {@return the graph of a target in this form}
     *
     * @param target the network to trace
     * @throws TracingException if it cannot be read as a graph
     */
    public ComputationGraph of(Network target) {
        return GraphTracer.trace(target, untiedHead == UntiedHead.ON_INPUT);
    }
}
