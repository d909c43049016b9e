package org.logah.training.extension;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Shape;
import org.logah.ghn.encoder.EncoderConfig;
import org.logah.ghn.encoder.GraphEncoder;
import org.logah.ghn.graph.ComputationGraph;

/** An encoder of a few lines: in each round, a node adds what a linear map makes of the mean of its neighbours. */
public final class MeanEncoder implements GraphEncoder {
    private final List<Linear> rounds;

    /** @param rounds how far a node sees */
    public record Config(int rounds) implements EncoderConfig {
        public Config() { this(2); }

        @Override
        public String kind() { return "mean"; }

        @Override
        public GraphEncoder build(int hidden, int cutoff) { return new MeanEncoder(rounds, hidden); }
    }

    private MeanEncoder(int rounds, int hidden) {
        this.rounds = IntStream.range(0, rounds).mapToObj(i -> Linear.of("gnn." + i, hidden, hidden)).toList();
    }

    @Override
    public List<ParameterSpec> parameters() { return rounds.stream().flatMap(r -> r.parameters().stream()).toList(); }

    @Override
    public Variable encode(Functions f, Parameters p, List<ComputationGraph> graphs, Variable features) {
        List<Variable> all = new ArrayList<>();
        int first = 0;
        for (ComputationGraph graph : graphs) {
            Variable x = f.slice(features, 0, first, graph.size());
            Variable mean = f.constant(Shape.of(graph.size(), graph.size()), neighbours(graph));
            for (Linear round : rounds) x = f.add(x, f.relu(round.apply(f, p, f.matmul(mean, x))));
            all.add(x);
            first += graph.size();
        }
        return f.concat(0, all);
    }

    /** Per row, one over the number of neighbours where there is an edge, in either direction. */
    private static float[] neighbours(ComputationGraph graph) {
        int n = graph.size();
        int[][] distances = graph.distances(1);
        float[] weights = new float[n * n];
        for (int i = 0; i < n; i++) {
            int count = 0;
            for (int j = 0; j < n; j++) count += distances[i][j] + distances[j][i];
            for (int j = 0; j < n; j++)
                weights[i * n + j] = (distances[i][j] + distances[j][i]) / (float) Math.max(1, count);
        }
        return weights;
    }
}
