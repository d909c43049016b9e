package org.logah.cli.command;

import java.util.LinkedHashMap;
import java.util.Map;

import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataKind;
import org.logah.training.data.BatchSource;
import org.logah.training.data.image.Mixup;
import org.logah.training.targets.ClassificationLoss;

import picocli.CommandLine.Option;

/** What keeps a target from learning its examples by heart, beside what a data set does itself. */
final class AugmentationOptions {
    @Option(names = "--mixup", converter = OptionBounds.NotNegative.class, paramLabel = "ALPHA", defaultValue = "0", description = "Mixes each image with another of its mini-batch, in parts of the distribution Beta(ALPHA, ALPHA); 0.2 is usual, 0 (default) mixes none.")
    private double mixup;

    @Option(names = "--label-smoothing", converter = OptionBounds.NotNegative.class, paramLabel = "EPS", defaultValue = "0", description = "Spreads this part of each target evenly over all classes; 0.1 is usual, 0 (default) spreads none. Validations are without it.")
    private double labelSmoothing;

    /** Before any work: what was asked for can be done with data of a kind. */
    void check(DataKind kind) {
        loss();
        if (mixup == 0) return;
        Mixup.requireAlpha(mixup);
        if (kind != DataKind.IMAGES)
            throw new TensorException("--mixup is for images; " + kind.unit() + " cannot be mixed, leave it out");
    }

    /** What a step lowers. */
    ClassificationLoss loss() { return new ClassificationLoss(labelSmoothing); }

    /** Mini-batches to train on, mixed where that was asked for. */
    BatchSource mixed(BatchSource batches, RandomStream random) {
        return mixup == 0 ? batches : new Mixup(batches, mixup, random);
    }

    /** What a run must have in common with the one that it goes on from. */
    Map<String, String> about() {
        Map<String, String> about = new LinkedHashMap<>();
        about.put("mixup", Double.toString(mixup));
        about.put("label smoothing", Double.toString(labelSmoothing));
        return about;
    }
}
