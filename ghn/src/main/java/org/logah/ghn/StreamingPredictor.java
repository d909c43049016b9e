package org.logah.ghn;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.Network;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Device;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Scope;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.assembly.RandomBase;
import org.logah.ghn.assembly.RandomDraws;
import org.logah.ghn.assembly.ParameterAssembler;
import org.logah.ghn.assembly.Scaling;
import org.logah.ghn.decoder.ParameterDecoder;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;

/**
 * Predicts one parameter after the other, piece by piece, straight to its destination (a file, say), so that memory does not
 * grow with the target. Scaling is folded into the thin factor before the product, so each weight is written once. The numbers
 * are those of {@link HyperNetwork#predict} up to rounding.
 */
public final class StreamingPredictor {
    /** Rows of a thin factor that are summed in float. */
    private static final int ROWS = 128;
    private static final int PIECE = 1 << 18;
    private static final int FEWEST_ROWS = 8;

    private final HyperNetwork network;
    private final Parameters weights;
    private final Device device;

    /**
     * Predictions of one hypernetwork.
     *
     * @param network the hypernetwork
     * @param weights its weights, on {@code device}
     * @param device where predictions are computed
     */
    public StreamingPredictor(HyperNetwork network, Parameters weights, Device device) {
        this.network = network;
        this.weights = weights;
        this.device = device;
    }

    /** Takes what is predicted. */
    public interface Destination {
        /**
         * Consecutive elements of a parameter; the tensor is gone when this returns. Different parts of a parameter may come
         * from several threads at once.
         *
         * @param name the parameter
         * @param first where they begin in the parameter, counted in elements of its row-major order
         * @param values the elements
         */
        void write(String name, long first, Tensor values);
    }

    /**
     * Predicts a target whose graph is not known yet.
     *
     * @param target the network to predict parameters for
     * @param random gives what is drawn: bases, rows of a vision position table beyond the grid
     * @param destination gets every element of every parameter once
     * @param progress told the name of each parameter when it is there, on the thread that called this
     * @throws org.logah.engine.TensorException if the hypernetwork has no embedding for something in the target, or a parameter is
     *         larger than its decoder can emit
     */
    public void predict(Network target, RandomStream random, Destination destination, Consumer<String> progress) {
        predict(target, network.graphOf(target), random, destination, progress);
    }

    /**
     * Predicts a target whose graph was traced before.
     *
     * @param target the network to predict parameters for
     * @param graph the target's graph, from {@link HyperNetwork#graphOf}
     * @param random gives what is drawn: bases, rows of a vision position table beyond the grid
     * @param destination gets every element of every parameter once
     * @param progress told the name of each parameter when it is there, on the thread that called this
     * @throws org.logah.engine.TensorException if the hypernetwork has no embedding for something in the target, or a parameter is
     *         larger than its decoder can emit
     */
    public void predict(Network target, ComputationGraph graph, RandomStream random, Destination destination,
            Consumer<String> progress) {
        Set<String> written = new HashSet<>();
        Output output = new Output(graph, target.specs(), random, destination, name -> {
            written.add(name);
            progress.accept(name);
        });
        try (Tape tape = Tape.inference(device)) {
            Functions f = new Functions(tape);
            Variable states = network.encode(f, weights, graph);
            network.decoder().stream(f, weights, graph, states, output);
        }
        for (ParameterSpec spec : target.parameters()) {
            if (written.contains(spec.name())) continue;
            ParameterAssembler.requireOwnStart(spec);
            try (Scope scope = new Scope(device)) {
                Tensor zeros = scope.allocate(spec.shape());
                device.kernels().fill(zeros, 0f);
                destination.write(spec.name(), 0, zeros);
            }
            progress.accept(spec.name());
        }
    }

    private static int rowsOfPiece(int width) {
        return Math.max(FEWEST_ROWS, PIECE / width / FEWEST_ROWS * FEWEST_ROWS);
    }

    /**
     * {@return bytes of the largest piece that is on its way to the destination; there is one a thread}
     *
     * @param target the network to predict parameters for
     */
    public static long pieceBytes(Network target) {
        return 4 * target.parameters().stream().map(ParameterSpec::shape).filter(s -> s.rank() > 1)
                .mapToLong(s -> Math.max(PIECE, (long) rowsOfPiece(s.dim(1)) * s.dim(1))).max().orElse(PIECE);
    }

    /** Takes the decoder's raw tensors, scales them, and sends them to where they are wanted. */
    private final class Output implements ParameterDecoder.Receiver {
        private final ComputationGraph graph;
        private final Map<String, ParameterSpec> specs;
        private final RandomStream random;
        private final Destination destination;
        private final Consumer<String> done;

        Output(ComputationGraph graph, Map<String, ParameterSpec> specs, RandomStream random, Destination destination,
                Consumer<String> done) {
            this.graph = graph;
            this.specs = specs;
            this.random = random;
            this.destination = destination;
            this.done = done;
        }

        @Override
        public void whole(Functions f, GraphNode node, Variable raw) {
            new ParameterAssembler(network.config().scaling())
                    .assemble(f, specs, graph, node, raw, RandomDraws.of(f, random)).forEach((name, v) -> {
                        destination.write(name, 0, v.value());
                        done.accept(name);
                    });
        }

        @Override
        public void product(GraphNode node, Tensor a, Tensor b) {
            String name = node.requireParameter();
            ParameterSpec spec = ParameterAssembler.asDecoded(Objects.requireNonNull(specs.get(name), name), node);
            try (Tape tape = Tape.inference(device)) {
                double factor = switch (network.config().scaling().factor(spec, graph.depth())) {
                    case Scaling.Factor.Constant c -> c.by();
                    case Scaling.Factor.ToDeviation to ->
                        device.hasData() ? to.of(deviation(a, b, spec.shape().dim(0))) : 1;
                };
                Tensor scaled = tape.scope().allocate(a.shape());
                device.kernels().affine((float) factor, 0f, a, scaled);
                writeRows(tape, spec, scaled, b);
            }
            done.accept(name);
        }

        /** {@code A B^T} in pieces that stay in the cache until they are written; rows beyond A's are copies of those in front. */
        private void writeRows(Tape tape, ParameterSpec spec, Tensor a, Tensor b) {
            RandomDraws draws = RandomDraws.of(new Functions(tape), random);
            String name = spec.name();
            Shape shape = spec.shape();
            int rows = a.shape().dim(0);
            int width = shape.dim(1);
            int each = rowsOfPiece(width);
            Tensor columns = tape.scope().allocate(Shape.of(b.shape().dim(1), width));
            device.kernels().permute(new int[]{1, 0}, b, columns);
            RandomBase base = network.config().scaling().base(spec, graph.depth());
            device.parallel((rows + each - 1) / each, piece -> {
                int from = piece * each;
                int count = Math.min(each, rows - from);
                try (Scope scope = new Scope(device)) {
                    Tensor part = scope.allocate(Shape.of(count, width));
                    Product product = new Product(1, count, width, a.shape().dim(1), false, false, base != null);
                    for (int at = from; at < shape.dim(0); at += rows) {
                        if (base != null) draws.fill(name, base, shape, (long) at * width, part);
                        if (base != null || at == from)
                            device.kernels().product(product, a.slice(from, count), columns, null, part);
                        destination.write(name, (long) at * width,
                                part.slice(0, Math.min(count, shape.dim(0) - at)));
                    }
                }
            });
        }
    }

    /**
     * The unbiased standard deviation of {@code A B^T} with rows repeated up to {@code total}, from two r x r products:
     * {@code sum W^2 = sum (A^T A) o (B^T B)}, {@code sum W = (1^T A) (B^T 1)}.
     */
    private double deviation(Tensor a, Tensor b, int total) {
        int rows = a.shape().dim(0);
        Moments left = moments(a);
        if (total > rows) {
            int whole = total / rows;
            left = left.scaled(whole);
            if (total % rows > 0) left = left.plus(moments(a.slice(0, total % rows)));
        }
        Moments right = moments(b);
        double squares = 0;
        double sum = 0;
        for (int i = 0; i < left.gram().length; i++) squares += left.gram()[i] * right.gram()[i];
        for (int i = 0; i < left.sum().length; i++) sum += left.sum()[i] * right.sum()[i];
        double n = (double) total * b.shape().dim(0);
        // Of one number it is the number's own size.
        return n == 1 ? Math.abs(sum) : Math.sqrt(Math.max(0, squares - sum * sum / n) / (n - 1));
    }

    /** {@code X^T X} and {@code 1^T X}. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Moments(double[] gram, double[] sum) {
        Moments scaled(double by) {
            return new Moments(Arrays.stream(gram).map(v -> v * by).toArray(),
                    Arrays.stream(sum).map(v -> v * by).toArray());
        }

        Moments plus(Moments other) {
            Moments all = scaled(1);
            add(other.gram, all.gram);
            add(other.sum, all.sum);
            return all;
        }

        private static void add(double[] x, double[] to) { for (int i = 0; i < x.length; i++) to[i] += x[i]; }
    }

    /** Blocks of rows in float, all blocks together in double. */
    private Moments moments(Tensor x) {
        int r = x.shape().dim(1);
        int blocks = x.shape().dim(0) / ROWS;
        int rest = x.shape().dim(0) % ROWS;
        double[] gram = new double[r * r];
        double[] sum = new double[r];
        try (Scope scope = new Scope(device)) {
            Tensor ones = scope.allocate(Shape.of(Math.max(1, blocks), 1, ROWS));
            device.kernels().fill(ones, 1f);
            if (blocks > 0) addMoments(scope, x.slice(0, blocks * ROWS), ones, blocks, gram, sum);
            if (rest > 0) addMoments(scope, x.slice(blocks * ROWS, rest), ones, 1, gram, sum);
        }
        return new Moments(gram, sum);
    }

    private void addMoments(Scope scope, Tensor x, Tensor ones, int blocks, double[] gram, double[] sum) {
        int r = x.shape().dim(1);
        int rows = x.shape().dim(0) / blocks;
        Tensor squares = scope.allocate(Shape.of(blocks, r, r));
        Tensor sums = scope.allocate(Shape.of(blocks, 1, r));
        device.kernels().product(new Product(blocks, r, r, rows, true, false, false), x, x, null, squares);
        device.kernels().product(new Product(blocks, 1, r, rows, false, false, false), ones, x, null, sums);
        addBlocks(squares.toFloats(), gram);
        addBlocks(sums.toFloats(), sum);
    }

    private static void addBlocks(float[] blocks, double[] to) {
        for (int from = 0; from < blocks.length; from += to.length)
            for (int i = 0; i < to.length; i++) to[i] += blocks[from + i];
    }
}
