package org.logah.training.paper;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jgrapht.alg.matching.KuhnMunkresMinimalWeightBipartitePerfectMatching;
import org.jgrapht.graph.DefaultWeightedEdge;
import org.jgrapht.graph.SimpleWeightedGraph;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.logah.engine.random.RandomStream;

class LinearAssignmentTest {
    /** The repetition is the seed. */
    @RepeatedTest(20)
    void costsAsMuchAsJGraphTsMatching(RepetitionInfo repetition) {
        RandomStream r = new RandomStream(repetition.getCurrentRepetition());
        int n = 1 + r.nextInt(12);
        double[][] cost = new double[n][n];
        for (double[] row : cost) for (int j = 0; j < n; j++) row[j] = 2 * r.nextDouble();
        int[] column = LinearAssignment.cheapest(cost);
        assertEquals(n, new HashSet<>(Arrays.stream(column).boxed().toList()).size());
        double mine = IntStream.range(0, n).mapToDouble(i -> cost[i][column[i]]).sum();
        assertEquals(byJGraphT(cost), mine, 1e-9);
    }

    private static double byJGraphT(double[][] cost) {
        int n = cost.length;
        SimpleWeightedGraph<Integer, DefaultWeightedEdge> graph = new SimpleWeightedGraph<>(DefaultWeightedEdge.class);
        for (int i = 0; i < 2 * n; i++) graph.addVertex(i);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) graph.setEdgeWeight(graph.addEdge(i, n + j), cost[i][j]);
        Set<Integer> rows = IntStream.range(0, n).boxed().collect(Collectors.toSet());
        Set<Integer> columns = IntStream.range(n, 2 * n).boxed().collect(Collectors.toSet());
        return new KuhnMunkresMinimalWeightBipartitePerfectMatching<>(graph, rows, columns).getMatching().getWeight();
    }
}
