package org.logah.ghn.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

import org.jgrapht.Graphs;
import org.jgrapht.alg.connectivity.ConnectivityInspector;
import org.jgrapht.alg.cycle.CycleDetector;
import org.jgrapht.alg.shortestpath.BFSShortestPath;
import org.jgrapht.graph.DefaultEdge;
import org.jgrapht.graph.DirectedAcyclicGraph;
import org.jgrapht.traverse.TopologicalOrderIterator;
import org.junit.jupiter.api.Test;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.MetaDevice;

/**
 * Networks that seeds make up: each is traced with all its parameters and all its paths, or refused in one line; none loses
 * anything in silence. {@link Influence} is the judge, and JGraphT of the graphs themselves.
 */
class RandomNetworkTest {
    private static final int NETWORKS = 400;

    @Test
    void everyParameterAndEveryPathIsThereOrTheNetworkIsRefused() {
        int traced = 0;
        int refused = 0;
        for (long seed = 0; seed < NETWORKS; seed++) {
            RandomNetwork network = new RandomNetwork(seed);
            Set<String> needed = new HashSet<>();
            for (ParameterSpec s : network.parameters()) if (s.role() != Role.TOKEN) needed.add(s.name());
            for (int i = 0; i < network.exampleInputs(new MetaDevice()).size(); i++)
                needed.add(Influence.input(i));
            Set<String> live = Influence.of(network, null);
            live.removeIf(name -> name.startsWith("token."));
            boolean readable = live.stream().noneMatch(n -> n.startsWith(RandomNetwork.UNREADABLE));
            if (!readable || !live.equals(needed)) {
                String message = assertThrows(TracingException.class, () -> GraphTracer.trace(network),
                        network.describe() + ": needed " + new TreeSet<>(needed) + ", live " + new TreeSet<>(live))
                        .getMessage();
                assertTrue(message.startsWith(network.describe() + ": "), message);
                assertEquals(1, message.lines().count(), message);
                refused++;
                continue;
            }
            ComputationGraph graph = GraphTracer.trace(network);
            assertEquals(new TreeSet<>(live), reaching(graph, null), network.describe());
            for (ParameterSpec s : network.parameters()) {
                if (s.role() == Role.TOKEN) continue;
                Set<String> rest = Influence.of(network, s.name());
                rest.removeIf(name -> name.startsWith("token."));
                assertEquals(new TreeSet<>(rest), reaching(graph, s.name()),
                        network.describe() + " without " + s.name());
            }
            traced++;
        }
        assertTrue(traced > NETWORKS / 4 && refused > NETWORKS / 20, traced + " traced, " + refused + " refused");
    }

    /** JGraphT's own graph without cycles, which refuses an edge that closes one. */
    private static DirectedAcyclicGraph<Integer, DefaultEdge> acyclic(ComputationGraph graph) {
        DirectedAcyclicGraph<Integer, DefaultEdge> copy = new DirectedAcyclicGraph<>(DefaultEdge.class);
        Graphs.addGraph(copy, graph.structure());
        return copy;
    }

    /** Parameters and inputs whose nodes have a way to the last node, over no node of the parameter that is left out. */
    private static Set<String> reaching(ComputationGraph graph, String without) {
        DirectedAcyclicGraph<Integer, DefaultEdge> structure = acyclic(graph);
        int last = graph.size() - 1;
        for (GraphNode n : graph.nodes())
            if (without != null && (without.equals(n.parameter()) || without.equals(n.normBias())))
                structure.removeVertex(n.index());
        Set<String> names = new TreeSet<>();
        if (!structure.containsVertex(last)) return names;
        Set<Integer> before = new HashSet<>(structure.getAncestors(last));
        before.add(last);
        for (int i : before) {
            GraphNode n = graph.nodes().get(i);
            if (n.primitive() == Primitive.INPUT) names.add(Influence.input(i));
            if (n.parameter() != null) names.add(n.parameter());
            if (n.normBias() != null) names.add(n.normBias());
        }
        return names;
    }

    @Test
    void orderAndDistancesAreThoseOfJGraphT() {
        int graphs = 0;
        for (long seed = 0; graphs < 40; seed++) {
            ComputationGraph graph;
            try {
                graph = GraphTracer.trace(new RandomNetwork(seed));
            } catch (TracingException _) {
                continue;
            }
            graphs++;
            DirectedAcyclicGraph<Integer, DefaultEdge> structure = acyclic(graph);
            assertEquals(graph.size(), structure.vertexSet().size());
            assertEquals(graph.edgeCount(), structure.edgeSet().size());
            assertFalse(new CycleDetector<>(structure).detectCycles(), "seed " + seed);
            assertTrue(new ConnectivityInspector<>(structure).isConnected(), "seed " + seed);
            int seen = 0;
            TopologicalOrderIterator<Integer, DefaultEdge> order = new TopologicalOrderIterator<>(structure,
                    Integer::compare);
            while (order.hasNext()) assertEquals(seen++, order.next(), "seed " + seed);
            for (DefaultEdge e : structure.edgeSet())
                assertTrue(structure.getEdgeSource(e) < structure.getEdgeTarget(e), "seed " + seed);
            int[][] distances = graph.distances(ComputationGraph.MAX_DISTANCE);
            BFSShortestPath<Integer, DefaultEdge> paths = new BFSShortestPath<>(structure);
            for (int from = 0; from < graph.size(); from++) {
                var tree = paths.getPaths(from);
                for (int to = 0; to < graph.size(); to++) {
                    var path = tree.getPath(to);
                    assertEquals(path == null ? 0 : path.getLength(), distances[from][to], "seed " + seed);
                }
            }
        }
    }
}
