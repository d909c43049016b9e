package org.logah.training.meta;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.autograd.optim.AdamW;
import org.logah.autograd.optim.GradientClip;
import org.logah.autograd.optim.MovingAverage;
import org.logah.autograd.optim.Schedule;
import org.logah.autograd.optim.TrainingState;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.part.JsonValues;
import org.logah.engine.part.RecordJson;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.NamedVariant;
import org.logah.training.run.DivergedException;
import org.logah.training.run.Learner;
import org.logah.training.run.TrainingStep;

/**
 * Meta-training (GHN-2 section 3.1, LoGAH section 4): each step predicts the parameters of a few architectures, runs each on
 * one mini-batch, and moves the hypernetwork down the mean loss.
 */
public final class MetaTrainer implements Learner {
    /** In a file's header and in metrics: how many steps were left out. */
    private static final String SKIPPED = "skipped";
    private static final String SKIPPED_IN_A_ROW = "skipped.in.a.row";
    /** Steps left out in a row that end a training: the weights no longer change, only architectures and batches do. */
    private static final int HOPELESS = 50;
    private final HyperNetwork network;
    private final Parameters weights;
    private final MetaGradients gradients;
    private final Config config;
    private final AdamW optimizer;
    private final @Nullable MovingAverage average;
    private int step;
    private int skipped;
    private int skippedInARow;

    /**
     * How a hypernetwork is trained.
     *
     * @param metaBatch architectures a step
     * @param schedule learning rate by step
     * @param clip largest norm of the gradient; {@link Double#POSITIVE_INFINITY} for any
     * @param weightDecay decoupled weight decay of AdamW (arXiv 1711.05101)
     * @param penalty gamma, the weight in the loss of the sum of the predicted tensors' Frobenius norms
     * @param average decay of a moving average of the weights, see {@link MovingAverage}; 0 for no average
     * @param recompute whether targets recompute each block's activations for its gradient instead of keeping them
     * @param seed of what predictions draw at random
     */
    public record Config(int metaBatch, Schedule schedule, double clip, double weightDecay, double penalty,
            double average, boolean recompute, long seed) {

        /** Largest norm of the gradient in the papers. */
        public static final double CLIP = 5;
        /** Weight decay in the papers. */
        public static final double WEIGHT_DECAY = 1e-2;
        /** Weight of the predicted tensors' norms in LoGAH's code. */
        public static final double PENALTY = 3e-5;

        /**
         * Checks the numbers.
         *
         * @throws TensorException if a step has no architecture, the largest norm is not above 0, or the average's decay is not
         *        from 0 to below 1
         */
        public Config {
            if (metaBatch < 1) throw new TensorException("meta-training: " + metaBatch + " architectures make no step");
            if (!(clip > 0))
                throw new TensorException("meta-training: gradients clipped at norm " + clip + " are none");
            if (!(average >= 0 && average < 1))
                throw new TensorException("meta-training: an average that keeps " + average
                        + " of itself; choose a number from 0, for none, to below 1");
        }

        /**
         * {@return a configuration with gradients clipped at norm 5 and weight decay 1e-2, as the papers have it, and no average}
         *
         * @param metaBatch architectures a step
         * @param schedule learning rate by step
         * @param penalty weight of the sum of the predicted tensors' norms; 0 for none
         * @param seed of what predictions draw at random
         * @throws TensorException if a step has no architecture
         */
        public static Config of(int metaBatch, Schedule schedule, double penalty, long seed) {
            return new Config(metaBatch, schedule, CLIP, WEIGHT_DECAY, penalty, 0, false, seed);
        }

        /** {@return what of it an architecture's gradient depends on} */
        public ArchitectureGradient.Terms terms() {
            return new ArchitectureGradient.Terms(metaBatch, penalty, recompute, seed);
        }

        /**
         * {@return how many gradients of the weights a step holds beside their sum: at most two for each thread, however many
         * architectures it has}
         *
         * @param threads how many architectures are computed side by side, {@link Device#threads}
         */
        public int gradients(int threads) { return GradientSum.replicas(metaBatch, threads); }

        /**
         * {@return the same with other limits of the gradient and the weights}
         *
         * @param norm largest norm of the gradient; {@link Double#POSITIVE_INFINITY} for any
         * @param decay weight decay
         * @throws TensorException if the norm is not above 0
         */
        public Config withLimits(double norm, double decay) {
            return new Config(metaBatch, schedule, norm, decay, penalty, average, recompute, seed);
        }

        /**
         * {@return the same with a moving average of the weights}
         *
         * @param kept how much of it is kept in each step, below 1; 0 for no average
         * @throws TensorException if it is another number
         */
        public Config withAverage(double kept) {
            return new Config(metaBatch, schedule, clip, weightDecay, penalty, kept, recompute, seed);
        }

        /**
         * {@return the same, keeping the inside of targets' blocks or computing it again}
         *
         * @param again whether it is computed again: less memory, about a third more time, the same numbers
         */
        public Config withRecomputation(boolean again) {
            return new Config(metaBatch, schedule, clip, weightDecay, penalty, average, again, seed);
        }
    }

    /**
     * A meta-training in this process, from its first step.
     *
     * @param network the hypernetwork
     * @param weights where it starts; trained in place
     * @param task what it is trained on
     * @param config how
     * @param device where steps are computed; the weights are there
     */
    public MetaTrainer(HyperNetwork network, Parameters weights, MetaTask task, Config config, Device device) {
        this(network, weights, config,
                new LocalGradients(new ArchitectureGradient(network, task, config.terms(), device),
                        config.metaBatch(), weights, device));
    }

    /**
     * A meta-training with a given source of gradients, from its first step.
     *
     * @param network the hypernetwork
     * @param weights where it starts; trained in place
     * @param config how
     * @param gradients computes those of these weights, in each step of the configuration's architectures; the caller closes it,
     *        not the trainer
     */
    public MetaTrainer(HyperNetwork network, Parameters weights, Config config, MetaGradients gradients) {
        this.network = network;
        this.weights = weights;
        this.config = config;
        this.gradients = gradients;
        this.average = config.average() == 0 ? null : new MovingAverage(weights, config.average());
        this.optimizer = new AdamW(weights, new AdamW.Config(0.9, 0.999, 1e-8, config.weightDecay()));
    }

    /** {@return the hypernetwork's weights as they stand} */
    public Parameters weights() { return weights; }

    /** {@return what is predicted with: the average of the weights where there is one, else the weights, as they stand} */
    public Parameters predicting() {
        return average == null ? weights : Parameters.trainable(average.values());
    }

    @Override
    public int position() { return step; }

    /** Writes a file that {@link GhnFile#read} reads as well. */
    @Override
    public void save(Path file, Map<String, String> more) throws IOException {
        Map<String, String> header = new LinkedHashMap<>(more);
        header.putAll(GhnFile.header(network.config()));
        if (skipped > 0) header.put(SKIPPED, Integer.toString(skipped));
        if (skippedInARow > 0) header.put(SKIPPED_IN_A_ROW, Integer.toString(skippedInARow));
        TrainingState.write(file, header, weights, optimizer, average, step);
    }

    /** Writes a file that {@link GhnFile#read} reads: what is predicted with, the average where there is one. */
    @Override
    public void saveWeights(Path file, Map<String, String> more) throws IOException {
        Map<String, String> header = new LinkedHashMap<>(more);
        header.putAll(GhnFile.header(network.config()));
        TrainingState.writeWeights(file, header, predicting());
    }

    /** The configuration in the file's header must be this hypernetwork's. */
    @Override
    public void requireOwn(SafetensorsReader in) throws IOException {
        GhnConfig held = GhnFile.config(in);
        if (!held.equals(network.config()))
            throw new FileFormatException(in.file(),
                    "holds a training of another hypernetwork: " + difference(held, network.config()));
    }

    @Override
    public void restore(Path file) throws IOException {
        int before;
        int inARow;
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            requireOwn(in);
            before = skipped(in, SKIPPED);
            inARow = skipped(in, SKIPPED_IN_A_ROW);
            TrainingState.requireSteps(in, before);
        }
        step = TrainingState.restore(file, weights, optimizer, average);
        skipped = before;
        skippedInARow = inARow;
    }

    /** By variant names, if both have one: the full difference is more than a line. */
    private static String difference(GhnConfig held, GhnConfig mine) {
        String its = NamedVariant.nameOf(held);
        String ours = NamedVariant.nameOf(mine);
        return its == null || ours == null || its.equals(ours)
                ? JsonValues.difference(RecordJson.write(held), RecordJson.write(mine))
                : "it is " + its + ", this one " + ours;
    }

    private static int skipped(SafetensorsReader in, String which) throws FileFormatException {
        String said = in.metadata(which);
        if (said == null) return 0;
        if (!said.matches("\\d{1,9}"))
            throw new FileFormatException(in.file(), "is no training state; it left out '" + said + "' steps");
        return Integer.parseInt(said);
    }

    /** {@return how many steps were left out because their loss or gradient was not a number, those before a resumption included} */
    public int skipped() {
        return skipped;
    }

    @Override
    public Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(SKIPPED, (double) skipped);
        figures.putAll(gradients.figures());
        return figures;
    }

    /**
     * Does one step. The loss is without the penalty. A step whose loss or gradient is not a number is left out and counted.
     *
     * @throws DivergedException if {@value #HOPELESS} steps in a row had to be left out
     */
    @Override
    public @Nullable TrainingStep step(BooleanSupplier stopped) {
        int current = step;
        Double loss = gradients.of(current, stopped);
        if (loss == null) return null;
        double norm = GradientClip.norm(weights);
        double rate = config.schedule().at(current);
        boolean sound = Double.isFinite(loss) && Double.isFinite(norm);
        if (sound) {
            optimizer.step(rate, GradientClip.scale(norm, config.clip()));
            if (average != null) average.update();
            skippedInARow = 0;
        } else {
            skipped++;
            if (++skippedInARow == HOPELESS)
                throw new DivergedException("meta-step " + current + ": the loss or the gradient of " + HOPELESS
                        + " steps in a row is not a number; lower the learning rate");
        }
        step = current + 1;
        return new TrainingStep(current, loss, norm, rate, config.metaBatch(), sound);
    }
}
