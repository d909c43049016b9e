package org.logah.training.targets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.optim.AdamW;
import org.logah.autograd.optim.GradientClip;
import org.logah.autograd.optim.Schedule;
import org.logah.autograd.optim.TrainingState;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.models.DataKind;
import org.logah.models.TargetNetwork;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;
import org.logah.training.run.DivergedException;
import org.logah.training.run.Learner;
import org.logah.training.run.TrainingStep;
import org.logah.training.run.Validation;
import org.logah.training.weights.TargetFile;

/** Trains one target network, one step at a time. */
public final class TargetTrainer implements Learner {
    private final TargetNetwork network;
    private final Parameters parameters;
    private final BatchSource batches;
    private final ClassificationLoss loss;
    private final Config config;
    private final Device device;
    private final AdamW optimizer;
    private int step;

    /**
     * How a target is trained.
     *
     * @param schedule learning rate by step
     * @param accumulate mini-batches whose gradients make one step
     * @param clip largest norm of the gradient; {@link Double#POSITIVE_INFINITY} for any
     * @param weightDecay decoupled weight decay of AdamW
     * @param recompute whether the inside of blocks is computed again for the gradient instead of kept: less memory, one more forward
     *        pass, the same bits
     */
    public record Config(Schedule schedule, int accumulate, double clip, double weightDecay, boolean recompute) {
        /**
         * Checks that there is something to do in a step.
         *
         * @throws TensorException if a step has no mini-batch, or gradients are clipped at a norm that is not above 0
         */
        public Config {
            if (accumulate < 1) throw new TensorException("training: " + accumulate + " mini-batches make no step");
            if (!(clip > 0)) throw new TensorException("training: gradients clipped at norm " + clip + " are none");
        }

        /**
         * A configuration that keeps what gradients need.
         *
         * @param schedule learning rate by step
         * @param accumulate mini-batches whose gradients make one step
         * @param clip largest norm of the gradient
         * @param weightDecay decoupled weight decay
         * @throws TensorException if a step has no mini-batch, or gradients are clipped at a norm that is not above 0
         */
        public Config(Schedule schedule, int accumulate, double clip, double weightDecay) {
            this(schedule, accumulate, clip, weightDecay, false);
        }

        /**
         * {@return a configuration with one mini-batch a step, gradients clipped at norm 1 and weight decay 0.01}
         *
         * @param schedule learning rate by step
         */
        public static Config of(Schedule schedule) { return new Config(schedule, 1, 1, 0.01); }
    }

    /**
     * A training from its first step.
     *
     * @param network the target
     * @param parameters where it starts; trained in place
     * @param batches what it reads: step {@code s} the batches from number {@code s * accumulate} on
     * @param config how it is trained
     * @param device where steps are computed; the parameters are there
     */
    public TargetTrainer(TargetNetwork network, Parameters parameters, BatchSource batches, Config config,
            Device device) {
        this(network, parameters, batches, ClassificationLoss.PLAIN, config, device);
    }

    /**
     * A training with a loss of its own, from its first step. Validations are always by the plain one.
     *
     * @param network the target
     * @param parameters where it starts; trained in place
     * @param batches what it reads: step {@code s} the batches from number {@code s * accumulate} on
     * @param loss what a step lowers
     * @param config how it is trained
     * @param device where steps are computed; the parameters are there
     */
    public TargetTrainer(TargetNetwork network, Parameters parameters, BatchSource batches, ClassificationLoss loss,
            Config config, Device device) {
        this.network = network;
        this.parameters = parameters;
        this.batches = batches;
        this.loss = loss;
        this.config = config;
        this.device = device;
        this.optimizer = new AdamW(parameters, new AdamW.Config(0.9, 0.999, 1e-8, config.weightDecay()));
    }

    /** {@return the target} */
    public TargetNetwork network() { return network; }

    /** {@return the target's parameters as they stand} */
    public Parameters parameters() { return parameters; }

    @Override
    public int position() { return step; }

    @Override
    public void save(Path file, Map<String, String> more) throws IOException {
        TrainingState.write(file, header(more), parameters, optimizer, step);
    }

    @Override
    public void saveWeights(Path file, Map<String, String> more) throws IOException {
        TrainingState.writeWeights(file, header(more), parameters);
    }

    private Map<String, String> header(Map<String, String> more) {
        Map<String, String> header = new LinkedHashMap<>(more);
        header.putAll(TargetFile.header(network, null)); // the run says the tokenizer, with all else that it is of
        return header;
    }

    /** The file's header must name the same model, where it names one. */
    @Override
    public void requireOwn(SafetensorsReader in) throws IOException { TargetFile.requireOf(in, network, "a training"); }

    @Override
    public void restore(Path file) throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            requireOwn(in);
            TrainingState.requireSteps(in, 0);
        }
        step = TrainingState.restore(file, parameters, optimizer);
    }

    /** @throws DivergedException if the loss is not a number */
    @Override
    public @Nullable TrainingStep step(BooleanSupplier stopped) {
        parameters.clearGradients();
        double sum = 0;
        int items = 0;
        for (int i = 0; i < config.accumulate(); i++) {
            if (stopped.getAsBoolean()) return null;
            try (Batch batch = batches.batch(step * config.accumulate() + i, device);
                    Tape tape = Tape.freeing(device)) {
                Functions f = new Functions(tape);
                Variable l = loss.of(config.recompute() ? f.recomputing() : f, network, parameters, batch);
                sum += l.value().item() / config.accumulate();
                tape.backward(l);
                items += batch.items();
            }
        }
        double norm = GradientClip.norm(parameters) / config.accumulate();
        if (!Double.isFinite(sum) || !Double.isFinite(norm)) {
            String what = Double.isFinite(sum) ? "the gradient's norm is " + norm : "the loss is " + sum;
            throw new DivergedException("step " + step + ": " + what + "; lower the learning rate");
        }
        double rate = config.schedule().at(step);
        optimizer.step(rate, GradientClip.scale(norm, config.clip()) / config.accumulate());
        return new TrainingStep(step++, sum, norm, rate, items, true);
    }

    /**
     * {@return the mean loss, as things stand, over the first batches of a source}
     *
     * @param source what is validated on
     * @param count how many batches
     */
    public double validate(BatchSource source, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            try (Batch batch = source.batch(i, device); Tape tape = Tape.inference(device)) {
                sum += network.loss(new Functions(tape), parameters, batch.input(), batch.targets()).value().item();
            }
        }
        return sum / count;
    }

    /**
     * What a classifier makes of some mini-batches.
     *
     * @param loss mean cross-entropy in nats
     * @param accuracy the part of the targets, from 0 to 1, whose class has the largest logit; not a number where there are none
     */
    public record Scores(double loss, double accuracy) {}

    /**
     * {@return the mean loss, as {@link #validate} has it, and the accuracy over the first batches of a source}
     *
     * @param source what is validated on
     * @param count how many batches
     */
    public Scores score(BatchSource source, int count) {
        double sum = 0;
        int right = 0;
        int all = 0;
        for (int i = 0; i < count; i++) {
            try (Batch batch = source.batch(i, device); Tape tape = Tape.inference(device)) {
                Functions f = new Functions(tape);
                Variable rows = ClassificationLoss.rows(f, network.forward(f, parameters, batch.input()));
                sum += f.crossEntropy(rows, batch.targets(), 0).value().item();
                int[] targets = batch.targets().toInts();
                float[] logits = rows.value().toFloats();
                for (int r = 0; r < targets.length; r++) {
                    if (targets[r] < 0) continue;
                    all++;
                    if (largest(logits, r * network.classes(), network.classes()) == targets[r]) right++;
                }
            }
        }
        return new Scores(sum / count, (double) right / all);
    }

    /**
     * {@return a run's validation by the mean loss over the first {@link Validation#BATCHES} batches of a source} Where the target
     * reads images it also tells which part of them it has right, as {@link Validation#ACCURACY}.
     *
     * @param source what is validated on
     * @param every steps from one validation to the next
     * @throws TensorException if {@code every} is less than 1
     */
    public Validation validation(BatchSource source, int every) {
        if (network.data().kind() != DataKind.IMAGES)
            return new Validation(every, () -> validate(source, Validation.BATCHES));
        return new Validation(every, List.of(Validation.ACCURACY), () -> {
            Scores scores = score(source, Validation.BATCHES);
            return new Validation.Result(scores.loss(), Map.of(Validation.ACCURACY, scores.accuracy()));
        });
    }

    /** The first class of the largest logit; none where one is not a number. */
    private static int largest(float[] logits, int from, int classes) {
        int best = 0;
        for (int c = 0; c < classes; c++) {
            if (Float.isNaN(logits[from + c])) return -1;
            if (logits[from + c] > logits[from + best]) best = c;
        }
        return best;
    }
}
