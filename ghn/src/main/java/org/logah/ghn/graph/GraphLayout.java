package org.logah.ghn.graph;

import java.util.Arrays;

import org.eclipse.collections.impl.map.mutable.primitive.IntIntHashMap;
import org.jgrapht.traverse.BreadthFirstIterator;

/**
 * Places a picture's nodes. Each input has a column for what depends on it; what depends on several is in the last of theirs.
 * Rows go down along the edges, so independent columns stand side by side.
 */
final class GraphLayout {
    private final int[] column;
    private final int[] row;
    private int rows;

    GraphLayout(ComputationGraph graph) {
        column = columns(graph);
        row = new int[graph.size()];
        IntIntHashMap nextFree = new IntIntHashMap();
        for (int i = 0; i < row.length; i++) {
            int at = nextFree.get(column[i]);
            for (int p : graph.predecessors(i)) at = Math.max(at, row[p] + 1);
            // After a node of a later column, a node stands no higher than that one.
            if (i > 0 && column[i] < column[i - 1]) at = Math.max(at, row[i - 1]);
            row[i] = at;
            nextFree.put(column[i], at + 1);
            rows = Math.max(rows, at + 1);
        }
    }

    private static int[] columns(ComputationGraph graph) {
        int[] columns = new int[graph.size()];
        Arrays.fill(columns, -1);
        for (int i = 0; i < columns.length && graph.nodes().get(i).primitive() == Primitive.INPUT; i++) {
            int input = i;
            new BreadthFirstIterator<>(graph.structure(), i).forEachRemaining(reached -> columns[reached] = input);
        }
        // Tables that come from no input stand with what reads them.
        for (int i = columns.length - 1; i > 0; i--) {
            for (int p : graph.predecessors(i)) if (columns[p] < 0) columns[p] = columns[i];
        }
        return columns;
    }

    int column(int node) { return column[node]; }

    int row(int node) { return row[node]; }

    int rows() { return rows; }

    int columns() { return Arrays.stream(column).max().orElse(0) + 1; }
}
