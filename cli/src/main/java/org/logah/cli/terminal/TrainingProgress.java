package org.logah.cli.terminal;

import java.io.PrintWriter;
import java.util.Locale;

import org.logah.training.TrainingListener;

/** Shows how far a training is. */
public final class TrainingProgress implements TrainingListener {
    private final PrintWriter out;
    private final Progress progress;
    private final String wayOn;
    private String validation = "";

    /**
     * @param what is counted, {@code step}
     * @param unit of what a step sees, {@code tokens}
     * @param wayOn what the same command does after an interruption, {@code goes on}
     */
    public TrainingProgress(PrintWriter out, String what, String unit, String wayOn) {
        this.out = out;
        this.progress = new Progress(out, what, unit);
        this.wayOn = wayOn;
    }

    @Override
    public void stepped(StepReport report) {
        String loss = String.format(Locale.ROOT, "loss %.4f", report.step().loss());
        progress.update(report.done(), report.steps(), report.items(), loss + validation);
    }

    /** With its step: it is some steps old when it is shown. */
    @Override
    public void validated(int position, double loss) {
        validation = String.format(Locale.ROOT, "  validation %.4f at %d", loss, position);
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
}
