package org.logah.ghn.decoder;

import java.util.Map;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.Parameterized;
import org.logah.engine.Tensor;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;

/** Turns node states into raw tensors, one per node that carries a parameter. */
public interface ParameterDecoder extends Parameterized {
    /**
     * Raw tensors before copying and scaling. Matrices and kernels come in their own shape, cut where the decoder's largest
     * shape ends; one-dimensional parameters come as {@code [2, c]}: row 0 is a norm's weight, row 1 its bias, or a bias.
     *
     * @param f on the tape that will own the result
     * @param p the hypernetwork's parameters, those of this decoder among them
     * @param graph the target's graph
     * @param states {@code [nodes, d]} after the final layer norm
     * @return one tensor for each node that carries a parameter, in the order of the nodes
     * @throws org.logah.engine.TensorException if a parameter is larger than this decoder can emit
     */
    Map<GraphNode, Variable> decode(Functions f, Parameters p, ComputationGraph graph, Variable states);

    /**
     * Decodes without gradients and hands tensors over one by one, in any order. A decoder whose tensors are products hands over
     * factors: they are multiplied piece by piece where they are written, and memory does not grow with the target.
     *
     * @param f on a tape that records nothing
     * @param p the hypernetwork's parameters, those of this decoder among them
     * @param graph the target's graph
     * @param states {@code [nodes, d]} after the final layer norm
     * @param receiver gets the tensor of each node that carries a parameter once
     * @throws org.logah.engine.TensorException if a parameter is larger than this decoder can emit
     */
    default void stream(Functions f, Parameters p, ComputationGraph graph, Variable states, Receiver receiver) {
        decode(f, p, graph, states).forEach((node, raw) -> receiver.whole(f, node, raw));
    }

    /**
     * Adjusts the initial values of one of this decoder's parameters, after the start common to all maps; by default nothing.
     *
     * @param spec the parameter, one of {@link #parameters}
     * @param tensor its numbers, changed in place
     */
    default void adjustStart(ParameterSpec spec, Tensor tensor) {}

    /** Takes what {@link #stream} decodes; tensors are valid only until its method returns. */
    interface Receiver {
        /**
         * A raw tensor as {@link #decode} gives it.
         *
         * @param f on the tape that owns the tensor
         * @param node the node that carries the parameter
         * @param raw in the parameter's own shape, or {@code [2, c]}
         */
        void whole(Functions f, GraphNode node, Variable raw);

        /**
         * A raw matrix {@code a b^T}.
         *
         * @param node the node that carries the parameter
         * @param a {@code [rows, r]} with at most as many rows as the parameter; the others are copies of those in front
         * @param b {@code [columns, r]}, one row per column of the parameter
         */
        void product(GraphNode node, Tensor a, Tensor b);
    }
}
