package org.logah.training.sweep;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.TextFile;
import org.logah.training.run.TrainingRun.ValidationPoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/**
 * What the trainings of a sweep came to, as a table for people and as JSON for programs.
 *
 * @param about what all trainings have in common, by name
 * @param rows one a training
 */
public record SweepSummary(Map<String, String> about, List<SweepRow> rows) {
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().serializeNulls().disableHtmlEscaping()
            .create();

    /** Takes copies. */
    public SweepSummary {
        about = new LinkedHashMap<>(about);
        rows = List.copyOf(rows);
    }

    /**
     * {@return a line for each training with its validation losses, then for each rate of several seeds their mean; no line is longer
     * than 80 columns but for a reason of divergence}
     */
    public String table() {
        StringBuilder s = new StringBuilder();
        s.append(String.format(Locale.ROOT, "%-10s %20s %12s %12s %8s%n", "rate", "seed", "last loss", "lowest",
                "at step"));
        for (SweepRow row : rows) {
            ValidationPoint best = row.best();
            String lowest = best == null
                    ? String.format(Locale.ROOT, "%12s %8s", "", "")
                    : String.format(Locale.ROOT, "%12.4f %8d", best.loss(), best.position());
            s.append(String.format(Locale.ROOT, "%-10s %20d %12s %s%n", row.point().rateText(), row.point().seed(),
                    row.finished() ? number(row.last()) : "diverged", lowest));
        }
        means().forEach((rate, mean) -> s.append(mean).append(System.lineSeparator()));
        return s.toString().stripTrailing();
    }

    private static String number(double loss) { return String.format(Locale.ROOT, "%.4f", loss); }

    /** A line for each rate that several seeds were trained with. */
    private Map<String, String> means() {
        Map<String, String> lines = new LinkedHashMap<>();
        for (SweepRow row : rows) {
            String rate = row.point().rateText();
            List<SweepRow> same = rows.stream().filter(r -> r.point().rate() == row.point().rate()).toList();
            if (same.size() == 1) continue;
            List<SweepRow> finished = same.stream().filter(SweepRow::finished).toList();
            String mean = finished.isEmpty()
                    ? "no seed came to the end"
                    : String.format(Locale.ROOT, "mean last loss %.4f, of %d seeds",
                            finished.stream().mapToDouble(SweepRow::last).average().orElseThrow(), finished.size());
            String diverged = finished.isEmpty() || finished.size() == same.size()
                    ? ""
                    : "; " + (same.size() - finished.size()) + " diverged";
            lines.put(rate, String.format(Locale.ROOT, "%-10s %s%s", rate, mean, diverged));
        }
        return lines;
    }

    /**
     * Writes the summary as JSON: what the trainings have in common, and under {@code runs} an object for each. What is no number is
     * null.
     *
     * @param file where to
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        JsonObject all = new JsonObject();
        about.forEach(all::addProperty);
        JsonArray runs = new JsonArray();
        for (SweepRow row : rows) runs.add(json(row));
        all.add("runs", runs);
        TextFile.write(file, GSON.toJson(all) + "\n");
    }

    private static JsonObject json(SweepRow row) {
        JsonObject o = new JsonObject();
        ValidationPoint best = row.best();
        o.addProperty("name", row.point().name());
        o.addProperty("rate", row.point().rate());
        o.addProperty("seed", row.point().seed());
        o.addProperty("steps", row.steps());
        o.addProperty("last", finite(row.last()));
        o.addProperty("lowest", best == null ? null : finite(best.loss()));
        o.addProperty("lowestAt", best == null ? null : best.position());
        o.addProperty("diverged", row.finished() ? null : row.diverged());
        return o;
    }

    private static @Nullable Double finite(double value) { return Double.isFinite(value) ? value : null; }
}
