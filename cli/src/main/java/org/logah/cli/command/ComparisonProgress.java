package org.logah.cli.command;

import java.io.PrintWriter;

import org.logah.cli.terminal.TrainingProgress;
import org.logah.training.experiment.StartComparison;
import org.logah.training.experiment.StartComparison.Stage;
import org.logah.training.experiment.StartReport;
import org.logah.training.run.DivergedException;
import org.logah.training.run.TrainingListener;

/**
 * Shows how far a comparison of starts is.
 *
 * @param err where to
 * @param before what every line begins with, which comparison it is
 * @param unit what a target's training reads: tokens, images
 */
record ComparisonProgress(PrintWriter err, String before, String unit) implements StartComparison.Listener {
    private String what(Stage stage, String name) {
        return before + stage.number() + "/" + stage.count() + " " + name + ":";
    }

    @Override
    public TrainingListener metaTraining(Stage stage, String variant) {
        return new TrainingProgress(err, what(stage, "meta-training " + variant), "architectures", "goes on",
                false);
    }

    @Override
    public TrainingListener training(Stage stage, String start, double rate) {
        return new TrainingProgress(err, what(stage, from(start, rate)), unit,
                "keeps what was finished and begins this training anew", false);
    }

    @Override
    public void diverged(Stage stage, String start, double rate, DivergedException why) {
        err.println(what(stage, from(start, rate)) + " " + why.getMessage());
    }

    private static String from(String start, double rate) { return start + ", rate " + StartReport.rate(rate); }
}
