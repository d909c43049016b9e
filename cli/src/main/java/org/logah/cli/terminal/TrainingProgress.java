package org.logah.cli.terminal;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.logah.training.run.TrainingListener;
import org.logah.training.run.TrainingRun;

/** Shows how far a training is. */
public final class TrainingProgress implements TrainingListener {
    private final PrintWriter out;
    private final Progress progress;
    private final String wayOn;
    private final boolean expected;
    private String validation = "";
    private final Map<String, Double> further = new LinkedHashMap<>();

    /**
     * Progress of a training that has not begun yet.
     *
     * @param out where it is shown, see {@link Progress}
     * @param what is counted, {@code step}
     * @param unit of what a step sees, {@code tokens}
     * @param wayOn what the same command does after an interruption, {@code goes on}
     * @param expected whether somebody meant the training to be there, and is told where it is not
     */
    public TrainingProgress(PrintWriter out, String what, String unit, String wayOn, boolean expected) {
        this.out = out;
        this.progress = new Progress(out, what, unit);
        this.wayOn = wayOn;
        this.expected = expected;
    }

    @Override
    public void started(int position, int steps) {
        if (position > steps) out.println("is at step " + position + " already, beyond " + steps);
        if (position >= steps) return;
        if (position > 0) out.println("goes on from step " + position + " of " + steps);
        progress.begin(position, steps);
    }

    @Override
    public void startedWithout(Path file) {
        if (expected)
            out.println(file + ": not there, so there is nothing to go on from; begins at the first step");
    }

    @Override
    public void metricsLack(Path metrics, int rows, int position) {
        out.println(metrics + ": has no rows of " + rows + " of the " + position + " steps before");
    }

    @Override
    public void stepped(StepReport report) {
        List<String> details = new ArrayList<>(List.of(loss(report.step().loss())));
        if (!validation.isEmpty()) details.add(validation);
        progress.update(report.done(), report.steps(), report.items(), details);
    }

    private static String loss(double loss) { return String.format(Locale.ROOT, "loss %.4f", loss); }

    /** With its step: it is some steps old when it is shown. */
    @Override
    public void validated(int position, double loss) {
        validation = String.format(Locale.ROOT, "validation %.4f at %d", loss, position);
    }

    /** Behind the loss, which was told before. */
    @Override
    public void validated(int position, String name, double loss) {
        String at = " at " + position;
        String before = validation.endsWith(at) ? validation.substring(0, validation.length() - at.length()) : "";
        validation = String.format(Locale.ROOT, "%s, %s %.4f%s", before, name, loss, at);
        further.put(name, loss);
    }

    @Override
    public void computedBy(String before, String now) {
        out.println("computed by " + before + " so far, from here on by " + now
                + ": sums are rounded otherwise, so the numbers will be nearly the same, not bit for bit");
    }

    @Override
    public void stopped(int position) {
        out.println("interrupted at step " + position + "; the same command " + wayOn);
    }

    @Override
    public void finished(TrainingRun.Outcome outcome) {
        List<String> details = new ArrayList<>(List.of(loss(outcome.loss())));
        if (!outcome.validations().isEmpty())
            details.add(String.format(Locale.ROOT, "validation %.4f", outcome.validations().getLast().loss()));
        further.forEach((name, loss) -> details.add(String.format(Locale.ROOT, "%s %.4f", name, loss)));
        progress.finish(outcome.position(), details);
    }
}
