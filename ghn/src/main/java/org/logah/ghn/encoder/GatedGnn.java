package org.logah.ghn.encoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.eclipse.collections.impl.list.mutable.primitive.IntArrayList;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.GruCell;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.Mlp;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Shape;
import org.logah.engine.Unary;
import org.logah.ghn.features.EmbeddingStart;
import org.logah.ghn.graph.ComputationGraph;

/**
 * A gated graph network (GHN-2, arXiv 2110.13100, equation 3): one pass along the edges in index order and one against them in
 * reverse order. Each node receives messages from its neighbours and, by a second map, from all nodes within reach, neighbours
 * included, divided by their distance. It updates its state in place, so later nodes see it.
 */
public final class GatedGnn implements GraphEncoder {
    private final int hidden;
    private final int cutoff;
    private final Mlp message;
    private final Mlp virtualMessage;
    private final GruCell cell;

    /** The choice of a gated graph network. It has no sizes beside the width of the states. */
    public record Config() implements EncoderConfig {
        @Override
        public String kind() { return "gatedgnn"; }

        @Override
        public GraphEncoder build(int hidden, int cutoff) { return new GatedGnn(hidden, cutoff); }

        @Override
        public EmbeddingStart embeddingStart() { return EmbeddingStart.STANDARD_NORMAL; }
    }

    private GatedGnn(int d, int cutoff) {
        this.hidden = d;
        this.cutoff = cutoff;
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
    public Variable encode(Functions f, Parameters p, List<ComputationGraph> graphs, Variable features) {
        int n = features.shape().dim(0);
        int[][] distance = union(graphs.stream().map(g -> g.distances(cutoff)).toList(), n);
        List<Variable> states = new ArrayList<>();
        for (int i = 0; i < n; i++) states.add(f.slice(features, 0, i, 1));
        List<IntArrayList> levels = levels(distance);
        pass(f, p, distance, levels, states, true);
        pass(f, p, distance, levels.reversed(), states, false);
        return f.concat(0, states);
    }

    /** Distances in all graphs together, of {@code n} nodes; there is no path between two graphs. */
    private static int[][] union(List<int[][]> graphs, int n) {
        if (graphs.size() == 1) return graphs.get(0);
        int[][] all = new int[n][n];
        int first = 0;
        for (int[][] distance : graphs) {
            for (int i = 0; i < distance.length; i++)
                System.arraycopy(distance[i], 0, all[first + i], first, distance.length);
            first += distance.length;
        }
        return all;
    }

    /** Nodes by the length of the longest path that leads to them: no path leads from one to another of the same level. */
    private static List<IntArrayList> levels(int[][] distance) {
        List<IntArrayList> levels = new ArrayList<>();
        int[] level = new int[distance.length];
        for (int v = 0; v < distance.length; v++) {
            for (int u = 0; u < v; u++) if (distance[u][v] == 1) level[v] = Math.max(level[v], level[u] + 1);
            while (levels.size() <= level[v]) levels.add(new IntArrayList());
            levels.get(level[v]).add(v);
        }
        return levels;
    }

    /**
     * Updates states level by level. A sender is final before its receivers' turn, so it sends once, to all of them, into one
     * table of sums. A level's nodes are updated together, which changes no number.
     */
    private void pass(Functions f, Parameters p, int[][] distance, List<IntArrayList> levels, List<Variable> states,
            boolean forward) {
        int n = states.size();
        Variable inbox = f.zeros(Shape.of(n, hidden));
        for (IntArrayList level : levels) {
            int[] nodes = level.toArray();
            List<Variable> before = Arrays.stream(nodes).mapToObj(states::get).toList();
            Variable after = cell.apply(f, p, f.embedding(inbox, f.indices(nodes)), f.concat(0, before));
            for (int i = 0; i < nodes.length; i++) states.set(nodes[i], f.slice(after, 0, i, 1));
            float[] weights = weights(distance, nodes, forward);
            if (weights.length == 0) continue;
            Variable sent = f.concat(0, List.of(message.apply(f, p, after), virtualMessage.apply(f, p, after)));
            Variable arriving = f.matmul(f.constant(Shape.of(n, 2 * nodes.length), weights), sent);
            Variable fuller = f.add(inbox, arriving);
            f.tape().discard(arriving);
            f.tape().discard(inbox);
            inbox = fuller;
        }
    }

    /** A row per receiver: for each sender 1 if it is a neighbour, then for each 1 / distance; empty without receivers. */
    private static float[] weights(int[][] distance, int[] senders, boolean forward) {
        int n = distance.length;
        int columns = 2 * senders.length;
        float[] w = new float[n * columns];
        boolean any = false;
        for (int i = 0; i < senders.length; i++) {
            for (int v = 0; v < n; v++) {
                int s = forward ? distance[senders[i]][v] : distance[v][senders[i]];
                if (s == 0) continue;
                any = true;
                if (s == 1) w[v * columns + i] = 1f;
                w[v * columns + senders.length + i] = 1f / s;
            }
        }
        return any ? w : new float[0];
    }
}
