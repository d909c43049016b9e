package org.logah.ghn.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jgrapht.Graph;
import org.jgrapht.graph.AsUnmodifiableGraph;
import org.jgrapht.graph.DefaultEdge;
import org.jgrapht.graph.SimpleDirectedGraph;
import org.jspecify.annotations.Nullable;
import org.logah.engine.MemoryBudget;

/**
 * A target network as a directed acyclic graph (GHN-2, arXiv 2110.13100, section 2): nodes in topological order, the inputs
 * first, node 0 the first of them; edges along the forward pass.
 *
 * <p>Edges are kept in arrays, since every prediction traces a graph and needs its distances: breadth-first search by JGraphT's
 * iterators takes thirty times as long, and the first class of Eclipse Collections comes with a check of its jar's signature,
 * which loads two hundred more classes. {@link #structure} makes JGraphT's graph for its algorithms.
 */
public final class ComputationGraph {
    /** The longest distance that the reference's edge table can hold. */
    public static final int MAX_DISTANCE = 254;

    private final List<GraphNode> nodes;
    private final int[][] predecessors;
    private final Map<Integer, int[][]> distances = new ConcurrentHashMap<>();
    private volatile @Nullable Graph<Integer, DefaultEdge> structure;
    private volatile @Nullable Axes axes;

    /** @param predecessors of each node, in order */
    ComputationGraph(List<GraphNode> nodes, List<int[]> predecessors) {
        this.nodes = List.copyOf(nodes);
        this.predecessors = predecessors.toArray(int[][]::new);
    }

    /** {@return the nodes in topological order} */
    public List<GraphNode> nodes() { return nodes; }

    /** {@return the nodes that carry a parameter, in topological order} */
    public List<GraphNode> carriers() {
        return nodes.stream().filter(n -> n.parameter() != null).toList();
    }

    /** {@return the number of nodes} */
    public int size() { return nodes.size(); }

    /** {@return the structure alone, over node indices, for JGraphT's algorithms} It cannot be changed. */
    public Graph<Integer, DefaultEdge> structure() {
        Graph<Integer, DefaultEdge> known = structure;
        if (known != null) return known;
        Graph<Integer, DefaultEdge> graph = new SimpleDirectedGraph<>(DefaultEdge.class);
        for (int i = 0; i < size(); i++) graph.addVertex(i);
        for (int i = 0; i < size(); i++) for (int p : predecessors[i]) graph.addEdge(p, i);
        known = new AsUnmodifiableGraph<>(graph);
        structure = known;
        return known;
    }

    /** {@return what the axes of its parameters are} Found out the first time. */
    public Axes axes() {
        Axes known = axes;
        if (known != null) return known;
        known = new Axes(this);
        axes = known;
        return known;
    }

    /** {@return the number of real edges, without virtual ones} */
    public int edgeCount() {
        int edges = 0;
        for (int[] p : predecessors) edges += p.length;
        return edges;
    }

    /**
     * {@return the nodes that feed a node directly, in order}
     *
     * @param node its index
     */
    public List<Integer> predecessors(int node) {
        List<Integer> found = new ArrayList<>();
        for (int p : predecessors[node]) found.add(p);
        return found;
    }

    /**
     * {@return for each node, the number of earlier siblings: nodes with the same primitive and the same predecessors} Queries
     * have 0, keys 1 and values 2 if all three are maps of one norm; most nodes have 0. Nodes without predecessors have 0, except
     * inputs, which are counted in order; tables that are added differ in where. Other differences, such as values from keys, are
     * not considered. O(nodes + edges).
     */
    public int[] siblingRanks() {
        Map<List<Object>, Integer> seen = new HashMap<>();
        int[] ranks = new int[size()];
        for (int i = 0; i < ranks.length; i++) {
            Primitive does = nodes.get(i).primitive();
            if (predecessors[i].length == 0 && does != Primitive.INPUT) continue;
            ranks[i] = seen.merge(List.of(does, predecessors(i)), 1, Integer::sum) - 1;
        }
        return ranks;
    }

    /** {@return the number of attention layers} */
    public int depth() {
        int depth = 0;
        for (GraphNode n : nodes) if (n.primitive() == Primitive.MSA) depth++;
        return depth;
    }

    /**
     * {@return lengths of shortest directed paths, {@code [size][size]}: 1 for an edge, 0 where there is no path or it is longer
     * than the cutoff} O(size * edges) the first time; the matrix is shared, not to be written to.
     *
     * @param cutoff the longest distance of interest; more than {@link #MAX_DISTANCE} counts as that
     * @throws MemoryBudget.ExceededException if there are too many nodes for Java's heap
     */
    public int[][] distances(int cutoff) {
        return distances.computeIfAbsent(Math.min(cutoff, MAX_DISTANCE), this::shortestPaths);
    }

    private int[][] successors() {
        int[] counts = new int[size()];
        for (int[] from : predecessors) for (int p : from) counts[p]++;
        int[][] successors = new int[size()][];
        for (int i = 0; i < successors.length; i++) successors[i] = new int[counts[i]];
        for (int i = size() - 1; i >= 0; i--) for (int p : predecessors[i]) successors[p][--counts[p]] = i;
        return successors;
    }

    /** Asks for two matrices' room: callers make a second one. */
    private static void requireHeap(int n) {
        MemoryBudget.of(Runtime.getRuntime().maxMemory()).require(
                "a graph of " + n + " nodes, whose distances are in Java's heap,",
                2L * Integer.BYTES * n * n, "");
    }

    /** Breadth first from each node. */
    private int[][] shortestPaths(int limit) {
        int n = size();
        requireHeap(n);
        int[][] successors = successors();
        int[][] distance = new int[n][n];
        int[] queue = new int[n];
        for (int from = 0; from < n; from++) {
            int[] row = distance[from];
            int end = 0;
            queue[end++] = from;
            for (int head = 0; head < end; head++) {
                int at = queue[head];
                if (row[at] == limit) break;
                for (int to : successors[at]) {
                    if (row[to] != 0 || to == from) continue;
                    row[to] = row[at] + 1;
                    queue[end++] = to;
                }
            }
        }
        return distance;
    }
}
