package org.logah.training.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.training.run.TrainingRun.ValidationPoint;

/** The validations of a run: those since it was opened, and the best one since its first step, which the state's header keeps. */
final class ValidationHistory {
    private static final String BEST = "validation.best";
    private final List<ValidationPoint> points = new ArrayList<>();
    private @Nullable ValidationPoint best;

    /** {@return whether it is better than all before} */
    boolean add(ValidationPoint point) {
        points.add(point);
        boolean better = Double.isFinite(point.loss()) && (best == null || point.loss() < best.loss());
        if (better) best = point;
        return better;
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

    void saveTo(Map<String, String> header) { if (best != null) header.put(BEST, best.position() + " " + best.loss()); }

    /** Takes the best one from a state; one without it is of a run that never validated. */
    void restore(SafetensorsReader in) throws FileFormatException {
        String said = in.metadata(BEST);
        best = said == null ? null : parse(in, said);
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
