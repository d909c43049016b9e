package org.logah.ghn.encoder;

import java.util.ArrayList;
import java.util.List;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.GruCell;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.Mlp;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Shape;
import org.logah.engine.Unary;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.graph.ComputationGraph;

/**
 * A gated graph network (GHN-2, arXiv 2110.13100, equation 3): one pass along the edges in index order and one against them
 * in reverse order. Each node takes in messages from its neighbours, and from all further nodes divided by their distance,
 * and updates its state in place, so that later nodes see earlier updates.
 */
public final class GatedGnn implements GraphEncoder {
    private final GhnConfig config;
    private final Mlp message;
    private final Mlp virtualMessage;
    private final GruCell cell;

    public GatedGnn(GhnConfig config) {
        this.config = config;
        int d = config.hidden();
        message = mlp("gnn.mlp.fc", d);
        virtualMessage = mlp("gnn.mlp_ve.fc", d);
        cell = new GruCell("gnn.gru", d, d);
    }

    private static Mlp mlp(String name, int d) {
        return new Mlp(List.of(Linear.of(name + ".0", d, d / 2), Linear.of(name + ".2", d / 2, d)), Unary.RELU, true);
    }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>(message.parameters());
        specs.addAll(virtualMessage.parameters());
        specs.addAll(cell.parameters());
        return specs;
    }

    @Override
    public Variable encode(Functions f, Parameters p, ComputationGraph graph, Variable features) {
        int n = graph.size();
        int[][] distance = graph.distances(config.cutoff());
        List<Variable> states = new ArrayList<>();
        for (int i = 0; i < n; i++) states.add(f.slice(features, 0, i, 1));
        pass(f, p, distance, states, true);
        pass(f, p, distance, states, false);
        return f.concat(0, states);
    }

    /**
     * Nodes in topological order (or its reverse): every sender is final before its receivers' turn, so each sends once, to
     * all receivers, into one table of incoming sums.
     */
    private void pass(Functions f, Parameters p, int[][] distance, List<Variable> states, boolean forward) {
        int n = states.size();
        int d = config.hidden();
        Variable inbox = f.zeros(Shape.of(n, d));
        for (int step = 0; step < n; step++) {
            int v = forward ? step : n - 1 - step;
            Variable state = cell.apply(f, p, f.slice(inbox, 0, v, 1), states.get(v));
            states.set(v, state);
            float[] weights = weights(distance, v, forward);
            if (weights.length == 0) continue;
            Variable sent = f.concat(0, List.of(message.apply(f, p, state), virtualMessage.apply(f, p, state)));
            Variable to = f.constant(Shape.of(n, 2), weights);
            inbox = f.add(inbox, f.matmul(to, sent));
        }
    }

    /** Per receiver: 1 for a direct neighbour, and one over the distance; empty where nobody receives. */
    private static float[] weights(int[][] distance, int sender, boolean forward) {
        int n = distance.length;
        float[] w = new float[2 * n];
        boolean any = false;
        for (int v = 0; v < n; v++) {
            int s = forward ? distance[sender][v] : distance[v][sender];
            if (s == 0) continue;
            any = true;
            if (s == 1) w[2 * v] = 1f;
            w[2 * v + 1] = 1f / s;
        }
        return any ? w : new float[0];
    }
}
