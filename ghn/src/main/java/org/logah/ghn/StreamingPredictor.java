package org.logah.ghn;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Device;
import org.logah.engine.Kernels.BlockCopy;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.decoder.LowRankDecoder;
import org.logah.ghn.decoder.LowRankDecoder.Factors;
import org.logah.ghn.decoder.ParameterAssembler;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;

/**
 * Predicts one parameter after the other straight into its destination (a mapped file, say), so that memory does not grow
 * with the target. Scaling is folded into the thin factor before the product, so each weight is written once. The numbers
 * are those of {@link HyperNetwork#predict} up to rounding.
 */
public final class StreamingPredictor {
    /** Rows of a thin factor that one task sums. */
    private static final int ROWS = 1024;

    private final HyperNetwork network;
    private final Parameters weights;
    private final Device device;

    public StreamingPredictor(HyperNetwork network, Parameters weights, Device device) {
        this.network = network;
        this.weights = weights;
        this.device = device;
    }

    /**
     * @param destination where each parameter is to be written, by name and shape
     * @param progress told the name of each parameter when it is there
     */
    public void predict(Network target, RandomStream random, BiFunction<String, Shape, Tensor> destination,
            Consumer<String> progress) {
        ComputationGraph graph = network.graphOf(target);
        Map<String, Shape> shapes = target.shapes();
        Set<String> written = new HashSet<>();
        Consumer<String> done = name -> {
            written.add(name);
            progress.accept(name);
        };
        try (Tape tape = Tape.inference(device)) {
            Functions f = new Functions(tape);
            Variable states = network.encode(f, weights, graph);
            if (network.decoder() instanceof LowRankDecoder lowRank) {
                lowRank.factors(f, weights, graph, states)
                        .forEach((node, factors) -> write(lowRank, graph, shapes, node,
                                factors, random, destination, done));
            } else {
                network.decoder().decode(f, weights, graph, states).forEach((node, raw) -> assemble(f, graph, shapes,
                        node, raw, random, destination, done));
            }
        }
        for (ParameterSpec spec : target.parameters()) {
            if (written.contains(spec.name())) continue;
            device.kernels().fill(destination.apply(spec.name(), spec.shape()), 0f);
            progress.accept(spec.name());
        }
    }

    private void write(LowRankDecoder decoder, ComputationGraph graph, Map<String, Shape> shapes, GraphNode node,
            Factors factors,
            RandomStream random, BiFunction<String, Shape, Tensor> destination, Consumer<String> done) {
        Shape shape = node.requireShape();
        Tensor a = factors.a().value();
        Tensor b = factors.b().value();
        boolean matrix = shape.rank() == 2 && b.shape().dim(0) == shape.dim(1) && a.shape().dim(0) <= shape.dim(0);
        if (!matrix) {
            try (Tape tape = Tape.inference(device)) {
                Functions f = new Functions(tape);
                assemble(f, graph, shapes, node, decoder.multiply(f, node, factors), random, destination, done);
            }
            return;
        }
        String name = node.requireParameter();
        Tensor out = destination.apply(name, shape);
        Double constant = ParameterAssembler.constantFactor(network.config().scaling(), node, shape, graph.depth());
        double factor = constant != null
                ? constant
                : !device.hasData()
                        ? 1
                        : ParameterAssembler.STD_TARGET / (deviation(a, b, shape.dim(0)) + ParameterAssembler.STD_EPS);
        try (Tape tape = Tape.inference(device)) {
            Tensor scaled = tape.scope().allocate(a.shape());
            device.kernels().affine((float) factor, 0f, a, scaled);
            int rows = a.shape().dim(0);
            device.kernels().product(new Product(1, rows, shape.dim(1), a.shape().dim(1), false, true, false), scaled,
                    b, null,
                    out.slice(0, rows));
            repeatRows(out, rows);
        }
        done.accept(name);
    }

    /** Fills the rows from {@code rows} on with copies of those in front. */
    private static void repeatRows(Tensor out, int rows) {
        int width = out.shape().dim(1);
        for (int at = rows; at < out.shape().dim(0); at += rows) {
            int count = Math.min(rows, out.shape().dim(0) - at);
            out.device().kernels().copyBlocks(new BlockCopy(1, count * width, 0, 0, 0, (long) at * width), out, out);
        }
    }

    /**
     * The unbiased standard deviation of {@code A B^T} with rows repeated up to {@code total}, from two r x r products in
     * double: {@code sum W^2 = sum (A^T A) o (B^T B)}, {@code sum W = (1^T A) (B^T 1)}.
     */
    private double deviation(Tensor a, Tensor b, int total) {
        int rows = a.shape().dim(0);
        Moments left = moments(a, i -> total / rows + (i < total % rows ? 1 : 0));
        Moments right = moments(b, _ -> 1);
        double squares = 0;
        double sum = 0;
        for (int i = 0; i < left.gram().length; i++) squares += left.gram()[i] * right.gram()[i];
        for (int i = 0; i < left.sum().length; i++) sum += left.sum()[i] * right.sum()[i];
        double n = (double) total * b.shape().dim(0);
        return Math.sqrt(Math.max(0, squares - sum * sum / n) / (n - 1));
    }

    /** {@code X^T X} (its upper triangle, what lies off the diagonal weighed by sqrt 2) and {@code 1^T X}. */
    private record Moments(double[] gram, double[] sum) {}

    private Moments moments(Tensor x, IntUnaryOperator times) {
        int rows = x.shape().dim(0);
        int r = x.shape().dim(1);
        float[] values = x.toFloats();
        Moments[] parts = new Moments[(rows + ROWS - 1) / ROWS];
        device.parallel(parts.length, t -> {
            Moments part = new Moments(new double[r * (r + 1) / 2], new double[r]);
            for (int i = t * ROWS; i < Math.min(rows, (t + 1) * ROWS); i++)
                addRow(values, i * r, r, times.applyAsInt(i), part);
            parts[t] = part;
        });
        Moments all = new Moments(new double[r * (r + 1) / 2], new double[r]);
        for (Moments part : parts) {
            for (int i = 0; i < all.gram().length; i++) all.gram()[i] += part.gram()[i];
            for (int i = 0; i < r; i++) all.sum()[i] += part.sum()[i];
        }
        return all;
    }

    private static void addRow(float[] values, int at, int r, int times, Moments to) {
        double[] gram = to.gram();
        for (int x = 0, k = 0; x < r; x++) {
            double v = values[at + x] * (double) times;
            to.sum()[x] += v;
            gram[k++] += v * values[at + x];
            double w = v * Math.sqrt(2);
            for (int y = x + 1; y < r; y++) gram[k++] += w * values[at + y];
        }
    }

    private void assemble(Functions f, ComputationGraph graph, Map<String, Shape> shapes, GraphNode node, Variable raw,
            RandomStream random, BiFunction<String, Shape, Tensor> destination, Consumer<String> done) {
        Function<Shape, Tensor> extra = shape -> {
            Tensor t = f.tape().scope().allocate(shape);
            if (device.hasData()) random.split("extra rows").fillNormal(t, 0, 0.02);
            return t;
        };
        new ParameterAssembler(network.config().scaling()).assemble(f, shapes, graph, node, raw, extra)
                .forEach((name, v) -> {
                    device.kernels().affine(1f, 0f, v.value(), destination.apply(name, v.shape()));
                    done.accept(name);
                });
    }
}
