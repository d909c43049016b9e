package org.logah.training.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.logah.engine.io.TextFile;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/** What the experiment showed, over one or more seeds: table, plot, numbers. */
public final class StartReport {
    private static final List<String> STARTS = List.of(StartComparison.PREDICTED, StartComparison.RANDOM,
            StartComparison.ORTHOGONAL);
    private final List<StartComparison.Result> results;

    /**
     * A report on some runs of the experiment.
     *
     * @param results at least one, all of the same configuration but for the seed
     */
    public StartReport(List<StartComparison.Result> results) { this.results = results; }

    /** {@return a table of validation losses at a few steps, mean over seeds and spread, and where the curves cross} */
    public String text() {
        StartComparison.Config c = results.get(0).config();
        List<Integer> steps = results.get(0).curve(StartComparison.PREDICTED).steps();
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < steps.size(); i += Math.max(1, (steps.size() - 1) / 6)) shown.add(i);
        StringBuilder s = new StringBuilder();
        s.append(String.format(Locale.ROOT,
                "Validation loss in nats per byte of an unseen GPT of %d layers and width %d (%d seed%s)%n%n",
                c.layers(), c.width(),
                results.size(), results.size() == 1 ? "" : "s, mean and spread"));
        s.append(String.format("%-12s", "start"));
        for (int i : shown) s.append(String.format("%15s", "step " + steps.get(i)));
        s.append('\n');
        for (String start : STARTS) {
            s.append(String.format("%-12s", start));
            for (int i : shown) s.append(String.format("%15s", value(start, i)));
            s.append('\n');
        }
        s.append('\n').append(crossings());
        double seconds = results.stream().mapToDouble(StartComparison.Result::metaSeconds).average().orElse(0);
        s.append(String.format(Locale.ROOT, "Meta-training took %.0f s for %d steps of %d architectures.%n", seconds,
                c.meta().steps(), c.meta().metaBatch()));
        return s.toString();
    }

    private String value(String start, int index) {
        double[] v = results.stream().mapToDouble(r -> r.curve(start).losses().get(index)).toArray();
        double mean = mean(v);
        return v.length == 1
                ? String.format(Locale.ROOT, "%.3f", mean)
                : String.format(Locale.ROOT, "%.3f ± %.3f", mean, deviation(v, mean));
    }

    private static double mean(double[] v) {
        double sum = 0;
        for (double x : v) sum += x;
        return sum / v.length;
    }

    private static double deviation(double[] v, double mean) {
        double sum = 0;
        for (double x : v) sum += (x - mean) * (x - mean);
        return Math.sqrt(sum / (v.length - 1));
    }

    private String crossings() {
        StringBuilder s = new StringBuilder();
        for (String other : STARTS.subList(1, STARTS.size())) {
            List<String> where = new ArrayList<>();
            for (StartComparison.Result r : results) {
                StartComparison.Curve p = r.curve(StartComparison.PREDICTED);
                StartComparison.Curve o = r.curve(other);
                String found = "not within " + r.config().trainSteps() + " steps";
                for (int i = 0; i < p.steps().size(); i++) {
                    if (o.losses().get(i) < p.losses().get(i)) {
                        found = "by step " + p.steps().get(i);
                        break;
                    }
                }
                where.add(found);
            }
            s.append("The ").append(other).append(" start overtakes the predicted one: ")
                    .append(String.join("; ", where)).append(".\n");
        }
        return s.toString();
    }

    /**
     * Writes {@code curves.svg}, {@code curves.png}, {@code table.txt} and {@code curves.json}.
     *
     * @param folder where to; it exists
     * @throws IOException if a file cannot be written
     */
    public void write(Path folder) throws IOException {
        StartComparison.Config c = results.get(0).config();
        CurvePlot plot = new CurvePlot(
                String.format(Locale.ROOT, "An unseen GPT (%d layers, width %d) from three starts", c.layers(),
                        c.width()),
                "training step", "validation loss, nats per byte");
        JsonArray all = new JsonArray();
        for (String start : STARTS) {
            StartComparison.Curve first = results.get(0).curve(start);
            double[] x = first.steps().stream().mapToDouble(Integer::doubleValue).toArray();
            double[] y = new double[x.length];
            for (int i = 0; i < y.length; i++) {
                for (StartComparison.Result r : results) y[i] += r.curve(start).losses().get(i) / results.size();
            }
            plot.add(start.equals(StartComparison.PREDICTED) ? "predicted by LoGAH" : start, x, y);
        }
        for (StartComparison.Result r : results) {
            for (StartComparison.Curve curve : r.curves()) {
                JsonObject o = new JsonObject();
                o.addProperty("seed", r.config().meta().seed());
                o.addProperty("start", curve.name());
                o.add("steps", new Gson().toJsonTree(curve.steps()));
                o.add("losses", new Gson().toJsonTree(curve.losses()));
                all.add(o);
            }
        }
        TextFile.write(folder.resolve("curves.svg"), plot.svg());
        TextFile.write(folder.resolve("curves.png"), plot.png());
        TextFile.write(folder.resolve("table.txt"), text());
        TextFile.write(folder.resolve("curves.json"), all + "\n");
    }
}
