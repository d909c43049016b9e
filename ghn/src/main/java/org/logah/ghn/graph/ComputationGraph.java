package org.logah.ghn.graph;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jgrapht.Graph;
import org.jgrapht.Graphs;
import org.jgrapht.graph.AsUnmodifiableGraph;
import org.jgrapht.graph.DefaultEdge;

/**
 * A target network as a directed acyclic graph (GHN-2, arXiv 2110.13100, section 2): nodes in topological order, node 0 is
 * the input, edges along the forward pass.
 */
public final class ComputationGraph {
    /** The longest distance that the reference's edge table can hold. */
    public static final int MAX_DISTANCE = 254;

    private final List<GraphNode> nodes;
    private final Graph<Integer, DefaultEdge> graph;
    private final Map<Integer, int[][]> distances = new ConcurrentHashMap<>();

    ComputationGraph(List<GraphNode> nodes, Graph<Integer, DefaultEdge> graph) {
        this.nodes = List.copyOf(nodes);
        this.graph = graph;
    }

    public List<GraphNode> nodes() { return nodes; }

    public int size() { return nodes.size(); }

    /** The structure alone, over node indices. */
    public Graph<Integer, DefaultEdge> structure() {
        return new AsUnmodifiableGraph<>(graph);
    }

    /** Number of real edges. */
    public int edgeCount() { return graph.edgeSet().size(); }

    /** Nodes that feed {@code node} directly, in order. */
    public List<Integer> predecessors(int node) {
        return Graphs.predecessorListOf(graph, node).stream().sorted().toList();
    }

    /** Number of attention layers. */
    public int depth() {
        return Collections.frequency(nodes.stream().map(GraphNode::primitive).toList(), Primitive.MSA);
    }

    /**
     * Lengths of shortest directed paths, {@code [size][size]}: 1 for an edge, 0 where there is no path or it is longer than
     * {@code cutoff}. O(size * edges) the first time; the matrix is shared, not to be written to.
     */
    public int[][] distances(int cutoff) {
        return distances.computeIfAbsent(Math.min(cutoff, MAX_DISTANCE), this::shortestPaths);
    }

    /** Breadth first, over arrays: an iterator over the graph itself takes thirty times as long. */
    private int[][] shortestPaths(int limit) {
        int n = size();
        int[][] successors = new int[n][];
        for (int i = 0; i < n; i++)
            successors[i] = Graphs.successorListOf(graph, i).stream().mapToInt(Integer::intValue).toArray();
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
