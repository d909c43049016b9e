package org.logah.training.sweep;

import org.jspecify.annotations.Nullable;
import org.logah.training.run.TrainingRun.ValidationPoint;

/**
 * What one training of a sweep came to.
 *
 * @param point its rate and seed
 * @param steps steps that were done
 * @param last the last step's validation loss; not a number where there was none, as where the training diverged
 * @param best its lowest validation loss; null where there was none
 * @param diverged where and why it ended before its last step; empty where it did not
 */
public record SweepRow(SweepPoint point, int steps, double last, @Nullable ValidationPoint best, String diverged) {
    /** {@return whether it came to its last step} */
    public boolean finished() { return diverged.isEmpty(); }
}
