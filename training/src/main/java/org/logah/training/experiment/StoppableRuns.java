package org.logah.training.experiment;

import java.io.IOException;

import org.jspecify.annotations.Nullable;
import org.logah.training.run.TrainingRun;

/** The trainings of a comparison, one after the other: who asks it to stop stops the one under way. */
final class StoppableRuns {
    private volatile boolean stopRequested;
    private volatile @Nullable TrainingRun running;

    /** Any thread may ask. */
    void stop() {
        stopRequested = true;
        TrainingRun run = running;
        if (run != null) run.stop();
    }

    boolean isStopped() { return stopRequested; }

    TrainingRun.Outcome run(TrainingRun run) throws IOException {
        running = run;
        if (stopRequested) run.stop();
        try {
            return run.run();
        } finally {
            running = null; // what it trained is nobody's while the next training is made
        }
    }
}
