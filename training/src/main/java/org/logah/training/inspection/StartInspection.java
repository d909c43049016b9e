package org.logah.training.inspection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Device;
import org.logah.engine.Scope;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;
import org.logah.models.TargetNetwork;
import org.logah.training.measure.MemoryEstimate;

/**
 * What a network's parameters are like beside its own random start: sizes, ranks, resemblance, and how much its blocks add to
 * the residual stream. A start that will hardly learn shows here before it is trained (docs/results.md says why).
 *
 * @param matrices one row per matrix, kernel or table
 * @param groups tensors of one shape, and how much they resemble each other
 * @param stream root mean square of the residual stream in front of the first block and behind each, on random input; empty where
 *        the network does not tell
 * @param added root mean square of what each block adds, as a part of what it reads
 * @param warnings why such a start may not train, a sentence each; none where nothing was found
 * @param notes what is out of the ordinary, and has kept no start from training by itself; none where nothing was found
 */
public record StartInspection(List<Matrix> matrices, List<Group> groups, List<Double> stream, List<Double> added,
        List<String> warnings, List<String> notes) {

    /** Steps that nobody waits for a number to move by a tensor's deviation. */
    private static final double MOST_STEPS = 10_000;
    /** A tensor this many times smaller than the network's own start is spoken of. */
    private static final double FAR = 10;
    /** Blocks that add less than this part are not heard. */
    private static final double SILENT = 0.02;
    /** Tensors of one shape that resemble each other more than this are nearly one. */
    private static final double ALIKE = 0.5;
    /** A matrix with a stable rank below this part of its shorter side has few directions. */
    private static final double THIN = 0.08;
    /** A matrix with a stable rank below this has one direction. */
    private static final double ONE_DIRECTION = 1.5;
    private static final double RATE = 3e-4;
    private static final int BATCH = 4;
    private static final int MOST_TOKENS = 64;

    /**
     * One tensor of two or more axes.
     *
     * @param name its name
     * @param shape its shape
     * @param deviation standard deviation of its numbers
     * @param own that of the network's own random start
     * @param largest largest singular value, of {@code [outputs, rest]} as stored
     * @param stableRank sum of the singular values' squares over the largest's square
     */
    public record Matrix(String name, Shape shape, double deviation, double own, double largest, double stableRank) {}

    /**
     * Tensors of one shape.
     *
     * @param shape their shape
     * @param count how many, at least 2
     * @param similarity mean of the absolute cosine between two of them, as they are; LoGAH's table 5 matches rows first, see {@link org.logah.training.paper.Diversity}
     */
    public record Group(Shape shape, int count, double similarity) {}

    /** Told how far the look at a network's parameters is. */
    @FunctionalInterface
    public interface Listener {
        /**
         * A tensor was looked at.
         *
         * @param tensor its name
         * @param done how many were
         * @param of how many there are
         */
        void inspected(String tensor, int done, int of);
    }

    /**
     * {@return how much memory looking at a network's parameters takes, these included} That is small batches beside them, and two
     * copies of the largest.
     *
     * @param network whose they are
     */
    public static MemoryEstimate memory(TargetNetwork network) {
        long largest = network.parameters().stream().mapToLong(s -> s.shape().elements()).max().orElse(0);
        return new MemoryEstimate(Float.BYTES * (network.parameterCount() + 3 * largest), "the parameters");
    }

    /**
     * Looks at parameters and tells nobody.
     *
     * @param network whose they are
     * @param p its parameters, on {@code device}
     * @param device what computes
     * @return what was found
     * @throws TensorException if a number is not finite, naming the tensor
     */
    public static StartInspection of(TargetNetwork network, Parameters p, Device device) {
        return of(network, p, device, (_, _, _) -> {});
    }

    /**
     * Looks at parameters.
     *
     * @param network whose they are
     * @param p its parameters, on {@code device}
     * @param device what computes
     * @param listener told of each tensor, on this thread
     * @return what was found
     * @throws TensorException if a number is not finite, naming the tensor
     */
    public static StartInspection of(TargetNetwork network, Parameters p, Device device, Listener listener) {
        List<Matrix> matrices = new ArrayList<>();
        Map<Shape, Alike> byShape = new LinkedHashMap<>();
        List<ParameterSpec> all = network.parameters();
        int done = 0;
        for (ParameterSpec spec : all) {
            Tensor t = p.get(spec.name()).value();
            Moments m = Moments.of(t);
            if (!Double.isFinite(m.squares()))
                throw new TensorException("'" + spec.name() + "' has numbers that are not finite");
            if (spec.shape().rank() >= 2 && spec.role() != ParameterSpec.Role.TOKEN) {
                Tensor flat = t.reshape(matrix(spec.shape()));
                Spectrum spectrum = Spectrum.of(flat, m.squares(), device);
                matrices.add(new Matrix(spec.name(), spec.shape(), m.deviation(), own(network, spec, device),
                        spectrum.largest(), spectrum.stableRank()));
                byShape.computeIfAbsent(spec.shape(), _ -> new Alike())
                        .add(new Direction(t, Math.sqrt(m.squares())));
            }
            listener.inspected(spec.name(), ++done, all.size());
        }
        List<Group> groups = new ArrayList<>();
        byShape.forEach((shape, alike) -> {
            int count = alike.tensors.size();
            if (count > 1) groups.add(new Group(shape, count, alike.similarity()));
        });
        List<Double> stream = new ArrayList<>();
        List<Double> added = new ArrayList<>();
        follow(network, p, device, stream, added);
        return new StartInspection(List.copyOf(matrices), List.copyOf(groups), List.copyOf(stream), List.copyOf(added),
                warnings(matrices, added), notes(matrices, groups));
    }

    private static Shape matrix(Shape shape) {
        int rows = shape.dim(0) == 1 ? shape.dim(1) : shape.dim(0);
        return Shape.of(rows, Math.toIntExact(shape.elements() / rows));
    }

    private static double own(TargetNetwork network, ParameterSpec spec, Device device) {
        try (Scope scope = new Scope(device)) {
            Tensor t = scope.allocate(spec.shape());
            network.initialize(spec, t, new RandomStream(1).split(spec.name()));
            return Moments.of(t).deviation();
        }
    }

    /** A tensor as a vector, and its length. */
    private record Direction(Tensor tensor, double length) {}

    /** Tensors of one shape, each compared with those before it. */
    private static final class Alike {
        private final List<Direction> tensors = new ArrayList<>();
        private double sum;
        private int pairs;

        void add(Direction next) {
            // Two of them at a time: all of a large model's do not fit beside the model.
            float[] mine = tensors.isEmpty() ? new float[0] : next.tensor().toFloats();
            for (Direction before : tensors) {
                double lengths = next.length() * before.length();
                if (lengths > 0) sum += Math.abs(dot(mine, before.tensor().toFloats())) / lengths;
                pairs++;
            }
            tensors.add(next);
        }

        double similarity() { return sum / pairs; }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) sum += a[i] * (double) b[i];
        return sum;
    }

    private static void follow(TargetNetwork network, Parameters p, Device device, List<Double> stream,
            List<Double> added) {
        try (Tape tape = Tape.inference(device)) {
            Functions f = new Functions(tape);
            Tensor input = input(network.data(), tape.scope());
            List<Variable> states = network.residualStream(f, p, input);
            for (int i = 0; i < states.size(); i++) {
                stream.add(Moments.of(states.get(i).value()).rootMeanSquare());
                if (i > 0) {
                    added.add(Moments.of(f.subtract(states.get(i), states.get(i - 1)).value()).rootMeanSquare()
                            / Math.max(stream.get(i - 1), Float.MIN_NORMAL));
                }
            }
        }
    }

    private static Tensor input(DataFormat data, Scope scope) {
        RandomStream random = new RandomStream(2);
        return switch (data) {
            case DataFormat.Tokens t -> {
                int[] tokens = new int[BATCH * Math.min(MOST_TOKENS, t.length())];
                for (int i = 0; i < tokens.length; i++) tokens[i] = random.nextInt(t.vocabulary());
                yield scope.device().ofInts(Shape.of(BATCH, tokens.length / BATCH), tokens);
            }
            case DataFormat.Images i -> {
                Tensor images = scope.allocate(Shape.of(BATCH, i.channels(), i.side(), i.side()));
                random.fillNormal(images, 0, 1);
                yield images;
            }
        };
    }

    private static List<String> warnings(List<Matrix> matrices, List<Double> added) {
        List<String> found = new ArrayList<>();
        for (Matrix m : matrices) {
            if (m.deviation() > MOST_STEPS * RATE) {
                found.add(String.format(Locale.ROOT,
                        "%s has a deviation of %.3g (%.3g in the model's own start): AdamW moves a "
                                + "number by about the learning rate a step at most, so at %.0e it takes %,.0f steps to move one by as much; such "
                                + "a tensor hardly learns, and what is added to it is not heard",
                        m.name(), m.deviation(), m.own(), RATE, m.deviation() / RATE));
            } else if (m.deviation() == 0 && m.own() > 0) {
                found.add(m.name() + " is the same number everywhere: no signal passes it");
            } else if (m.deviation() < m.own() / FAR) {
                found.add(String.format(Locale.ROOT,
                        "%s has a deviation of %.3g, 1/%.0f of that in the model's own start: hardly "
                                + "any signal or gradient passes it",
                        m.name(), m.deviation(), m.own() / m.deviation()));
            }
        }
        List<Matrix> one = matrices.stream().filter(m -> m.stableRank() < ONE_DIRECTION).toList();
        if (2 * one.size() > matrices.size()) {
            found.add(String.format(Locale.ROOT,
                    "%d of %d matrices have a stable rank below %.1f (%s: %.1f): their neurons read one direction, and all learn "
                            + "the same of it",
                    one.size(), matrices.size(), ONE_DIRECTION, one.getFirst().name(), one.getFirst().stableRank()));
        }
        double mean = added.stream().mapToDouble(Double::doubleValue).average().orElse(1);
        if (mean < SILENT) {
            found.add(String.format(Locale.ROOT,
                    "a block adds %.2g of the residual stream that it reads, on average: the tables "
                            + "drown what blocks compute, so the network predicts from single tokens, and gradients of the blocks are small",
                    mean));
        }
        return List.copyOf(found);
    }

    /** Predicted matrices are of few directions and alike, those of starts that train better than any other, too. */
    private static List<String> notes(List<Matrix> matrices, List<Group> groups) {
        List<String> found = new ArrayList<>();
        List<Matrix> thin = matrices.stream().filter(StartInspection::isThin).toList();
        if (2 * thin.size() > matrices.size()) {
            found.add(String.format(Locale.ROOT,
                    "%d of %d matrices have a stable rank below %.0f%% of their sides (%s: %.1f): neurons read few directions at first, "
                            + "which by itself is no bar to training",
                    thin.size(), matrices.size(), 100 * THIN, thin.getFirst().name(), thin.getFirst().stableRank()));
        }
        List<Group> alike = groups.stream().filter(g -> g.similarity() > ALIKE)
                .sorted(Comparator.comparingDouble(Group::similarity).reversed()).toList();
        if (!alike.isEmpty()) {
            Group most = alike.getFirst();
            found.add(String.format(Locale.ROOT,
                    "the %d tensors of shape %s have a mean absolute cosine of %.2f%s: blocks that are alike learn alike, "
                            + "which by itself is no bar to training",
                    most.count(), most.shape(), most.similarity(), others(alike.size() - 1)));
        }
        return List.copyOf(found);
    }

    private static boolean isThin(Matrix m) {
        Shape s = matrix(m.shape());
        return m.stableRank() < THIN * Math.min(s.dim(0), s.dim(1));
    }

    private static String others(int shapes) {
        return switch (shapes) {
            case 0 -> "";
            case 1 -> ", those of one other shape more than " + ALIKE;
            default -> ", those of " + shapes + " other shapes more than " + ALIKE;
        };
    }
}
