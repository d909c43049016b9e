package org.logah.ghn.features;

import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Parameterized;
import org.logah.ghn.graph.ComputationGraph;

/** What a node's features say of the shape that it carries. */
interface ShapeFeatures extends Parameterized {
    /**
     * Features of the nodes of all graphs, one graph behind the other.
     *
     * @param f on the tape that will own the result
     * @param p the hypernetwork's parameters
     * @param graphs the targets' graphs
     * @return {@code [nodes of all graphs, d]}: a quarter for each of the axes output, input, height, width
     */
    Variable apply(Functions f, Parameters p, List<ComputationGraph> graphs);
}
