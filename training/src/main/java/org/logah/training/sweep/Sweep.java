package org.logah.training.sweep;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.NotFiniteException;
import org.logah.training.run.DivergedException;
import org.logah.training.run.Learner;
import org.logah.training.run.StoppableRuns;
import org.logah.training.run.TrainingRun;

/**
 * Trainings of one target with several learning rates and seeds, one after the other. Each is a {@link TrainingRun} with a state of its
 * own, so a sweep that was stopped or killed goes on where it was; one that comes to numbers that are not finite is a result like the
 * others.
 */
public final class Sweep {
    private final List<SweepPoint> points;
    private final Trainings trainings;
    private final StoppableRuns runs = new StoppableRuns();

    /**
     * One of the sweep's trainings, ready to start, or to go on.
     *
     * @param run does it
     * @param learner what it trains
     */
    public record Training(TrainingRun run, Learner learner) {}

    /** Makes the trainings. */
    public interface Trainings {
        /**
         * {@return the training of one rate and seed, gone on from its state where that is wanted}
         *
         * @param number of the training, from 1
         * @param point its rate and seed
         * @throws IOException if its files cannot be read
         */
        Training open(int number, SweepPoint point) throws IOException;

        /**
         * A training ended.
         *
         * @param rows what all came to so far, in the order of the points
         * @throws IOException if they cannot be written
         */
        void ended(List<SweepRow> rows) throws IOException;
    }

    /**
     * A sweep that has not begun.
     *
     * @param points rates and seeds, in the order in which they are trained
     * @param trainings makes each training when it is due
     */
    public Sweep(List<SweepPoint> points, Trainings trainings) {
        this.points = List.copyOf(points);
        this.trainings = trainings;
    }

    /** Asks the sweep to end as {@link TrainingRun#stop} does. Any thread may ask. */
    public void stop() {
        runs.stop();
    }

    /**
     * Does all trainings.
     *
     * @return what they came to, in the order of the points; null where it was asked to stop before it had all
     * @throws IOException if a training's files cannot be read or written
     */
    public @Nullable List<SweepRow> run() throws IOException {
        List<SweepRow> rows = new ArrayList<>();
        for (SweepPoint point : points) {
            SweepRow row = row(point, trainings.open(rows.size() + 1, point));
            if (row == null) return null;
            rows.add(row);
            trainings.ended(List.copyOf(rows));
        }
        return rows;
    }

    private @Nullable SweepRow row(SweepPoint point, Training training) throws IOException {
        TrainingRun run = training.run();
        try {
            TrainingRun.Outcome outcome = runs.run(run);
            if (outcome.stopped()) return null;
            double last = outcome.validations().isEmpty() ? Double.NaN : outcome.validations().getLast().loss();
            return new SweepRow(point, outcome.position(), last, run.best(), "");
        } catch (DivergedException e) {
            keepSound(run);
            return diverged(point, training, e);
        } catch (NotFiniteException e) {
            return diverged(point, training, e);
        }
    }

    private static SweepRow diverged(SweepPoint point, Training training, Exception why) {
        return new SweepRow(point, training.learner().position(), Double.NaN, training.run().best(),
                String.valueOf(why.getMessage()));
    }

    /** The step that was not done changed nothing: from here a sweep that goes on finds at once that there is no next one. */
    private static void keepSound(TrainingRun run) throws IOException {
        try {
            if (!run.isUnchanged()) run.save();
        } catch (NotFiniteException e) {
            return; // what was saved before stays, and leads to the same end
        }
    }
}
