package org.logah.ghn.decoder;

import java.util.List;
import java.util.Map;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;

/** Turns node states into raw tensors, one per node that carries a parameter. */
public interface ParameterDecoder {
    List<ParameterSpec> parameters();

    /**
     * Raw tensors before tiling and scaling. Matrices and kernels come in their own shape, cut where the decoder's largest
     * shape ends; one-dimensional parameters come as {@code [2, c]}: row 0 is a norm's weight, row 1 its bias, or a bias.
     *
     * @param states {@code [nodes, d]} after the final layer norm
     */
    Map<GraphNode, Variable> decode(Functions f, Parameters p, ComputationGraph graph, Variable states);
}
