package org.logah.training.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.training.run.TrainingRun.ValidationPoint;

/**
 * A run's results so far: the validations since it was opened and, kept in the state's header, the best one since its first step,
 * the last step's loss, and where its metrics are.
 */
final class RunHistory {
    private static final String BEST = "validation.best";
    private static final String LAST_LOSS = "last.loss";
    private final List<ValidationPoint> points = new ArrayList<>();
    private final @Nullable OwnMetrics metrics;
    private @Nullable ValidationPoint best;
    private @Nullable Double lastLoss;

    /** @param state the run's state file; null where none is kept */
    RunHistory(@Nullable Path state) {
        metrics = state == null ? null : new OwnMetrics(state);
    }

    /** Which file has the run's metrics; null for a run without a state, which cannot say so. */
    @Nullable
    OwnMetrics metrics() { return metrics; }

    /** A step was done. */
    void stepped(double loss) { lastLoss = loss; }

    /** Of the last step; null where there was none, or the state does not say. */
    @Nullable
    Double lastLoss() { return lastLoss; }

    /** {@return whether it is better than all before} */
    private boolean isBetter(ValidationPoint point) {
        return Double.isFinite(point.loss()) && (best == null || point.loss() < best.loss());
    }

    void add(ValidationPoint point) {
        points.add(point);
        if (isBetter(point)) best = point;
    }

    /** Forgets the validations, but for the best one. */
    void clear() { points.clear(); }

    List<ValidationPoint> points() { return List.copyOf(points); }

    /** Not a number where there was none yet. */
    double latest() {
        return points.isEmpty() ? Double.NaN : points.getLast().loss();
    }

    @Nullable
    ValidationPoint best() { return best; }

    void saveTo(Map<String, String> header) {
        if (best != null) header.put(BEST, best.position() + " " + best.loss());
        if (lastLoss != null) header.put(LAST_LOSS, lastLoss.toString());
        if (metrics != null) metrics.saveTo(header);
    }

    /**
     * Restores what a state has. Without a best validation its run never validated; without a loss it is of an earlier version.
     */
    void restore(SafetensorsReader in) throws FileFormatException {
        String said = in.metadata(BEST);
        ValidationPoint found = said == null ? null : parse(in, said);
        lastLoss = loss(in);
        best = found;
        if (metrics != null) metrics.restore(in);
    }

    private static @Nullable Double loss(SafetensorsReader in) throws FileFormatException {
        String said = in.metadata(LAST_LOSS);
        try {
            return said == null ? null : Double.valueOf(said);
        } catch (NumberFormatException e) {
            throw new FileFormatException(in.file(),
                    "is no training state; its last loss is '" + said + "', not a number", e);
        }
    }

    private static ValidationPoint parse(SafetensorsReader in, String said) throws FileFormatException {
        String[] words = said.split(" ", -1);
        try {
            if (words.length == 2) {
                ValidationPoint point = new ValidationPoint(Integer.parseInt(words[0]), Double.parseDouble(words[1]));
                if (point.position() >= 0 && Double.isFinite(point.loss())) return point;
            }
        } catch (NumberFormatException e) {
            throw refused(in, said, e);
        }
        throw refused(in, said, null);
    }

    private static FileFormatException refused(SafetensorsReader in, String said, @Nullable Exception cause) {
        String problem = "is no training state; its best validation is '" + said + "', not a step and a loss";
        return cause == null
                ? new FileFormatException(in.file(), problem)
                : new FileFormatException(in.file(), problem, cause);
    }
}
