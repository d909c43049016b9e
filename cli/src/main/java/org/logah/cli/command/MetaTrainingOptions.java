package org.logah.cli.command;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.models.DataKind;
import org.logah.training.meta.MetaTrainer;
import org.logah.training.meta.MetaTrainingRecipe;

import picocli.CommandLine.Option;

/** How a hypernetwork is trained: how long, on how much, how fast. */
final class MetaTrainingOptions {
    @Option(names = "--steps", converter = OptionBounds.Count.class, paramLabel = "N", description = "Steps (default "
            + MetaTrainingRecipe.STEPS + ").")
    private @Nullable Integer steps;

    @Option(names = "--epochs", converter = OptionBounds.Count.class, paramLabel = "N", description = "Instead of --steps: epochs of --epoch-steps each; the rate moves once an epoch, and rises for 5.")
    private @Nullable Integer epochs;

    @Option(names = "--epoch-steps", converter = OptionBounds.Count.class, paramLabel = "N", description = "Steps of an epoch: items of the data by --batch, say.")
    private @Nullable Integer epochSteps;

    @Option(names = "--meta-batch", converter = OptionBounds.Count.class, paramLabel = "N", defaultValue = ""
            + MetaTrainingRecipe.META_BATCH, description = "Architectures per step (default ${DEFAULT-VALUE}); more take longer, not more memory.")
    private int metaBatch;

    @Option(names = "--lr", converter = OptionBounds.Rate.class, paramLabel = "RATE", description = "Peak learning rate (default "
            + MetaTrainingRecipe.RATE + "; the paper: 3e-4, for language 1e-4).")
    private @Nullable Double rate;

    @Option(names = "--penalty", converter = OptionBounds.NotNegative.class, paramLabel = "GAMMA", description = "Weight of the predicted tensors' norms (default 0; the paper: 3e-5).")
    private @Nullable Double penalty;

    @Option(names = "--clip", converter = OptionBounds.NotNegative.class, paramLabel = "NORM", defaultValue = ""
            + MetaTrainer.Config.CLIP, description = "Largest norm of the gradient; 0 for any (default ${DEFAULT-VALUE}, as the paper).")
    private double clip;

    @Option(names = "--weight-decay", converter = OptionBounds.NotNegative.class, paramLabel = "SHARE", defaultValue = ""
            + MetaTrainer.Config.WEIGHT_DECAY, description = "Weight decay of AdamW (default ${DEFAULT-VALUE}, as the paper).")
    private double weightDecay;

    @Option(names = "--average", converter = OptionBounds.Share.class, paramLabel = "SHARE", defaultValue = "0", description = "Keep a moving average of the weights, of which this share stays in each step (0.999, say); predict then takes it (default 0: none).")
    private double average;

    @Option(names = "--recompute", description = "Compute targets' blocks again for their gradients: less memory, more time, the same numbers.")
    private boolean recompute;

    @Option(names = "--paper", description = "The paper's values where none is given: rate, mini-batch, penalty, 300 epochs of --epoch-steps.")
    private boolean paper;

    int metaBatch() { return metaBatch; }

    /**
     * Everything that is a number.
     *
     * @param kind what the targets read
     * @param batch sequences or images of a mini-batch
     * @param batchGiven whether somebody chose that
     */
    MetaTrainingRecipe recipe(DataKind kind, int batch, boolean batchGiven, int context, long seed) {
        double peak = rate != null ? rate : paper ? MetaTrainingRecipe.paperRate(kind) : MetaTrainingRecipe.RATE;
        double gamma = penalty != null ? penalty : paper ? MetaTrainer.Config.PENALTY : 0;
        return new MetaTrainingRecipe(totalSteps(), metaBatch,
                paper && !batchGiven ? MetaTrainingRecipe.paperBatch(kind) : batch, context, peak, gamma, seed,
                inEpochs() ? stepsOfEpoch() : 0);
    }

    private boolean inEpochs() { return epochs != null || epochSteps != null || paper && steps == null; }

    private int epochCount() {
        if (epochs != null) return epochs;
        if (paper) return MetaTrainingRecipe.PAPER_EPOCHS;
        throw new TensorException("--epoch-steps is for a training in epochs; say how many with --epochs");
    }

    private int stepsOfEpoch() {
        if (epochSteps != null) return epochSteps;
        throw new TensorException("a training in epochs needs --epoch-steps: the items of the data by those of a "
                + "mini-batch, say");
    }

    private int totalSteps() {
        if (!inEpochs()) return steps == null ? MetaTrainingRecipe.STEPS : steps;
        if (steps != null)
            throw new TensorException("--steps counts single steps, --epochs and --epoch-steps epochs; leave one out");
        long total = (long) epochCount() * stepsOfEpoch();
        if (total > Integer.MAX_VALUE)
            throw new TensorException(epochCount() + " epochs of " + stepsOfEpoch() + " steps are more than "
                    + Integer.MAX_VALUE + " steps; choose fewer");
        return (int) total;
    }

    MetaTrainer.Config config(MetaTrainingRecipe recipe) {
        return recipe.trainer().withLimits(clip == 0 ? Double.POSITIVE_INFINITY : clip, weightDecay)
                .withAverage(average).withRecomputation(recompute);
    }

    /** What to say of an average that has taken in next to nothing when the training ends; nothing where it is sensible. */
    Optional<String> averageWarning(MetaTrainingRecipe recipe) {
        int steps = recipe.steps();
        long taken = Math.round(1 / (1 - average));
        if (average == 0 || steps == 0 || steps >= taken) return Optional.empty();
        return Optional.of(String.format(Locale.ROOT,
                "the average of the weights is %.1f %% its start after %d steps: --average %s takes some %d; choose a "
                        + "smaller one, at most %s",
                100 * Math.pow(average, steps), steps, average, taken, Math.floor(1000 - 1000.0 / steps) / 1000));
    }

    /** What a training must have in common with the one that it goes on with. */
    Map<String, String> about(MetaTrainingRecipe recipe) {
        return recipe.about(clip, weightDecay);
    }
}
