package org.logah.training.run;

import java.nio.file.Path;

/**
 * Receives the events of a {@link TrainingRun}, on the thread that runs it. If a listener throws, the run ends at once, with what
 * was saved last.
 */
public interface TrainingListener {
    /** Nobody listens. */
    TrainingListener NONE = new TrainingListener() {
    };

    /**
     * The run begins.
     *
     * @param position steps done before, 0 unless it goes on from a file
     * @param steps steps at its end
     */
    default void started(int position, int steps) {}

    /**
     * The run begins at its first step, since the state to resume from is missing.
     *
     * @param file the missing state
     */
    default void startedWithout(Path file) {}

    /**
     * The run resumes from a file, but its metrics lack rows of earlier steps.
     *
     * @param metrics the metrics file
     * @param rows how many it lacks
     * @param position steps done before
     */
    default void metricsLack(Path metrics, int rows, int position) {}

    /**
     * A validation was done.
     *
     * @param position steps done before it
     * @param loss the validation loss
     */
    default void validated(int position, double loss) {}

    /**
     * Something else that the same validation found, see {@link Validation#further}.
     *
     * @param position steps done before it
     * @param name what it is
     * @param value how much
     */
    default void validated(int position, String name, double value) {}

    /**
     * A step was done.
     *
     * @param report the step with what is known around it
     */
    default void stepped(StepReport report) {}

    /**
     * The state was saved.
     *
     * @param file where it is
     * @param position steps done in it
     */
    default void saved(Path file, int position) {}

    /**
     * The run ended early because it was asked to, after its state was saved.
     *
     * @param position steps done
     */
    default void stopped(int position) {}

    /**
     * The run is at its end: all steps are done, saved and validated.
     *
     * @param outcome what the run came to
     */
    default void finished(TrainingRun.Outcome outcome) {}

    /**
     * One step with what is known around it.
     *
     * @param step what came out of the step
     * @param steps steps at the run's end
     * @param items tokens, images or architectures seen since the run began
     * @param perSecond the same in a second, validations and saving included
     * @param validation the latest validation loss, not a number where there was none
     */
    record StepReport(TrainingStep step, int steps, long items, double perSecond, double validation) {
        /** {@return steps done, this one included} */
        public int done() { return step.index() + 1; }
    }

    /**
     * The run resumes from a file that other kernels computed: its numbers will be close, but not to the bit.
     *
     * @param before what computed the file
     * @param now what goes on
     */
    default void computedBy(String before, String now) {}
}
