package org.logah.ghn.encoder;

import static org.logah.ghn.graph.ComputationGraph.MAX_DISTANCE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Embedding;
import org.logah.autograd.nn.LayerNorm;
import org.logah.autograd.nn.Linear;
import org.logah.autograd.nn.Mlp;
import org.logah.autograd.nn.MultiHeadAttention;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.nn.ParameterSpec.Role;
import org.logah.engine.Shape;
import org.logah.engine.SizeBounds;
import org.logah.engine.TensorException;
import org.logah.engine.Unary;
import org.logah.ghn.graph.ComputationGraph;

/**
 * Transformer layers over nodes, with degrees and distances added to the features and a bias from path lengths added to
 * every layer's attention scores (arXiv 2106.05234, GHN-3 section 3).
 */
public final class Graphormer implements GraphEncoder {
    /**
     * The {@link Config#farthest} of our variants and of {@code +nearby}. It spans attention's two maps, an MLP's two maps, and a
     * block's last sum and the next block's, which are 2 edges apart.
     */
    public static final int NEARBY = 3;

    private static final int MAX_DEGREE = 100;
    private static final int MAX_INPUT_DISTANCE = 1000;
    /** Two rows in front of the distance table that the reference never reads. */
    private static final int DISTANCE_OFFSET = 2;

    private final Config config;
    private final int hidden;
    private final int cutoff;
    private final List<Block> blocks;
    private final Embedding edges;
    private final Mlp edgeBias;
    private final Embedding degreeIn;
    private final Embedding degreeOut;
    private final Embedding inputDistance;

    private record Block(LayerNorm norm1, MultiHeadAttention attention, LayerNorm norm2, Mlp feedForward) {}

    /**
     * The sizes of a Graphormer beside the width of the states.
     *
     * @param heads attention heads; they divide the width of the states
     * @param layers number of layers
     * @param farthest largest distance told apart, 1 to {@link ComputationGraph#MAX_DISTANCE}; longer ones, between nodes and
     *        from the input, count as this one. With the maximum all are told apart up to the graph's cutoff, as in the
     *        reference. With less there is no cutoff, and a deep network has no distance that a shallow one lacks, up to
     *        {@link ComputationGraph#MAX_DISTANCE} edges, beyond which no path is seen (docs/findings.md)
     */
    public record Config(int heads, int layers, int farthest) implements EncoderConfig {
        /** That of LoGAH-Tiny. */
        public Config() { this(8, 3); }

        /**
         * One that tells all distances apart.
         *
         * @param heads attention heads; they divide the width of the states
         * @param layers number of layers
         * @throws TensorException if either is not within its {@link SizeBounds}
         */
        public Config(int heads, int layers) { this(heads, layers, MAX_DISTANCE); }

        /**
         * Checks all three.
         *
         * @throws TensorException if one is not within its {@link SizeBounds}
         */
        public Config {
            SizeBounds.of("graphormer").width("heads", heads).layers(layers).within("farthest", farthest,
                    MAX_DISTANCE);
        }

        /**
         * {@return the same with another farthest distance}
         *
         * @param other what longer distances count as
         * @throws TensorException if it is not 1 to {@link ComputationGraph#MAX_DISTANCE}
         */
        public Config withFarthest(int other) { return new Config(heads, layers, other); }

        /** {@return whether all distances are told apart, up to the graph's cutoff, as the reference does} */
        public boolean tellsAll() {
            return farthest == MAX_DISTANCE;
        }

        @Override
        public String kind() { return "graphormer"; }

        @Override
        public void requireFits(int hidden) {
            if (hidden % heads != 0)
                throw new TensorException("graphormer: " + heads + " heads do not divide hidden size " + hidden);
        }

        @Override
        public GraphEncoder build(int hidden, int cutoff) { return new Graphormer(this, hidden, cutoff); }
    }

    private Graphormer(Config config, int d, int cutoff) {
        this.config = config;
        this.hidden = d;
        // Beyond a cutoff there would be no path; here it counts as a long one.
        this.cutoff = config.tellsAll() ? cutoff : MAX_DISTANCE;
        blocks = IntStream.range(0, config.layers()).mapToObj(i -> block("gnn." + i, d, config.heads())).toList();
        edges = new Embedding("gnn.0.attn.edge_embed.embed", ComputationGraph.MAX_DISTANCE + 3, d, Role.EMBEDDING);
        edgeBias = new Mlp(
                List.of(Linear.of("gnn.0.attn.proj_e.0", 2 * d, d),
                        Linear.of("gnn.0.attn.proj_e.2", d, config.heads())),
                Unary.RELU, false);
        degreeIn = new Embedding("gnn.0.centrality_embed_in", MAX_DEGREE + 1, d, Role.EMBEDDING);
        degreeOut = new Embedding("gnn.0.centrality_embed_out", MAX_DEGREE + 1, d, Role.EMBEDDING);
        inputDistance = new Embedding("gnn.0.input_dist_embed", MAX_INPUT_DISTANCE + 1, d, Role.EMBEDDING);
    }

    private static Block block(String name, int d, int heads) {
        return new Block(new LayerNorm(name + ".ln1", d, 1e-5),
                new MultiHeadAttention(Linear.withoutBias(name + ".attn.to_qkv", d, 3 * d),
                        Linear.of(name + ".attn.to_out.0", d, d),
                        heads, false),
                new LayerNorm(name + ".ln2", d, 1e-5),
                new Mlp(List.of(Linear.of(name + ".ff.net.0", d, 4 * d), Linear.of(name + ".ff.net.3", 4 * d, d)),
                        Unary.GELU_ERF, false));
    }

    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>();
        for (Block b : blocks) {
            boolean first = specs.isEmpty();
            specs.addAll(b.norm1().parameters());
            specs.addAll(b.attention().parameters());
            if (first) {
                specs.addAll(edges.parameters());
                specs.addAll(edgeBias.parameters());
            }
            specs.addAll(b.norm2().parameters());
            specs.addAll(b.feedForward().parameters());
            if (first) {
                specs.addAll(degreeIn.parameters());
                specs.addAll(degreeOut.parameters());
                specs.addAll(inputDistance.parameters());
            }
        }
        return specs;
    }

    @Override
    public Variable encode(Functions f, Parameters p, List<ComputationGraph> graphs, Variable features) {
        List<int[][]> distances = graphs.stream().map(g -> g.distances(cutoff)).toList();
        Variable x = addCentrality(f, p, distances, features);
        List<Variable> biases = scoreBiases(f, p, distances);
        for (Block b : blocks) {
            x = f.addOnto(attention(f, p, b, b.norm1().apply(f, p, x), biases), x);
            x = f.addOnto(b.feedForward().apply(f, p, b.norm2().apply(f, p, x)), x);
        }
        return x;
    }

    /** Maps run over the nodes of all graphs together; only the scores are of one graph each. */
    private Variable attention(Functions f, Parameters p, Block b, Variable x, List<Variable> biases) {
        Variable qkv = b.attention().qkv().apply(f, p, x);
        List<Variable> seen = new ArrayList<>();
        int from = 0;
        for (Variable bias : biases) {
            int n = bias.shape().last();
            Variable mine = f.reshape(f.slice(qkv, 0, from, n), Shape.of(1, n, 3 * hidden));
            seen.add(f.reshape(f.attention(mine, bias, config.heads(), false), Shape.of(n, hidden)));
            from += n;
        }
        return b.attention().out().apply(f, p, f.concat(0, seen));
    }

    private Variable addCentrality(Functions f, Parameters p, List<int[][]> distances, Variable x) {
        int[] in = new int[x.shape().dim(0)];
        int[] out = in.clone();
        int[] fromInput = in.clone();
        int first = 0;
        for (int[][] distance : distances) {
            for (int i = 0; i < distance.length; i++) {
                for (int j = 0; j < distance.length; j++) {
                    if (distance[i][j] == 1) {
                        out[first + i]++;
                        in[first + j]++;
                    }
                }
                fromInput[first + i] = told(distance[0][i]);
            }
            first += distance.length;
        }
        for (int i = 0; i < in.length; i++) {
            in[i] = Math.min(in[i], MAX_DEGREE);
            out[i] = Math.min(out[i], MAX_DEGREE);
        }
        Variable y = f.add(x, degreeIn.apply(f, p, f.indices(in)));
        y = f.add(y, degreeOut.apply(f, p, f.indices(out)));
        return f.add(y, inputDistance.apply(f, p, f.indices(fromInput)));
    }

    private int told(int distance) { return Math.min(distance, config.farthest()); }

    /**
     * The bias {@code [heads, n, n]} of each graph. It depends on the pair (distance there, distance back) alone, and few
     * pairs occur, so the maps run once per distinct pair.
     */
    private List<Variable> scoreBiases(Functions f, Parameters p, List<int[][]> distances) {
        int[] seen = new int[(MAX_DISTANCE + 1) * (MAX_DISTANCE + 1)]; // 1 + the pair's number
        int most = Math.min(seen.length, distances.stream().mapToInt(d -> d.length * d.length).sum());
        int[] there = new int[most];
        int[] back = new int[most];
        List<int[]> pairs = new ArrayList<>();
        int count = 0;
        for (int[][] distance : distances) {
            int n = distance.length;
            int[] pair = new int[n * n];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    int ahead = told(distance[i][j]);
                    int behind = told(distance[j][i]);
                    int key = ahead * (MAX_DISTANCE + 1) + behind;
                    if (seen[key] == 0) {
                        there[count] = ahead + DISTANCE_OFFSET;
                        back[count] = behind + DISTANCE_OFFSET;
                        seen[key] = ++count;
                    }
                    pair[i * n + j] = seen[key] - 1;
                }
            }
            pairs.add(pair);
        }
        Variable rows = f.concat(1, List.of(edges.apply(f, p, f.indices(Arrays.copyOf(there, count))),
                edges.apply(f, p, f.indices(Arrays.copyOf(back, count)))));
        Variable perPair = edgeBias.apply(f, p, rows);
        List<Variable> biases = new ArrayList<>();
        for (int g = 0; g < pairs.size(); g++) {
            int n = distances.get(g).length;
            Variable all = f.embedding(perPair, f.indices(pairs.get(g)));
            biases.add(f.permute(f.reshape(all, Shape.of(n, n, config.heads())), 2, 0, 1));
        }
        return biases;
    }
}
