package org.logah.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.logah.training.run.TrainingListener.StepReport;
import org.logah.training.run.TrainingRun.Outcome;
import org.logah.training.run.TrainingRun.ValidationPoint;
import org.logah.training.run.TrainingStep;

class TrainingProgressTest {
    private static StepReport step(int index, double loss, double validation) {
        return new StepReport(new TrainingStep(index, loss, 1, 1e-3, 64, true), 2, 64 * (index + 1), 64, validation);
    }

    private static TrainingProgress progress(PrintWriter out) {
        return new TrainingProgress(out, "step", "tokens", "goes on", false);
    }

    @Test
    void theEndShowsTheLastValidation() {
        Screen screen = new Screen(80);
        TrainingProgress p = progress(screen.writer());
        p.started(0, 2);
        assertEquals(List.of("step 0/2  starting"), screen.lines());
        p.validated(0, 5.5);
        p.stepped(step(0, 5.25, 5.5));
        p.stepped(step(1, 5, 5.5));
        p.validated(2, 4.75);
        p.finished(new Outcome(2, 2, 5, List.of(new ValidationPoint(0, 5.5), new ValidationPoint(2, 4.75)), false));
        assertTrue(
                screen.lines().getFirst().matches("step 2/2  took 0 s  \\S+ tokens/s  loss 5.0000  validation 4.7500"),
                screen.lines().toString());
    }

    @Test
    void whatElseAValidationFoundStandsBehindItsLoss() {
        Screen screen = new Screen(120);
        TrainingProgress p = progress(screen.writer());
        p.started(0, 2);
        p.validated(1, 5.5);
        p.validated(1, "accuracy", 0.25);
        p.stepped(step(1, 5, 5.5));
        p.validated(2, 4.75);
        p.validated(2, "accuracy", 0.5);
        p.finished(new Outcome(2, 2, 5, List.of(new ValidationPoint(2, 4.75)), false));
        assertTrue(screen.lines().toString().contains("validation 4.7500  accuracy 0.5000"),
                screen.lines().toString());
    }

    @Test
    void oneThatIsStoppedSaysSoBelow() {
        Screen screen = new Screen(80);
        TrainingProgress p = progress(screen.writer());
        p.started(0, 2);
        p.stopped(1);
        assertEquals(List.of("step 0/2  starting", "interrupted at step 1; the same command goes on", ""),
                screen.lines());
    }

    @Test
    void whatWasDoneBeforeIsNotShownAgain() {
        StringWriter log = new StringWriter();
        Screen screen = new Screen(80);
        for (PrintWriter out : new PrintWriter[]{new PrintWriter(log), screen.writer()}) {
            TrainingProgress p = progress(out);
            p.started(2, 2);
            p.validated(2, 4.75);
            p.finished(new Outcome(2, 0, Double.NaN, List.of(new ValidationPoint(2, 4.75)), false));
        }
        assertEquals("", log.toString());
        assertEquals(List.of(""), screen.lines());
    }
}
