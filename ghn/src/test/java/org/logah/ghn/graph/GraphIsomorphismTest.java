package org.logah.ghn.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.Shape;
import org.logah.engine.random.RandomStream;
import org.logah.models.ModelCatalog;

class GraphIsomorphismTest {
    private static ComputationGraph traced(String model) { return GraphTracer.trace(ModelCatalog.parse(model)); }

    private static ComputationGraph graph(List<GraphNode> nodes, int[]... edges) {
        List<int[]> predecessors = nodes.stream()
                .map(n -> Arrays.stream(edges).filter(e -> e[1] == n.index()).mapToInt(e -> e[0]).toArray()).toList();
        return new ComputationGraph(nodes, predecessors);
    }

    /** The same graph with its nodes in another order; node i becomes node {@code order[i]}. */
    private static ComputationGraph renumbered(ComputationGraph g, List<Integer> order) {
        GraphNode[] nodes = new GraphNode[g.size()];
        for (GraphNode n : g.nodes())
            nodes[order.get(n.index())] = new GraphNode(order.get(n.index()), n.primitive(), "other", null, n.shape());
        int[][] edges = g.structure().edgeSet().stream().map(e -> new int[]{
                order.get(g.structure().getEdgeSource(e)), order.get(g.structure().getEdgeTarget(e))})
                .toArray(int[][]::new);
        return graph(List.of(nodes), edges);
    }

    private static List<Integer> shuffled(int n, RandomStream random) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < n; i++) order.add(i);
        for (int i = n - 1; i > 0; i--) Collections.swap(order, i, random.nextInt(i + 1));
        return order;
    }

    /** Llama's gate and up maps are twins, so that colours alone do not decide. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2:layers=3,heads=4,width=32,vocabulary=50", "vit:layers=2,image=32,patch=4",
            "llama:layers=3,heads=4,kvheads=4,width=32,vocabulary=50"})
    void theNumbersOfNodesDoNotMatter(String model) {
        ComputationGraph g = traced(model);
        for (int seed = 0; seed < 5; seed++) {
            ComputationGraph other = renumbered(g, shuffled(g.size(), new RandomStream(seed)));
            assertTrue(GraphIsomorphism.exists(g, other), "seed " + seed);
            assertEquals(GraphIsomorphism.invariant(g), GraphIsomorphism.invariant(other));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "gpt2:layers=2,heads=4,width=32,vocabulary=50 | gpt2:layers=3,heads=4,width=32,vocabulary=50 | false",
            "gpt2:layers=2,heads=4,width=32,vocabulary=50 | gpt2:layers=2,heads=4,width=40,vocabulary=50 | false",
            "gpt2:layers=2,heads=4,width=32,vocabulary=50 | gpt2:layers=2,heads=4,width=32,vocabulary=51 | false",
            "gpt2:layers=2,heads=4,width=32,vocabulary=50 | gpt2:layers=2,heads=8,width=32,vocabulary=50 | true",
            "llama:layers=2,heads=4,kvheads=4,width=32 | llama:layers=2,heads=4,kvheads=2,width=32 | false"})
    void sizesInTheGraphMatterAndHeadsAreNotInIt(String a, String b, boolean same) {
        assertEquals(same, GraphIsomorphism.exists(traced(a), traced(b)));
    }

    private static List<GraphNode> nodes(Primitive... kinds) {
        List<GraphNode> nodes = new ArrayList<>();
        for (Primitive kind : kinds)
            nodes.add(new GraphNode(nodes.size(), kind, "w", null, kind == Primitive.CONV ? Shape.of(4, 4) : null));
        return nodes;
    }

    /** One edge that goes elsewhere, with the same labels and the same number of edges. */
    @Test
    void edgesMatter() {
        List<GraphNode> nodes = nodes(Primitive.INPUT, Primitive.CONV, Primitive.CONV, Primitive.SUM);
        ComputationGraph chain = graph(nodes, new int[]{0, 1}, new int[]{1, 2}, new int[]{2, 3}, new int[]{0, 3});
        ComputationGraph branches = graph(nodes, new int[]{0, 1}, new int[]{0, 2}, new int[]{1, 3}, new int[]{2, 3});
        assertEquals(GraphIsomorphism.invariant(chain), GraphIsomorphism.invariant(branches));
        assertFalse(GraphIsomorphism.exists(chain, branches));
        ComputationGraph turned = graph(nodes, new int[]{0, 2}, new int[]{2, 1}, new int[]{1, 3}, new int[]{0, 3});
        assertTrue(GraphIsomorphism.exists(chain, turned));
    }

    @Test
    void directionsMatter() {
        List<GraphNode> nodes = nodes(Primitive.CONV, Primitive.CONV, Primitive.CONV);
        ComputationGraph out = graph(nodes, new int[]{0, 1}, new int[]{0, 2});
        ComputationGraph in = graph(nodes, new int[]{1, 0}, new int[]{2, 0});
        assertEquals(GraphIsomorphism.invariant(out), GraphIsomorphism.invariant(in));
        assertFalse(GraphIsomorphism.exists(out, in));
        assertNotEquals(GraphIsomorphism.invariant(out), GraphIsomorphism.invariant(graph(nodes, new int[]{0, 1})));
    }

    /** Two triangles and a hexagon look the same to colours; only the search tells them apart. */
    @Test
    void whatColoursCannotTellApartIsSearched() {
        List<GraphNode> nodes = nodes(Primitive.CONV, Primitive.CONV, Primitive.CONV, Primitive.CONV, Primitive.CONV,
                Primitive.CONV);
        int[][] triangles = {{0, 1}, {1, 2}, {2, 0}, {3, 4}, {4, 5}, {5, 3}};
        int[][] hexagon = {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 0}};
        assertFalse(GraphIsomorphism.exists(graph(nodes, triangles), graph(nodes, hexagon)));
        assertTrue(GraphIsomorphism.exists(graph(nodes, hexagon),
                renumbered(graph(nodes, hexagon), shuffled(6, new RandomStream(3)))));
    }
}
