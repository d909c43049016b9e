package org.logah.bench.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.logah.ghn.GhnConfig;
import org.logah.ghn.features.BinnedShapes;
import org.logah.ghn.features.NodeFeatures;
import org.logah.ghn.graph.ComputationGraph;

/**
 * What a hypernetwork with a Graphormer reads from its tables for some graphs, whose nodes are one behind the other (GHN-3,
 * arXiv 2303.04143, section 3).
 */
final class GraphIndices {
    /** Rows of the table of distances that nothing reads. */
    private static final int OFFSET = 2;
    /** Rows of primitives, one a node. */
    final int[] primitives;
    /** Outputs and inputs, {@code [nodes, 2]}. */
    final int[] channels;
    /** Height and width, {@code [nodes, 2]}. */
    final int[] kernels;
    /** Edges into each node, and from it. */
    final int[] degreesIn;
    final int[] degreesOut;
    /** Length of the path from the graph's first node. */
    final int[] fromInput;
    /** The way there and back of the pairs that occur, {@code [pairs, 2]}. */
    final int[] distances;
    /** For each graph which of them each pair of its nodes is, {@code [n, n]}. */
    final List<int[]> pairs = new ArrayList<>();

    GraphIndices(GhnConfig config, List<ComputationGraph> graphs) {
        if (!config.features().isReference())
            throw new IllegalArgumentException("PyTorch's side of the steps knows primitives and tables of lengths only");
        int kernel = config.decoder().maxKernel();
        primitives = new NodeFeatures(config.features(), config.hidden(), kernel).primitiveRows(graphs);
        int[][] rows = new BinnedShapes(config.features(), config.hidden(), kernel).rows(graphs);
        channels = inTurns(rows[0], rows[1]);
        kernels = inTurns(rows[2], rows[3]);
        int nodes = primitives.length;
        degreesIn = new int[nodes];
        degreesOut = new int[nodes];
        fromInput = new int[nodes];
        Map<List<Integer>, Integer> found = new LinkedHashMap<>();
        int first = 0;
        for (ComputationGraph graph : graphs) {
            addPaths(graph.distances(config.graph().cutoff()), first, found);
            first += graph.size();
        }
        distances = found.keySet().stream().flatMap(List::stream).mapToInt(Integer::intValue).toArray();
    }

    private void addPaths(int[][] distance, int first, Map<List<Integer>, Integer> found) {
        int n = distance.length;
        int[] pair = new int[n * n];
        for (int i = 0; i < n; i++) {
            fromInput[first + i] = distance[0][i];
            for (int j = 0; j < n; j++) {
                if (distance[i][j] == 1) {
                    degreesOut[first + i]++;
                    degreesIn[first + j]++;
                }
                pair[i * n + j] = found.computeIfAbsent(List.of(distance[i][j] + OFFSET, distance[j][i] + OFFSET),
                        _ -> found.size());
            }
        }
        pairs.add(pair);
    }

    private static int[] inTurns(int[] a, int[] b) {
        int[] both = new int[2 * a.length];
        for (int i = 0; i < a.length; i++) {
            both[2 * i] = a[i];
            both[2 * i + 1] = b[i];
        }
        return both;
    }
}
