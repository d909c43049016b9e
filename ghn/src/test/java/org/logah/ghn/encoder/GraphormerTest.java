package org.logah.ghn.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.nn.Network;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.models.ModelCatalog;

/** How far a Graphormer tells distances apart. */
class GraphormerTest {
    private static final int FARTHEST = 3;
    private static final Map<String, Integer> FIRST_ROW = Map.of("gnn.0.attn.edge_embed.embed.weight", 2,
            "gnn.0.input_dist_embed.weight", 0);
    private static final Network DEEP = ModelCatalog
            .parse("gpt2:layers=5,heads=4,width=32,vocabulary=256,positions=16,tied=false");
    private static final CpuDevice DEVICE = new CpuDevice(1, KernelChoice.PLAIN);

    @AfterAll
    static void close() { DEVICE.close(); }

    private static HyperNetwork telling(int farthest) {
        return new HyperNetwork(
                Variant.COSINE_MINI.config(Domain.LANGUAGE).withEncoder(new Graphormer.Config(4, 2, farthest)));
    }

    private static float[] states(HyperNetwork ghn, Parameters weights) {
        try (Tape tape = Tape.inference(DEVICE)) {
            return ghn.encode(new Functions(tape), weights, ghn.graphOf(DEEP)).value().toFloats();
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

    /** So a deeper network reads no row that a shallow one does not. */
    @Test
    void aShallowNetworkHasAllDistancesThatAreTold() {
        Network shallow = ModelCatalog
                .parse("gpt2:layers=2,heads=4,width=32,vocabulary=256,positions=16,tied=false");
        for (Network target : List.of(shallow, DEEP)) {
            int[][] distances = telling(FARTHEST).graphOf(target).distances(ComputationGraph.MAX_DISTANCE);
            for (int d = 0; d <= FARTHEST; d++) {
                int wanted = d;
                assertTrue(Arrays.stream(distances).flatMapToInt(Arrays::stream)
                        .anyMatch(found -> Math.min(found, FARTHEST) == wanted));
            }
        }
    }
}
