package org.logah.training.measure;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.MemoryBudget;
import org.logah.engine.MetaDevice;
import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.StreamingPredictor;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.models.DataFormat;
import org.logah.models.TargetNetwork;
import org.logah.models.text.LanguageModel;
import org.logah.training.meta.MetaTask;
import org.logah.training.meta.MetaTrainer;
import org.logah.training.data.Batch;

/**
 * How much memory a job will take, found by running it on the meta device before anything is allocated.
 *
 * @param bytes in all; {@link Long#MAX_VALUE} for that and more
 * @param largest what takes most of it, in words
 */
public record MemoryEstimate(long bytes, String largest) {
    /** Weight, gradient and Adam's two moments. */
    private static final int COPIES = 4;
    /** Architectures of a meta-training that are tried. */
    private static final int DRAWN = 8;

    /**
     * Refuses a job, before anything large is allocated, that needs more than a device has free.
     *
     * @param purpose the job in words, for the message
     * @param device where it is to run
     * @throws MemoryBudget.ExceededException if it does not fit, saying what takes most
     */
    public void require(String purpose, Device device) { require(purpose, device, MemoryBudget.of(device)); }

    /**
     * Refuses a job that needs more than it is allowed.
     *
     * @param purpose the job in words, for the message
     * @param device where it is to run, for the message
     * @param allowed what it may take
     * @throws MemoryBudget.ExceededException if it does not fit, saying what takes most
     */
    public void require(String purpose, Device device, MemoryBudget allowed) {
        allowed.require(device.isHost() ? purpose : purpose + " on " + device.name(), bytes, largest);
    }

    /**
     * {@return the memory of one training step with AdamW}
     *
     * @param network the target
     * @param batch sequences or images of a mini-batch
     * @param context tokens of a sequence; any number for images
     * @throws TensorException if a mini-batch has more tokens, or numbers in its images, than an array can hold
     */
    public static MemoryEstimate ofTraining(TargetNetwork network, int batch, int context) {
        return ofTraining(network, batch, context, false);
    }

    /**
     * {@return the memory of one training step with AdamW}
     *
     * @param network the target
     * @param batch sequences or images of a mini-batch
     * @param context tokens of a sequence; any number for images
     * @param recompute whether the inside of blocks is computed again for the gradient instead of kept
     * @throws TensorException if a mini-batch has more tokens, or numbers in its images, than an array can hold
     */
    public static MemoryEstimate ofTraining(TargetNetwork network, int batch, int context, boolean recompute) {
        MetaDevice meta = new MetaDevice();
        DataFormat data = network.data().withLength(context);
        Parameters p = network.zeros(meta);
        try (Batch shapes = Batch.ofShapes(data, batch, meta); Tape tape = Tape.freeing(meta)) {
            Functions f = new Functions(tape);
            Variable loss = network.loss(recompute ? f.recomputing() : f, p, shapes.input(), shapes.targets());
            long weights = floats(network.parameterCount(), COPIES);
            String largest = "weights, gradients and moments " + MemoryBudget.format(weights) + largest(tape);
            tape.backward(loss);
            return new MemoryEstimate(sum(weights, meta.pool().report().peak()), largest);
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
     * {@return the memory of one step of meta-training} That is the hypernetwork's weights, their average, gradients of them for the
     * architectures that are under way, and the largest of the first architectures drawn, once for each that is computed side by
     * side. It does not grow with the architectures of a step.
     *
     * @param hyper the hypernetwork
     * @param task what is trained on
     * @param config how it is trained
     * @param threads how many architectures are computed side by side, {@link Device#threads}
     */
    public static MemoryEstimate ofMetaTraining(HyperNetwork hyper, MetaTask task, MetaTrainer.Config config,
            int threads) {
        int metaBatch = config.metaBatch();
        MetaDevice meta = new MetaDevice();
        Parameters weights = hyper.zeros(meta);
        long own = held(hyper, config, threads);
        long before = meta.pool().report().peak();
        long most = 0;
        String largest = "";
        for (int i = 0; i < DRAWN; i++) {
            weights.clearGradients();
            meta.pool().resetPeak();
            try (Batch batch = task.batch(i / metaBatch, meta); Tape tape = Tape.freeing(meta)) {
                Functions f = new Functions(tape);
                TargetNetwork target = task.architecture(i / metaBatch, i % metaBatch);
                Variable loss = task.loss(config.recompute() ? f.recomputing() : f, target,
                        hyper.predict(f, weights, target, new RandomStream(0)).parameters(), batch);
                String mine = largest(tape);
                tape.backward(loss);
                long peak = meta.pool().report().peak() - before;
                if (peak > most) largest = mine;
                most = Math.max(most, peak);
            }
        }
        return new MemoryEstimate(sum(own, product(most, Math.min(threads, metaBatch))),
                "the hypernetwork with gradients and moments " + MemoryBudget.format(own) + largest);
    }

    /**
     * {@return the memory of the process that leads a meta-training whose gradients are computed elsewhere} At worst the first
     * architecture of a step is the last to be done, and the gradients of all others wait for it.
     *
     * @param hyper the hypernetwork
     * @param config how it is trained
     */
    public static MemoryEstimate ofLeadingMetaTraining(HyperNetwork hyper, MetaTrainer.Config config) {
        long own = floats(hyper.parameterCount(),
                COPIES + (long) config.metaBatch() + (config.average() == 0 ? 0 : 1));
        return new MemoryEstimate(own, "the hypernetwork with moments and a gradient for each architecture of a step");
    }

    /** Weights, moments, average and gradients, which stay from step to step. */
    private static long held(HyperNetwork hyper, MetaTrainer.Config config, int threads) {
        return floats(hyper.parameterCount(),
                COPIES + (long) config.gradients(threads) + (config.average() == 0 ? 0 : 1));
    }

    /**
     * {@return the memory of one validation of a meta-training} That is what stays from step to step, and the largest network with its
     * predicted parameters, once for each that is computed side by side.
     *
     * @param hyper the hypernetwork
     * @param config how it is trained
     * @param task whose mini-batches are as large as those of the validation
     * @param architectures what is validated on
     * @param threads how many architectures are computed side by side, {@link Device#threads}
     */
    public static MemoryEstimate ofMetaValidation(HyperNetwork hyper, MetaTrainer.Config config, MetaTask task,
            List<TargetNetwork> architectures, int threads) {
        MetaDevice meta = new MetaDevice();
        Parameters weights = hyper.zeros(meta);
        long own = meta.pool().report().peak();
        long most = 0;
        String largest = "nothing";
        for (TargetNetwork target : architectures) {
            meta.pool().resetPeak();
            try (Batch batch = task.batch(0, meta); Tape tape = Tape.inference(meta)) {
                Functions f = new Functions(tape);
                Parameters predicted = hyper.predict(f, weights, target, new RandomStream(0)).parameters();
                task.loss(f, target, predicted, batch);
            }
            long peak = meta.pool().report().peak() - own;
            if (peak > most) largest = target.describe();
            most = Math.max(most, peak);
        }
        return new MemoryEstimate(
                sum(held(hyper, config, threads), product(most, Math.min(threads, architectures.size()))),
                "the predicted parameters and states of " + largest);
    }

    /**
     * {@return the memory of a streaming prediction} That is the hypernetwork's weights, states, one tensor's factors, and the
     * pieces on their way to the file.
     *
     * @param hyper the hypernetwork
     * @param target the network to predict parameters for
     * @param graph the target's graph, from {@link HyperNetwork#graphOf}
     * @param threads how many pieces are computed side by side, {@link Device#threads}
     */
    public static MemoryEstimate ofPrediction(HyperNetwork hyper, TargetNetwork target, ComputationGraph graph,
            int threads) {
        MetaDevice meta = new MetaDevice();
        new StreamingPredictor(hyper, hyper.zeros(meta), meta).predict(target, graph, new RandomStream(0),
                (_, _, _) -> {}, _ -> {});
        long states = meta.pool().report().peak();
        return new MemoryEstimate(
                sum(sum(floats(hyper.parameterCount(), 1), states),
                        product(threads, StreamingPredictor.pieceBytes(target))),
                "states of all nodes and the thin factors of the largest " + MemoryBudget.format(states));
    }

    /**
     * {@return the memory of continuing a text} That is the weights, the pass over the prompt, and keys and values of all tokens.
     *
     * @param model the language model
     * @param prompt tokens to go on from
     * @param count tokens to add at most
     * @param halved whether matrices are rounded to BF16, beside the floats that were read
     */
    public static MemoryEstimate ofGeneration(LanguageModel model, int prompt, int count, boolean halved) {
        int most = model.config().positions();
        MetaDevice meta = new MetaDevice();
        Parameters p = model.zeros(meta);
        try (Tape tape = Tape.inference(meta)) {
            model.next(new Functions(tape), p,
                    meta.allocate(Shape.of(1, Math.clamp(prompt, 1, most)), DType.I32), List.of());
        }
        long matrices = model.parameters().stream().filter(s -> s.shape().rank() == 2)
                .mapToLong(s -> s.shape().elements()).sum();
        long weights = sum(floats(model.parameterCount(), 1), halved ? product(matrices, DType.BF16.bytes()) : 0);
        long caches = floats(2L * model.config().layers() * model.config().width(),
                Math.min(most, (long) prompt + count));
        return new MemoryEstimate(sum(sum(weights, caches), meta.pool().report().peak()),
                "weights " + MemoryBudget.format(weights)
                        + ", keys and values of all tokens " + MemoryBudget.format(caches));
    }

    /**
     * {@return the same with more beside it}
     *
     * @param count floats that are there as well
     */
    public MemoryEstimate plusFloats(long count) {
        return new MemoryEstimate(sum(bytes, floats(count, 1)), largest);
    }

    /** Bytes of so many floats, so many times. */
    private static long floats(long count, long times) {
        return product(product(count, times), Float.BYTES);
    }

    /** A product of numbers that are not negative; what is too large for a long is the largest there is. */
    private static long product(long a, long b) {
        return Math.multiplyHigh(a, b) != 0 || a * b < 0 ? Long.MAX_VALUE : a * b;
    }

    /** A sum in the same way. */
    private static long sum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }
}
