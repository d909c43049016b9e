package org.logah.ghn.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.engine.Tensor;
import org.logah.engine.Unary;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.NamedVariant;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphForm;
import org.logah.models.ModelCatalog;

/** How far a Graphormer tells distances apart. */
class GraphormerTest {
    private static final int FARTHEST = 3;
    private static final Map<String, Integer> FIRST_ROW = Map.of("gnn.0.attn.edge_embed.embed.weight", 2,
            "gnn.0.input_dist_embed.weight", 0);
    private static final CpuDevice DEVICE = new CpuDevice(1, KernelChoice.PLAIN);

    @AfterAll
    static void close() { DEVICE.close(); }

    private static Network gpt(int layers) {
        return ModelCatalog.parse("gpt2:layers=" + layers + ",heads=4,width=32,vocabulary=256,positions=16,tied=false");
    }

    private static HyperNetwork telling(int farthest) {
        return new HyperNetwork(
                Variant.COSINE_MINI.config(Domain.LANGUAGE).withEncoder(new Graphormer.Config(4, 2, farthest)));
    }

    private static float[] states(HyperNetwork ghn, Parameters weights) {
        try (Tape tape = Tape.inference(DEVICE)) {
            return ghn.encode(new Functions(tape), weights, ghn.graphOf(gpt(5))).value().toFloats();
        }
    }

    /** The same weights, but for the rows of distances beyond the farthest that is told: each is the farthest's, or one of noise. */
    private static Parameters withRowsBeyond(HyperNetwork ghn, boolean noise) {
        Parameters drawn = ghn.initialized(DEVICE, new RandomStream(3));
        Map<String, Tensor> weights = new HashMap<>();
        ghn.parameters().forEach(p -> weights.put(p.name(), drawn.get(p.name()).value()));
        FIRST_ROW.forEach((name, first) -> {
            Tensor table = weights.get(name);
            float[] rows = table.toFloats();
            int d = table.shape().last();
            int last = (first + FARTHEST) * d;
            for (int i = last + d; i < rows.length; i++) rows[i] = noise ? 10 - rows[i] : rows[last + i % d];
            weights.put(name, DEVICE.of(table.shape(), rows));
        });
        return Parameters.trainable(weights);
    }

    /** The plain twin: a table that has the same row for all that are farther away. */
    @Test
    void longerDistancesCountAsTheFarthestThatIsTold() {
        HyperNetwork nearby = telling(FARTHEST);
        HyperNetwork all = telling(ComputationGraph.MAX_DISTANCE);
        float[] seen = states(nearby, withRowsBeyond(nearby, true));
        assertArrayEquals(states(all, withRowsBeyond(all, false)), seen);
        assertFalse(Arrays.equals(states(all, withRowsBeyond(all, true)), seen), "a row beyond was read by neither");
    }

    /** Rows of both tables that a gradient reaches. */
    private static Map<String, Set<Integer>> read(int farthest, int layers) {
        HyperNetwork ghn = telling(farthest);
        Parameters weights = ghn.initialized(DEVICE, new RandomStream(3));
        try (Tape tape = new Tape(DEVICE)) {
            Functions f = new Functions(tape);
            Variable states = ghn.encode(f, weights, ghn.graphOf(gpt(layers)));
            tape.backward(f.sum(f.apply(Unary.SQUARE, states)));
        }
        Map<String, Set<Integer>> rows = new HashMap<>();
        for (String table : FIRST_ROW.keySet()) {
            float[] gradient = weights.get(table).gradient().toFloats();
            int d = weights.get(table).shape().last();
            Set<Integer> mine = new HashSet<>();
            for (int i = 0; i < gradient.length; i++) if (gradient[i] != 0) mine.add(i / d);
            rows.put(table, mine);
        }
        return rows;
    }

    /** With all distances told a deeper network reads rows that a shallow one does not, which no training of shallow ones reaches. */
    @Test
    void aDeepNetworkReadsNoRowThatAShallowOneDoesNot() {
        assertEquals(read(FARTHEST, 2), read(FARTHEST, 5));
        Map<String, Set<Integer>> shallow = read(ComputationGraph.MAX_DISTANCE, 2);
        read(ComputationGraph.MAX_DISTANCE, 5).forEach((table, rows) -> assertNotEquals(shallow.get(table), rows));
    }

    /** GHN-3 sees no path that is longer than 50; one that is, is no path, and yet a long one where distances are told nearby. */
    @Test
    void aCutoffHidesNoPathThatCountsAsTheFarthest() {
        GhnConfig cut = NamedVariant.parse("ghn3-mini+nearby").config(Domain.LANGUAGE, null);
        GhnConfig whole = new GhnConfig(cut.hidden(), new GraphForm(cut.graph().untiedHead(), 250), cut.features(),
                cut.encoder(), cut.decoder(), cut.scaling());
        int[][] distances = new HyperNetwork(whole).graphOf(gpt(24)).distances(ComputationGraph.MAX_DISTANCE);
        assertTrue(Arrays.stream(distances).flatMapToInt(Arrays::stream).max().orElseThrow() > cut.graph().cutoff());
        float[][] seen = new float[2][];
        for (int i = 0; i < 2; i++) {
            HyperNetwork ghn = new HyperNetwork(i == 0 ? cut : whole);
            try (Tape tape = Tape.inference(DEVICE)) {
                seen[i] = ghn.encode(new Functions(tape), ghn.initialized(DEVICE, new RandomStream(3)),
                        ghn.graphOf(gpt(24))).value().toFloats();
            }
        }
        assertArrayEquals(seen[1], seen[0]);
    }
}
