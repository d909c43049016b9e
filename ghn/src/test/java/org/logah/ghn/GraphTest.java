package org.logah.ghn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;
import org.logah.engine.Shape;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;
import org.logah.ghn.graph.GraphTracer;
import org.logah.ghn.graph.Primitive;
import org.logah.models.DataKind;
import org.logah.models.ModelCatalog;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.llama.Llama;
import org.logah.models.llama.LlamaConfig;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;

class GraphTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 12, 30})
    void sizesFollowTheClosedForms(int layers) {
        ComputationGraph vit = GraphTracer.trace(new Vit(VitConfig.of(layers, 2, 16, 8, 32, 10)));
        assertEquals(8 + 13 * layers, vit.size());
        assertEquals(7 + 15 * layers, vit.edgeCount());
        Gpt2 gpt = new Gpt2(Gpt2Config.of(layers, 2, 16, 50, 8, false));
        ComputationGraph quirk = GraphTracer.trace(gpt, true);
        assertEquals(6 + 13 * layers, quirk.size());
        assertEquals(6 + 15 * layers, quirk.edgeCount());
        assertEquals("lm_head.weight", quirk.nodes().get(3).parameter());
        ComputationGraph right = GraphTracer.trace(gpt);
        assertEquals("lm_head.weight", right.nodes().get(right.size() - 1).parameter());
        assertEquals("transformer.ln_f.weight",
                right.nodes().get(right.predecessors(right.size() - 1).get(0)).parameter());
        assertEquals(layers, right.depth());
        assertEquals(5 + 13 * layers, GraphTracer.trace(new Gpt2(Gpt2Config.of(layers, 2, 16, 50, 8, true))).size());
    }

    /** Fifteen nodes a layer: two norms, seven maps, two rotations, attention, the gate and two sums. */
    @ParameterizedTest
    @CsvSource({"1, 4", "2, 2", "5, 1"})
    void llamasFollowTheClosedForms(int layers, int keyValueHeads) {
        ComputationGraph g = GraphTracer
                .trace(new Llama(new LlamaConfig(layers, 4, keyValueHeads, 16, 24, 50, 8, 100, false)));
        assertEquals(4 + 15 * layers, g.size());
        assertEquals(3 + 20 * layers, g.edgeCount());
        assertEquals(layers, g.depth());
        GraphNode attention = g.nodes().stream().filter(n -> n.primitive() == Primitive.MSA).findFirst().orElseThrow();
        List<GraphNode> seen = g.predecessors(attention.index()).stream().map(g.nodes()::get).toList();
        assertEquals(2, seen.stream().filter(n -> n.primitive() == Primitive.ROT_EMB).count());
        assertEquals("model.layers.0.self_attn.v_proj.weight",
                seen.stream().filter(n -> n.primitive() == Primitive.CONV).findFirst().orElseThrow().parameter());
        GraphNode gate = g.nodes().stream().filter(n -> n.primitive() == Primitive.GATE).findFirst().orElseThrow();
        assertEquals(List.of("model.layers.0.mlp.gate_proj.weight", "model.layers.0.mlp.up_proj.weight"),
                g.predecessors(gate.index()).stream().map(i -> g.nodes().get(i).parameter()).sorted().toList());
    }

    @Test
    void distancesAreShortestPathsCutOff() {
        ComputationGraph g = GraphTracer.trace(new Vit(VitConfig.of(25, 2, 16, 8, 32, 10)));
        int[][] all = g.distances(250);
        int longest = 0;
        for (int i = 0; i < g.size(); i++) {
            for (int j = 0; j < g.size(); j++) {
                if (j <= i) assertEquals(0, all[i][j], "strictly upper triangular");
                longest = Math.max(longest, all[i][j]);
            }
            for (int p : g.predecessors(i)) assertEquals(1, all[p][i]);
        }
        assertEquals(9 + 2 * 25, longest);
        int[][] cut = g.distances(50);
        for (int i = 0; i < g.size(); i++) {
            for (int j = 0; j < g.size(); j++) assertEquals(all[i][j] > 50 ? 0 : all[i][j], cut[i][j]);
        }
    }

    @Test
    void positionTablesReadAsGrids() {
        ComputationGraph g = GraphTracer.trace(new Vit(VitConfig.of(1, 2, 16, 4, 32, 10)));
        var table = g.nodes().stream().filter(n -> n.primitive() == Primitive.POS_ENC).findFirst().orElseThrow();
        assertEquals(Shape.of(1, 16, 8, 8), table.shape());
        assertTrue(g.predecessors(table.index()).isEmpty());
    }

    @Test
    void everyNamedModelIsTraced() {
        for (String name : ModelCatalog.names()) {
            var network = ModelCatalog.parse(name);
            ComputationGraph g = GraphTracer.trace(network);
            long carried = g.nodes().stream().filter(n -> n.parameter() != null).count();
            long norms = g.nodes().stream().filter(n -> n.primitive() == Primitive.LN).count();
            long withoutNode = network.data().kind() == DataKind.TOKENS ? 0 : 1;
            assertEquals(network.parameters().size(), carried + norms + withoutNode, name);
        }
    }
}
