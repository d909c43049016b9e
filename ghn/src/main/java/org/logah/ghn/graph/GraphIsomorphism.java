package org.logah.ghn.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.jgrapht.Graph;
import org.jgrapht.alg.color.ColorRefinementAlgorithm;
import org.jgrapht.alg.interfaces.VertexColoringAlgorithm.Coloring;
import org.jgrapht.alg.interfaces.VertexColoringAlgorithm.ColoringImpl;
import org.jgrapht.alg.isomorphism.VF2GraphIsomorphismInspector;
import org.jgrapht.graph.DefaultEdge;
import org.jgrapht.graph.SimpleDirectedGraph;
import org.jspecify.annotations.Nullable;
import org.logah.engine.Shape;

/**
 * Decides whether two computational graphs are equal up to node numbers and parameter names: in primitives, shapes and all edges.
 * A hypernetwork tells such architectures apart by the order of siblings, if at all ({@link ComputationGraph#siblingRanks}).
 */
public final class GraphIsomorphism {
    private GraphIsomorphism() {}

    /** What a node does, and the shape of what it carries. */
    private record Label(Primitive primitive, @Nullable Shape shape) {
        Label(GraphNode node) { this(node.primitive(), node.shape()); }
    }

    /** Something cheap that isomorphic graphs have in common, and others rarely: to compare, and as a key. */
    public static final class Invariant {
        private final Map<Label, Integer> labels = new HashMap<>();
        private final int edges;

        private Invariant(ComputationGraph graph) {
            graph.nodes().forEach(n -> labels.merge(new Label(n), 1, Integer::sum));
            edges = graph.edgeCount();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Invariant i && i.edges == edges && i.labels.equals(labels);
        }

        @Override
        public int hashCode() { return 31 * labels.hashCode() + edges; }
    }

    /**
     * {@return how many nodes of each kind and shape a graph has, and how many edges} O(nodes).
     *
     * @param graph a graph
     */
    public static Invariant invariant(ComputationGraph graph) { return new Invariant(graph); }

    /**
     * {@return whether there is an isomorphism} Colour refinement, O((nodes + edges) log nodes), decides nearly all cases: the
     * graphs differ in their number of nodes of a colour, or have one of each. If several share a colour (the two maps into a
     * gate), VF2 searches among them.
     *
     * @param a a graph
     * @param b a graph
     */
    public static boolean exists(ComputationGraph a, ComputationGraph b) {
        if (!invariant(a).equals(invariant(b))) return false;
        int n = a.size();
        Graph<Integer, DefaultEdge> first = shifted(a, 0);
        Graph<Integer, DefaultEdge> second = shifted(b, n);
        int[] colors = refined(a, b, first, second);
        int[] balance = new int[2 * n];
        int[] members = new int[2 * n];
        for (int v = 0; v < 2 * n; v++) {
            balance[colors[v]] += v < n ? 1 : -1;
            members[colors[v]]++;
        }
        if (IntStream.of(balance).anyMatch(c -> c != 0)) return false;
        if (IntStream.of(members).allMatch(c -> c <= 2)) return true;
        return new VF2GraphIsomorphismInspector<>(first, second,
                (v, w) -> Integer.compare(colors[v], colors[w]), null).isomorphismExists();
    }

    /** The coarsest colouring of both graphs together that starts from the labels and that edges respect. */
    private static int[] refined(ComputationGraph a, ComputationGraph b, Graph<Integer, DefaultEdge> first,
            Graph<Integer, DefaultEdge> second) {
        Graph<Integer, DefaultEdge> both = new SimpleDirectedGraph<>(DefaultEdge.class);
        for (Graph<Integer, DefaultEdge> g : List.of(first, second)) {
            g.vertexSet().forEach(both::addVertex);
            g.edgeSet().forEach(e -> both.addEdge(g.getEdgeSource(e), g.getEdgeTarget(e)));
        }
        Map<Label, Integer> labels = new HashMap<>();
        Map<Integer, Integer> start = new HashMap<>();
        for (GraphNode n : a.nodes()) start.put(n.index(), labels.computeIfAbsent(new Label(n), _ -> labels.size()));
        for (GraphNode n : b.nodes())
            start.put(a.size() + n.index(), labels.computeIfAbsent(new Label(n), _ -> labels.size()));
        Coloring<Integer> refined = new ColorRefinementAlgorithm<>(both, new ColoringImpl<>(start, labels.size()))
                .getColoring();
        int[] colors = new int[2 * a.size()];
        refined.getColors().forEach((v, c) -> colors[v] = c);
        return colors;
    }

    private static Graph<Integer, DefaultEdge> shifted(ComputationGraph graph, int by) {
        Graph<Integer, DefaultEdge> from = graph.structure();
        Graph<Integer, DefaultEdge> to = new SimpleDirectedGraph<>(DefaultEdge.class);
        from.vertexSet().forEach(v -> to.addVertex(v + by));
        from.edgeSet().forEach(e -> to.addEdge(from.getEdgeSource(e) + by, from.getEdgeTarget(e) + by));
        return to;
    }
}
