package org.logah.training.run;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/** Runs, one after the other, as an experiment or a sweep has them: who asks it to stop stops the one under way. */
public final class StoppableRuns {
    private volatile boolean stopRequested;
    private volatile @Nullable TrainingRun running;

    /** None has begun. */
    public StoppableRuns() {}

    /** Asks the run under way, and all later ones, to end as {@link TrainingRun#stop} does. Any thread may ask. */
    public void stop() {
        stopRequested = true;
        TrainingRun run = running;
        if (run != null) run.stop();
    }

    /** {@return whether somebody asked to stop} */
    public boolean isStopped() { return stopRequested; }

    /**
     * Does one run.
     *
     * @param run that has not begun
     * @return what it came to
     * @throws IOException as the run does
     */
    public TrainingRun.Outcome run(TrainingRun run) throws IOException {
        running = run;
        if (stopRequested) run.stop();
        try {
            return run.run();
        } finally {
            running = null; // what it trained is nobody's while the next training is made
        }
    }
}
