package org.logah.training.paper;

import java.util.Arrays;

/**
 * The assignment problem by shortest augmenting paths (Jonker and Volgenant 1987). JGraphT's needs an object for each of n^2 edges, which
 * for the thousands of rows of a large matrix is gigabytes; its result is what the tests compare with.
 */
final class LinearAssignment {
    private LinearAssignment() {}

    /**
     * The cheapest way to give each row a column of its own.
     *
     * @param cost {@code [n][n]}, finite
     * @return the column of each row
     */
    static int[] cheapest(double[][] cost) {
        int n = cost.length;
        double[] rowPrice = new double[n + 1];
        double[] columnPrice = new double[n + 1];
        int[] rowOf = new int[n + 1]; // of each column, from 1; 0 is none
        for (int row = 1; row <= n; row++) {
            rowOf[0] = row;
            int[] before = new int[n + 1];
            double[] least = new double[n + 1];
            boolean[] done = new boolean[n + 1];
            Arrays.fill(least, Double.POSITIVE_INFINITY);
            int column = 0;
            do {
                done[column] = true;
                int from = rowOf[column];
                double step = Double.POSITIVE_INFINITY;
                int next = 0;
                for (int j = 1; j <= n; j++) {
                    if (done[j]) continue;
                    double reduced = cost[from - 1][j - 1] - rowPrice[from] - columnPrice[j];
                    if (reduced < least[j]) {
                        least[j] = reduced;
                        before[j] = column;
                    }
                    if (least[j] < step) {
                        step = least[j];
                        next = j;
                    }
                }
                for (int j = 0; j <= n; j++) {
                    if (done[j]) {
                        rowPrice[rowOf[j]] += step;
                        columnPrice[j] -= step;
                    } else {
                        least[j] -= step;
                    }
                }
                column = next;
            } while (rowOf[column] != 0);
            while (column != 0) {
                rowOf[column] = rowOf[before[column]];
                column = before[column];
            }
        }
        int[] columnOf = new int[n];
        for (int j = 1; j <= n; j++) columnOf[rowOf[j] - 1] = j - 1;
        return columnOf;
    }
}
