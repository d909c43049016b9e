package org.logah.training.meta;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.logah.autograd.nn.Network;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphIsomorphism;
import org.logah.ghn.graph.GraphTracer;

/**
 * Computational graphs of which no two are isomorphic, so that a hypernetwork can tell all of them apart. Heads of attention are not
 * in a graph: networks that differ in nothing else count once.
 */
public final class DistinctGraphs {
    private final Map<GraphIsomorphism.Invariant, List<ComputationGraph>> graphs = new HashMap<>();
    private int count;

    /** No graphs yet. */
    public DistinctGraphs() {}

    /**
     * Traces a network and keeps its graph if there is none like it.
     *
     * @param network the network
     * @return whether there was none
     * @throws org.logah.ghn.graph.TracingException if it cannot be traced
     */
    public boolean add(Network network) {
        ComputationGraph graph = GraphTracer.trace(network);
        List<ComputationGraph> alike = graphs.computeIfAbsent(GraphIsomorphism.invariant(graph),
                _ -> new ArrayList<>());
        if (alike.stream().anyMatch(g -> GraphIsomorphism.exists(g, graph))) return false;
        count++;
        return alike.add(graph);
    }

    /** {@return how many graphs there are} */
    public int count() { return count; }
}
