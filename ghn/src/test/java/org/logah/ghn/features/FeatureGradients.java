package org.logah.ghn.features;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.graph.ComputationGraph;

/** Gradients of tables that features are read from, of a sum over all states of a graph's nodes, each times a number of its own. */
final class FeatureGradients {
    private static final double STEP = 1e-2;
    private final Device device;
    private final HyperNetwork ghn;
    private final Parameters weights;
    private final ComputationGraph graph;

    /** Computes them all. */
    FeatureGradients(Device device, HyperNetwork ghn, Parameters weights, ComputationGraph graph) {
        this.device = device;
        this.ghn = ghn;
        this.weights = weights;
        this.graph = graph;
        try (Tape tape = new Tape(device)) {
            tape.backward(loss(new Functions(tape)));
        }
    }

    /**
     * Compares some of a table's with central differences.
     *
     * @param every how far apart the compared ones are, from the first on
     * @return the whole gradient
     */
    float[] check(String table, int every) {
        float[] gradient = weights.get(table).gradient().toFloats();
        Tensor t = weights.get(table).value();
        float[] own = t.toFloats();
        for (int i = 0; i < own.length; i += every) {
            double[] losses = new double[2];
            for (int side = 0; side < 2; side++) {
                float[] changed = own.clone();
                changed[i] += (float) (side == 0 ? -STEP : STEP);
                t.set(changed);
                try (Tape tape = Tape.inference(device)) {
                    losses[side] = loss(new Functions(tape)).value().item();
                }
            }
            t.set(own);
            double expected = (losses[1] - losses[0]) / (2 * STEP);
            assertEquals(expected, gradient[i], 2e-3 * (1 + Math.abs(expected)), table + " " + i);
        }
        return gradient;
    }

    private Variable loss(Functions f) {
        Variable states = ghn.encode(f, weights, graph);
        float[] direction = new float[(int) states.shape().elements()];
        for (int i = 0; i < direction.length; i++) direction[i] = (float) Math.sin(i);
        return f.sum(f.multiply(states, f.constant(states.shape(), direction)));
    }
}
