package org.logah.training.meta;

import java.util.LinkedHashMap;
import java.util.Map;

import org.logah.autograd.optim.Schedule;
import org.logah.engine.TensorException;
import org.logah.ghn.Variant;
import org.logah.models.DataKind;

/**
 * The numbers of a meta-training: its length, batches, rate and seed. The rate rises from 1e-5 to its peak over the first
 * twentieth of the steps and falls along a cosine; gradients are clipped and weights decay as {@link MetaTrainer.Config#of} says.
 *
 * @param steps steps of the whole training
 * @param metaBatch architectures a step
 * @param batch sequences or images of a step's mini-batch
 * @param context tokens of a sequence
 * @param rate peak learning rate
 * @param penalty weight of the predicted tensors' norms; LoGAH (arXiv 2405.16287) has 3e-5
 * @param seed of everything random
 * @param epochSteps steps of an epoch where the rate follows the paper's epochs, see {@link #schedule}; 0 where it does not
 */
public record MetaTrainingRecipe(int steps, int metaBatch, int batch, int context, double rate, double penalty,
        long seed, int epochSteps) {

    /** The hypernetwork for architectures as small as those of the set {@code small}. */
    public static final Variant VARIANT = Variant.MINI;
    /** Steps where nothing else is said. */
    public static final int STEPS = 700;
    /** Architectures a step. */
    public static final int META_BATCH = 4;
    /** Sequences or images of a mini-batch. */
    public static final int BATCH = 16;
    /** Tokens of a sequence. */
    public static final int CONTEXT = 64;
    /** Peak learning rate. */
    public static final double RATE = 3e-3;
    /** Learning rate of the first step. */
    private static final double FIRST_RATE = 1e-5;
    /** Epochs of the paper's longest training. */
    public static final int PAPER_EPOCHS = 300;
    /** Epochs in which the paper's rate rises. */
    private static final int WARMUP_EPOCHS = 5;

    /**
     * Checks that there is something to train on. No steps at all are allowed.
     *
     * @throws TensorException if the steps are negative or no whole number of epochs, or there are no architectures, no batch or no context
     */
    public MetaTrainingRecipe {
        if (epochSteps < 0 || (epochSteps > 0 && steps % epochSteps != 0))
            throw new TensorException(
                    "meta-training: " + steps + " steps are no whole number of epochs of " + epochSteps);
        if (steps < 0 || metaBatch < 1 || batch < 1 || context < 1)
            throw new TensorException("meta-training: " + steps + " steps of " + metaBatch + " architectures on "
                    + batch + " sequences of " + context + " tokens; all but the steps must be positive");
    }

    /**
     * A meta-training whose rate knows no epochs.
     *
     * @param steps steps of the whole training
     * @param metaBatch architectures a step
     * @param batch sequences or images of a step's mini-batch
     * @param context tokens of a sequence
     * @param rate peak learning rate
     * @param penalty weight of the predicted tensors' norms
     * @param seed of everything random
     * @throws TensorException if the steps are negative, or there are no architectures, no batch or no context
     */
    public MetaTrainingRecipe(int steps, int metaBatch, int batch, int context, double rate, double penalty,
            long seed) {
        this(steps, metaBatch, batch, context, rate, penalty, seed, 0);
    }

    /**
     * {@return the paper's learning rate (LoGAH, section 4.1)}
     *
     * @param kind what the targets read
     */
    public static double paperRate(DataKind kind) {
        return switch (kind) {
            case TOKENS -> 1e-4;
            case IMAGES -> 3e-4;
        };
    }

    /**
     * {@return the paper's mini-batch: sequences, or images of CIFAR}
     *
     * @param kind what the targets read
     */
    public static int paperBatch(DataKind kind) {
        return switch (kind) {
            case TOKENS -> 6;
            case IMAGES -> 64;
        };
    }

    /**
     * {@return the same in another number of steps}
     *
     * @param number of steps of the whole training
     * @throws TensorException if it is negative
     */
    public MetaTrainingRecipe withSteps(int number) {
        return new MetaTrainingRecipe(number, metaBatch, batch, context, rate, penalty, seed, epochSteps);
    }

    /**
     * {@return the same with another number of architectures a step}
     *
     * @param number of architectures
     * @throws TensorException if there are none
     */
    public MetaTrainingRecipe withMetaBatch(int number) {
        return new MetaTrainingRecipe(steps, number, batch, context, rate, penalty, seed, epochSteps);
    }

    /**
     * {@return the same with other mini-batches}
     *
     * @param size sequences or images of each
     * @throws TensorException if there are none
     */
    public MetaTrainingRecipe withBatch(int size) {
        return new MetaTrainingRecipe(steps, metaBatch, size, context, rate, penalty, seed, epochSteps);
    }

    /**
     * {@return the same at another learning rate}
     *
     * @param peak the highest
     */
    public MetaTrainingRecipe withRate(double peak) {
        return new MetaTrainingRecipe(steps, metaBatch, batch, context, peak, penalty, seed, epochSteps);
    }

    /**
     * {@return the same with another seed}
     *
     * @param other of everything random
     */
    public MetaTrainingRecipe withSeed(long other) {
        return new MetaTrainingRecipe(steps, metaBatch, batch, context, rate, penalty, other, epochSteps);
    }

    /**
     * {@return the learning rate by step} In epochs it is the paper's, constant within an epoch: epochs 0 to 4 lie on a line from
     * 1e-5 to the peak, the others on a cosine.
     */
    public Schedule schedule() {
        if (epochSteps == 0) return Schedule.warmupCosine(FIRST_RATE, rate, Math.max(2, steps / 20), steps);
        return Schedule.warmupCosine(FIRST_RATE, rate, WARMUP_EPOCHS, steps / epochSteps).ofEpochs(epochSteps);
    }

    /**
     * {@return its values and the limits beside it, by name, which must be equal for a training to be resumed}
     *
     * @param clip largest norm of the gradient
     * @param weightDecay of the optimizer
     */
    public Map<String, String> about(double clip, double weightDecay) {
        Map<String, String> about = new LinkedHashMap<>();
        about.put("schedule", epochSteps == 0
                ? steps + " steps"
                : steps / epochSteps + " epochs of " + epochSteps + " steps");
        about.put("batch", Integer.toString(batch));
        about.put("context", Integer.toString(context));
        about.put("meta-batch", Integer.toString(metaBatch));
        about.put("learning rate", Double.toString(rate));
        about.put("penalty", Double.toString(penalty));
        about.put("clip", Double.toString(clip));
        about.put("weight decay", Double.toString(weightDecay));
        about.put("seed", Long.toString(seed));
        return about;
    }

    /** {@return the part of it that a {@link MetaTrainer} needs} */
    public MetaTrainer.Config trainer() {
        return MetaTrainer.Config.of(metaBatch, schedule(), penalty, seed);
    }
}
