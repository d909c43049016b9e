package org.logah.training.measure;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Collectors;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.engine.DType;
import org.logah.engine.MemoryBudget;
import org.logah.engine.MetaDevice;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.StreamingPredictor;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.models.DataFormat;
import org.logah.models.TargetNetwork;
import org.logah.training.MetaTask;
import org.logah.training.data.Batch;

/**
 * How much memory a job will take, found by running it on the meta device before anything is allocated.
 *
 * @param bytes in all
 * @param largest what takes most of it, in words
 */
public record MemoryEstimate(long bytes, String largest) {
    /** Weight, gradient and Adam's two moments. */
    private static final int COPIES = 4;
    /** Architectures of a meta-training that are tried. */
    private static final int DRAWN = 8;

    /** One training step with AdamW. */
    public static MemoryEstimate ofTraining(TargetNetwork network, int batch, int context) {
        MetaDevice meta = new MetaDevice();
        Parameters p = network.zeros(meta);
        DataFormat data = network.data().withLength(context);
        Tensor input = meta.allocate(data.inputShape(batch), data.inputType());
        Tensor targets = meta.allocate(Shape.of(data.targets(batch)), DType.I32);
        try (Tape tape = Tape.freeing(meta)) {
            Variable loss = network.loss(new Functions(tape), p, input, targets);
            long weights = network.parameterCount() * 4 * COPIES;
            String largest = "weights, gradients and moments " + MemoryBudget.format(weights) + largest(tape);
            tape.backward(loss);
            return new MemoryEstimate(weights + meta.pool().report().peak(), largest);
        }
    }

    /** The three largest results that a forward pass keeps, with the parameter that each was computed with. */
    private static String largest(Tape tape) {
        return tape.nodes().stream().filter(n -> n.op().view() == null)
                .sorted(Comparator.comparingLong(n -> -n.result().value().elements())).limit(3)
                .map(n -> ", " + n.op().name() + layer(n) + " " + n.result().shape() + " "
                        + MemoryBudget.format(n.result().value().elements() * 4))
                .collect(Collectors.joining());
    }

    private static String layer(Tape.Node<?> node) {
        return Arrays.stream(node.inputs()).filter(Variable::isParameter).findFirst().map(v -> " with " + v.name())
                .orElse("");
    }

    /**
     * One step of meta-training: the hypernetwork's weights, a gradient of them for each architecture, and the largest of
     * the first architectures drawn, once for each that is computed side by side.
     *
     * @param task what is trained on
     */
    public static MemoryEstimate ofMetaTraining(HyperNetwork hyper, MetaTask task, int metaBatch, int threads,
            MetaDevice meta) {
        Parameters weights = new Parameters();
        hyper.parameters().forEach(s -> weights.put(s.name(), Variable.parameter(s.name(), meta.zeros(s.shape()))));
        long own = hyper.parameterCount() * 4 * (COPIES + metaBatch);
        long before = meta.pool().report().peak();
        long most = 0;
        String largest = "";
        for (int i = 0; i < DRAWN; i++) {
            weights.clearGradients();
            meta.pool().resetPeak();
            try (Batch batch = task.batch(0, meta); Tape tape = Tape.freeing(meta)) {
                Functions f = new Functions(tape);
                TargetNetwork target = task.architecture(i / metaBatch, i % metaBatch);
                Variable loss = task.loss(f, target,
                        hyper.predict(f, weights, target, new RandomStream(0)).parameters(), batch);
                String mine = largest(tape);
                tape.backward(loss);
                long peak = meta.pool().report().peak() - before;
                if (peak > most) largest = mine;
                most = Math.max(most, peak);
            }
        }
        return new MemoryEstimate(own + most * Math.min(threads, metaBatch),
                "the hypernetwork with gradients and moments " + MemoryBudget.format(own) + largest);
    }

    /** A streaming prediction: states, one tensor's factors, and the pieces on their way to the file. */
    public static MemoryEstimate ofPrediction(HyperNetwork hyper, TargetNetwork target, ComputationGraph graph) {
        MetaDevice meta = new MetaDevice();
        Parameters weights = new Parameters();
        hyper.parameters().forEach(s -> weights.put(s.name(), Variable.constant(meta.zeros(s.shape()))));
        new StreamingPredictor(hyper, weights, meta).predict(target, graph, new RandomStream(0),
                (_, _, _) -> {}, _ -> {});
        long pieces = (long) Runtime.getRuntime().availableProcessors() * StreamingPredictor.PIECE_BYTES;
        long states = meta.pool().report().peak();
        return new MemoryEstimate(hyper.parameterCount() * 4 + states + pieces,
                "states of all nodes and the thin factors of the largest " + MemoryBudget.format(states));
    }
}
