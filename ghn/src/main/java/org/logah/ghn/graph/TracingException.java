package org.logah.ghn.graph;

import org.logah.autograd.nn.Network;
import org.logah.engine.TensorException;

/**
 * A network that cannot be read as a graph. The message is one line: the network, the parameter or operation that stands in
 * the way, and what is understood instead.
 */
public final class TracingException extends TensorException {
    private static final long serialVersionUID = 1L;

    /**
     * A refusal of a network.
     *
     * @param network the message begins with its description
     * @param reason what stands in the way, and what is understood
     */
    public TracingException(Network network, String reason) { super(network.describe() + ": " + reason); }
}
