package org.logah.training.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.TextFile;
import org.logah.models.DataKind;
import org.logah.models.Initialization;
import org.logah.models.text.Tokenizer;
import org.logah.training.experiment.StartComparison.Result;

import com.google.gson.GsonBuilder;

/** What the experiment showed, over one or more seeds: table, plot, numbers, and what the networks wrote. */
public final class StartReport {
    private static final String SVG = "curves.svg";
    private static final String PNG = "curves.png";
    private static final String TABLE = "table.txt";
    private static final String CURVES = "curves.json";
    /** What {@link #write} writes. */
    static final List<String> FILES = List.of(SVG, PNG, TABLE, CURVES);
    /** Characters of a line, as many as the narrowest usual terminal has. */
    private static final int WIDTH = 80;
    /** The part of the steps in which random starts fall so far that a plot leaves it out. */
    private static final double FALL = 1 / 20.0;
    private static final int RATE_CELL = 8;
    /** Stands for a loss that is not a number. */
    private static final String NONE = "-";
    /** What bytes that are no UTF-8 are read as. */
    private static final int NO_CHARACTER = 0xFFFD;
    private final List<Result> results;
    private final @Nullable Tokenizer tokenizer;
    private final ComparisonConfig config;
    /** One curve per seed at each start's best rate. */
    private final Map<String, List<Curve>> best = new HashMap<>();

    /**
     * A report on some runs of the experiment.
     *
     * @param results at least one, all of the same configuration but for the seed; the first tried all learning rates
     * @param tokenizer of the texts, whose tokens the losses are of; null where it is not known, or there are none
     */
    public StartReport(List<Result> results, @Nullable Tokenizer tokenizer) {
        this.results = results;
        this.tokenizer = tokenizer;
        this.config = results.getFirst().config();
        for (String start : config.starts()) {
            double rate = Curve.best(results.getFirst().curves(), start).rate();
            best.put(start, results.stream().map(r -> curve(r, start, rate)).toList());
        }
    }

    private static Curve curve(Result result, String start, double rate) {
        return result.curves().stream().filter(c -> c.start().equals(start) && c.rate() == rate).findFirst()
                .orElseThrow();
    }

    private List<Curve> curves(String start) { return Objects.requireNonNull(best.get(start), start); }

    /** Steps that all seeds measured. */
    private static List<Integer> steps(List<Curve> curves) {
        List<Integer> least = curves.getFirst().steps();
        for (Curve c : curves) if (c.steps().size() < least.size()) least = c.steps();
        return least;
    }

    private static double mean(List<Curve> curves, int index) {
        return curves.stream().mapToDouble(c -> c.losses().get(index)).average().orElseThrow();
    }

    private static double deviation(List<Curve> curves, int index) {
        double mean = mean(curves, index);
        double sum = curves.stream().mapToDouble(c -> Math.pow(c.losses().get(index) - mean, 2)).sum();
        return Math.sqrt(sum / (curves.size() - 1));
    }

    private boolean single() { return results.size() == 1; }

    private boolean predicted(String start) { return config.variants().contains(start); }

    /**
     * {@return a table of validation losses at a few steps, each start at its best rate, mean over seeds and spread; all rates of
     * the first seed; where curves cross; and what two of the networks wrote}
     */
    public String text() {
        StringBuilder s = new StringBuilder();
        s.append(String.format(Locale.ROOT,
                "Validation loss in %s of an unseen %s,%n", unit(), config.unseen().described(config.sampler())));
        s.append(String.format(Locale.ROOT, "by step; %s (%d seed%s)%n%n", config.rates().size() == 1
                ? "learning rate " + rate(config.rates().getFirst())
                : "each start at its best learning rate", results.size(), single() ? "" : "s, mean and spread"));
        table(s);
        if (config.rates().size() > 1) sweep(s);
        comparisons(s);
        for (Result r : results) {
            if (r.metaSeconds() == 0) continue;
            s.append(String.format(Locale.ROOT, "Meta-training took %.0f s for %d steps of %d architectures.%n",
                    r.metaSeconds(), config.meta().steps(), config.meta().metaBatch()));
        }
        texts(s);
        return s.toString();
    }

    private String unit() {
        return switch (config.sampler().dataKind()) {
            case TOKENS -> "nats per " + (tokenizer == null ? "token" : tokenizer.unit());
            case IMAGES -> "nats per image";
        };
    }

    private String nameFormat() {
        return "%-" + config.starts().stream().mapToInt(String::length).max().orElse(1) + "s";
    }

    /**
     * {@return a learning rate as people write it: {@code 3e-4}}
     *
     * @param rate the learning rate
     */
    public static String rate(double rate) {
        return new DecimalFormat("0.###E0", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(rate).replace('E',
                'e');
    }

    private void table(StringBuilder s) {
        List<Integer> all = longest();
        int cell = single() ? 8 : 12;
        int names = String.format(nameFormat(), "").length() + RATE_CELL;
        int columns = Math.clamp((WIDTH - names) / cell, 2, single() ? 7 : 5);
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            int index = (int) Math.round(i * (all.size() - 1.0) / (columns - 1));
            if (shown.isEmpty() || shown.getLast() != index) shown.add(index);
        }
        s.append(String.format(nameFormat() + "%" + RATE_CELL + "s", "start", "rate"));
        for (int i : shown) s.append(String.format(Locale.ROOT, "%" + cell + "d", all.get(i)));
        s.append('\n');
        boolean whole = true;
        for (String start : config.starts()) {
            List<Curve> curves = curves(start);
            s.append(String.format(nameFormat() + "%" + RATE_CELL + "s", start, rate(curves.getFirst().rate())));
            int measured = steps(curves).size();
            whole &= measured == all.size();
            for (int i : shown)
                s.append(
                        String.format(Locale.ROOT, "%" + cell + "s", i < measured ? value(curves, i, cell - 1) : NONE));
            s.append('\n');
        }
        end(s, whole);
    }

    private static void end(StringBuilder s, boolean whole) {
        s.append(whole ? "\n" : NONE + ": the loss was no number any more\n\n");
    }

    private List<Integer> longest() {
        List<Integer> longest = List.of();
        for (Result r : results)
            for (Curve c : r.curves()) if (c.steps().size() > longest.size()) longest = c.steps();
        return longest;
    }

    /** Mean and spread with as many of three decimals as there is room for. */
    private static String value(List<Curve> curves, int index, int room) {
        for (int decimals = 3; decimals >= 0; decimals--) {
            String text = text("%." + decimals + "f", curves, index);
            if (text.length() <= room) return text;
        }
        return text("%.0e", curves, index);
    }

    private static String text(String format, List<Curve> curves, int index) {
        double mean = mean(curves, index);
        return curves.size() == 1
                ? String.format(Locale.ROOT, format, mean)
                : String.format(Locale.ROOT, format + "±" + format, mean, deviation(curves, index));
    }

    private void sweep(StringBuilder s) {
        s.append(String.format(Locale.ROOT, "After the last step at each learning rate (seed %d)%n%n" + nameFormat(),
                results.getFirst().config().meta().seed(), "start"));
        for (double r : config.rates()) s.append(String.format(Locale.ROOT, "%9s", rate(r)));
        s.append('\n');
        boolean whole = true;
        for (String start : config.starts()) {
            s.append(String.format(nameFormat(), start));
            for (double r : config.rates()) {
                Curve c = curve(results.getFirst(), start, r);
                whole &= c.finished();
                s.append(String.format(Locale.ROOT, "%9s",
                        c.finished() ? value(List.of(c), c.losses().size() - 1, 8) : NONE));
            }
            s.append('\n');
        }
        end(s, whole);
    }

    /** Which starts overtake which, and when each reaches the random start's last loss. */
    private void comparisons(StringBuilder s) {
        for (String mine : config.variants()) {
            for (String other : config.starts()) {
                if (predicted(other)) continue;
                answer(s,
                        "Does the " + other + " start overtake " + mine + " within " + config.trainSteps() + " steps?",
                        i -> crossing(curves(mine).get(i), curves(other).get(i)));
            }
        }
        String random = Initialization.RANDOM.label();
        if (!config.others().contains(random)) return;
        for (String start : config.starts()) {
            if (start.equals(random)) continue;
            answer(s, "When does " + (predicted(start) ? start : "the " + start + " start")
                    + " reach the random start's last loss?",
                    i -> reached(curves(start).get(i), curves(random).get(i)));
        }
    }

    /** On the question's line if there is room. */
    private void answer(StringBuilder s, String question, IntFunction<String> ofSeed) {
        String answer = single()
                ? ofSeed.apply(0)
                : IntStream.range(0, results.size())
                        .mapToObj(i -> "seed " + results.get(i).config().meta().seed() + " " + ofSeed.apply(i))
                        .collect(Collectors.joining(", "));
        s.append(question).append(question.length() + 1 + answer.length() <= WIDTH ? " " : "\n  ").append(answer)
                .append('\n');
    }

    private String crossing(Curve mine, Curve other) {
        int both = Math.min(mine.steps().size(), other.steps().size());
        for (int i = 0; i < both; i++)
            if (other.losses().get(i) < mine.losses().get(i))
                return i == 0 ? "ahead from the start" : "by step " + mine.steps().get(i);
        return mine.finished() ? "no" : mine.start() + " came to no number";
    }

    private String reached(Curve curve, Curve random) {
        if (!random.finished()) return "the random start came to no number";
        double loss = random.last();
        for (int i = 0; i < curve.steps().size(); i++)
            if (curve.losses().get(i) <= loss)
                return i == 0 ? "before its first step" : "by step " + curve.steps().get(i);
        return "not within " + config.trainSteps() + " steps";
    }

    private void texts(StringBuilder s) {
        if (config.sampler().dataKind() != DataKind.TOKENS) return;
        String random = Initialization.RANDOM.label();
        for (String start : new LinkedHashSet<>(List.of(config.starts().getFirst(),
                config.others().contains(random) ? random : config.starts().getLast()))) {
            Curve c = curves(start).getFirst();
            s.append(String.format(Locale.ROOT, "%n%s writes before its first step, and after its last:%n  %s%n  %s%n",
                    start,
                    line(c.before()), line(c.after())));
        }
    }

    private static String line(String text) {
        StringBuilder s = new StringBuilder();
        text.codePoints().forEach(
                c -> s.appendCodePoint(c == '\n' ? '/' : Character.isISOControl(c) || c == NO_CHARACTER ? '·' : c));
        return s.toString();
    }

    /**
     * {@return a plot of the validation losses over steps; thin lines are single seeds if there are several} The axis covers all
     * losses behind the first twentieth of the steps, and the lowest first one; the fall before would compress the rest. Losses
     * far above random starts' first ones are left out, too. Each curve's name has its first and its last loss.
     */
    public CurvePlot plot() {
        CurvePlot plot = new CurvePlot(
                String.format(Locale.ROOT, "An unseen %s from %d starts", config.unseen().titled(config.sampler()),
                        config.starts().size()),
                "training step", "validation loss, " + unit());
        double lowestFirst = Double.POSITIVE_INFINITY;
        double most = 0;
        for (String start : config.starts()) {
            List<Curve> curves = curves(start);
            int n = steps(curves).size();
            if (n == 0) continue;
            double[] x = values(steps(curves), Integer::doubleValue, n);
            double[] mean = new double[n];
            for (int i = 0; i < n; i++) mean[i] = mean(curves, i);
            lowestFirst = Math.min(lowestFirst, mean[0]);
            List<double[]> all = curves.stream().map(c -> values(c.losses(), Double::doubleValue, n)).toList();
            for (double[] single : all)
                for (int i = 0; i < n; i++) if (x[i] >= config.trainSteps() * FALL) most = Math.max(most, single[i]);
            plot.add(named(start, curves, x, mean), x, mean, curves.size() > 1 ? all : List.of());
        }
        double nothingKnown = config.others().stream().flatMap(s -> curves(s).stream())
                .filter(c -> !c.losses().isEmpty()).mapToDouble(c -> c.losses().getFirst()).max()
                .orElse(Double.POSITIVE_INFINITY);
        return plot.upTo(Math.min(1.2 * nothingKnown, Math.max(most, lowestFirst)));
    }

    /** With its first loss and its last, or the step behind which not all seeds have one. */
    private String named(String start, List<Curve> curves, double[] x, double[] mean) {
        String name = predicted(start) ? "predicted, " + start : start;
        int last = mean.length - 1;
        return curves.stream().allMatch(Curve::finished)
                ? String.format(Locale.ROOT, "%s, %.2f to %.2f", name, mean[0], mean[last])
                : String.format(Locale.ROOT, "%s, %.2f, no number after step %.0f", name, mean[0], x[last]);
    }

    private static <T> double[] values(List<T> list, ToDoubleFunction<T> value, int count) {
        return list.stream().limit(count).mapToDouble(value).toArray();
    }

    /**
     * Writes {@code curves.svg}, {@code curves.png}, {@code table.txt} and {@code curves.json}: {@link #FILES}.
     *
     * @param folder where to; it exists
     * @param command what made it, for {@code curves.json}; null where nobody typed one
     * @throws IOException if a file cannot be written
     */
    public void write(Path folder, @Nullable String command) throws IOException {
        List<Curve> all = results.stream().flatMap(r -> r.curves().stream()).toList();
        record Document(@Nullable String command, List<Curve> curves) {}
        TextFile.write(folder.resolve(SVG), plot().svg());
        TextFile.write(folder.resolve(PNG), plot().png());
        TextFile.write(folder.resolve(TABLE), text());
        TextFile.write(folder.resolve(CURVES),
                new GsonBuilder().create().toJson(new Document(command, all)) + "\n");
    }
}
