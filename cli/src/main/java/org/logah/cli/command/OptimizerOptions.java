package org.logah.cli.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.optim.Schedule;
import org.logah.engine.TensorException;
import org.logah.training.targets.TargetTrainer;

import picocli.CommandLine.Option;

/** How a target's parameters follow from its gradients. */
final class OptimizerOptions {
    /** Of the peak rate, what a warm-up begins with. */
    private static final double FIRST = 0.01;

    /** What the rate is called in {@link #about}. */
    static final String RATE = "learning rate";

    @Option(names = "--steps", converter = OptionBounds.Count.class, paramLabel = "N", defaultValue = "1000", description = "Optimizer steps (default 1000).")
    private int steps;

    @Option(names = "--lr", converter = OptionBounds.Rate.class, paramLabel = "RATE", split = ",", defaultValue = "3e-4", description = "Learning rate (default 3e-4), or several, as 3e-4,1e-3: a training for each.")
    private List<Double> rates = new ArrayList<>();

    @Option(names = "--schedule", paramLabel = "FORM", description = "Rate after the warm-up: constant, or cosine, which falls to 0 at the last step (default constant; cosine where there is a warm-up).")
    private @Nullable Form form;

    @Option(names = "--warmup", converter = OptionBounds.CountOrNone.class, paramLabel = "N", defaultValue = "0", description = "Steps in which the rate rises from a hundredth (default 0).")
    private int warmup;

    @Option(names = "--weight-decay", converter = OptionBounds.NotNegative.class, paramLabel = "SHARE", defaultValue = "0.01", description = "Weight decay (default 0.01).")
    private double decay;

    @Option(names = "--clip", converter = OptionBounds.NotNegative.class, paramLabel = "NORM", defaultValue = "1", description = "Largest norm of a step's gradient; 0 for any (default 1).")
    private double clip;

    @Option(names = "--accumulate", converter = OptionBounds.Count.class, paramLabel = "N", defaultValue = "1", description = "Mini-batches per step (default 1).")
    private int accumulate;

    /** How the rate goes on after the warm-up. */
    enum Form {
        CONSTANT, COSINE
    }

    int steps() { return steps; }

    List<Double> rates() { return rates; }

    /** Refuses what does not go together. */
    void check() {
        if (warmup > steps)
            throw new TensorException("--warmup " + warmup + " is more than all of the " + steps + " steps");
    }

    private Form form() {
        if (form != null) return form;
        return warmup == 0 ? Form.CONSTANT : Form.COSINE;
    }

    private Schedule schedule(double rate) {
        if (form() == Form.COSINE) return Schedule.warmupCosine(rate * FIRST, rate, warmup, steps);
        return warmup == 0 ? Schedule.constant(rate) : Schedule.warmupConstant(rate * FIRST, rate, warmup);
    }

    /** @param recompute whether blocks are computed again for their gradients */
    TargetTrainer.Config config(double rate, boolean recompute) {
        return new TargetTrainer.Config(schedule(rate), accumulate, clip == 0 ? Double.POSITIVE_INFINITY : clip, decay,
                recompute);
    }

    int warmup() { return warmup; }

    /** What a run is of, by name; the rate is told as the program has always told it. */
    Map<String, String> about(double rate) {
        Map<String, String> about = new LinkedHashMap<>();
        about.put("accumulate", Integer.toString(accumulate));
        about.put("schedule", form().name().toLowerCase(Locale.ROOT));
        about.put(RATE, rate(rate));
        about.put("weight decay", Double.toString(decay));
        about.put("clip", Double.toString(clip));
        return about;
    }

    private String rate(double rate) {
        if (form() == Form.COSINE) return rate + " after " + warmup + " of " + steps + " steps";
        return warmup == 0 ? Double.toString(rate) : rate + " after " + warmup + " steps";
    }
}
