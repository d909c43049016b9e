package org.logah.training.sweep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.TextFile;
import org.logah.engine.io.Utf8;
import org.logah.engine.part.JsonValues;
import org.logah.training.run.TrainingRun.ValidationPoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;

/**
 * What the trainings of a sweep came to, as a table for people and as JSON for programs.
 *
 * @param about what all trainings have in common, by name
 * @param rows one a training
 */
public record SweepSummary(Map<String, String> about, List<SweepRow> rows) {
    /** The number of steps, of all trainings and of each. */
    private static final String STEPS = "steps";
    private static final String RUNS = "runs";
    private static final String NAME = "name";
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().serializeNulls().disableHtmlEscaping()
            .create();

    /** A summary that is there already, and its trainings by name. */
    private record Former(JsonObject whole, Map<String, JsonObject> runs) {
        static Former read(Path file) throws IOException {
            try {
                JsonObject whole = JsonValues.object("", JsonValues.parse("", Utf8.read(file)));
                Map<String, JsonObject> runs = new LinkedHashMap<>();
                for (JsonElement one : JsonValues.list(RUNS, whole.get(RUNS))) {
                    JsonObject run = JsonValues.object(RUNS, one);
                    runs.put(JsonValues.text(NAME, run.get(NAME)), run);
                }
                return new Former(whole, runs);
            } catch (TensorException e) {
                throw new FileFormatException(file,
                        "is no summary of trainings; move it away (" + e.getMessage() + ")", e);
            }
        }
    }

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
     * @param goesOn whether trainings that are in the file and not among these stay there, behind them; see {@link #requireSame}
     * @throws IOException if it cannot be written
     */
    public void write(Path file, boolean goesOn) throws IOException {
        JsonObject all = new JsonObject();
        about.forEach(all::addProperty);
        Map<String, JsonObject> runs = new LinkedHashMap<>();
        for (SweepRow row : rows) runs.put(row.point().name(), json(row));
        if (goesOn && Files.exists(file)) Former.read(file).runs().forEach(runs::putIfAbsent);
        JsonArray list = new JsonArray();
        runs.values().forEach(list::add);
        all.add(RUNS, list);
        TextFile.write(file, GSON.toJson(all) + "\n");
    }

    /**
     * Refuses a summary of trainings that have something else in common, so that this one would replace it. They may have had other
     * numbers of steps, which each of them says.
     *
     * @param file which may be there
     * @throws FileFormatException if it is of others, or no summary
     * @throws IOException if it cannot be read
     */
    public void requireSame(Path file) throws IOException {
        if (!Files.exists(file)) return;
        JsonObject there = Former.read(file).whole();
        for (Map.Entry<String, String> mine : about.entrySet()) {
            JsonElement said = there.get(mine.getKey());
            if (!mine.getKey().equals(STEPS) && said != null && !said.equals(new JsonPrimitive(mine.getValue())))
                throw new FileFormatException(file, "is of trainings with another " + mine.getKey() + ", "
                        + said.toString().replace("\"", "") + " instead of " + mine.getValue()
                        + "; choose another folder");
        }
    }

    private static JsonObject json(SweepRow row) {
        JsonObject o = new JsonObject();
        ValidationPoint best = row.best();
        o.addProperty(NAME, row.point().name());
        o.addProperty("rate", row.point().rate());
        o.addProperty("seed", row.point().seed());
        o.addProperty(STEPS, row.steps());
        o.addProperty("last", finite(row.last()));
        o.addProperty("lowest", best == null ? null : finite(best.loss()));
        o.addProperty("lowestAt", best == null ? null : best.position());
        o.addProperty("diverged", row.finished() ? null : row.diverged());
        return o;
    }

    private static @Nullable Double finite(double value) { return Double.isFinite(value) ? value : null; }
}
