package org.logah.ghn.encoder;

import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.ghn.graph.ComputationGraph;

/** Lets nodes see each other: features {@code [nodes, d]} to states {@code [nodes, d]}. */
public interface GraphEncoder {
    List<ParameterSpec> parameters();

    /** States before the final layer norm. One graph at a time, so what a graph gets never depends on its company. */
    Variable encode(Functions f, Parameters p, ComputationGraph graph, Variable features);
}
