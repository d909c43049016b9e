package org.logah.ghn.encoder;

import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Parameterized;
import org.logah.ghn.graph.ComputationGraph;

/** Lets the nodes of a graph see each other: features {@code [nodes, d]} to states {@code [nodes, d]}. */
public interface GraphEncoder extends Parameterized {
    /**
     * Encodes several graphs, their nodes concatenated, into states before the final layer norm. A graph's states do not depend
     * on the others, up to rounding.
     *
     * @param f on the tape that will own the result
     * @param p the hypernetwork's parameters, those of this encoder among them
     * @param graphs the targets' graphs
     * @param features {@code [nodes of all graphs, d]}
     * @return the states {@code [nodes of all graphs, d]}
     */
    Variable encode(Functions f, Parameters p, List<ComputationGraph> graphs, Variable features);
}
