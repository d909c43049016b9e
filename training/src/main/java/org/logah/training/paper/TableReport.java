package org.logah.training.paper;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import org.logah.engine.io.TextFile;
import org.logah.training.experiment.StartReport;
import org.logah.training.paper.TablePlan.Column;
import org.logah.training.paper.TablePlan.Row;

import com.google.gson.GsonBuilder;

/** What an experiment showed: the table in Markdown with the paper's numbers beside ours, and one file that says all. */
public final class TableReport {
    private static final String NONE = "-";
    private final TablePlan plan;
    private final Map<Column, Map<Row, Cell>> cells;

    /**
     * A report.
     *
     * @param plan what was compared
     * @param cells what came out, by column and row
     */
    public TableReport(TablePlan plan, Map<Column, Map<Row, Cell>> cells) {
        this.plan = plan;
        this.cells = cells;
    }

    private Cell cell(Row row, Column column) {
        return Objects.requireNonNull(Objects.requireNonNull(cells.get(column), column.label()).get(row), row.label());
    }

    /** {@return the table in Markdown; the best of each column is bold} */
    public String markdown() {
        StringBuilder s = new StringBuilder();
        s.append("# ").append(plan.title()).append("\n\n");
        boolean trained = plan.measure() != Measure.DISTANCE;
        s.append(String.format(Locale.ROOT, "%s %s, %s; scale %s.%n%n", capital(plan.measure().text()),
                trained ? "of the validation data after the last step" : "of predicted matrices of one shape",
                trained ? seeds() + ", " + rates() : seeds(), plan.scale().label()));
        s.append("| start |");
        for (Column c : plan.columns()) s.append(' ').append(c.label()).append(" | the paper |");
        s.append("\n|---|").append("---:|---:|".repeat(plan.columns().size())).append('\n');
        for (Row row : plan.rows()) {
            s.append("| ").append(row.label()).append(" |");
            for (Column column : plan.columns()) {
                Cell cell = cell(row, column);
                boolean best = plan.rows().stream().map(r -> cell(r, column))
                        .noneMatch(other -> plan.measure().better(other.mean(), cell.mean()));
                s.append(' ').append(shown(cell, best)).append(" | ")
                        .append(cell.paper() == null ? NONE : number(cell.paper())).append(" |");
            }
            s.append('\n');
        }
        s.append("\nThe paper's columns: ");
        s.append(plan.columns().stream()
                .map(c -> c.paper().isEmpty() ? c.label() + " has none" : c.label() + " beside its " + c.paper())
                .collect(Collectors.joining("; ")));
        s.append(". Its rows: ").append(plan.rows().stream()
                .map(r -> r.paper().isEmpty() ? r.label() + " has none" : r.label() + " beside its " + r.paper())
                .collect(Collectors.joining("; "))).append(".\n");
        if (plan.scale() != Scale.PAPER)
            s.append(
                    "Its networks, data and trainings are far larger, so that only the order of the rows can be compared.\n");
        s.append("Its numbers: ").append(PaperNumbers.source()).append(".\n");
        return s.toString();
    }

    private String seeds() {
        int seeds = cell(plan.rows().getFirst(), plan.columns().getFirst()).seeds();
        return seeds == 1 ? "one seed" : seeds + " seeds, mean and spread";
    }

    private String rates() {
        return plan.rates().size() == 1
                ? "learning rate " + StartReport.rate(plan.rates().getFirst())
                : "each start at its best learning rate of " + plan.rates().stream().map(StartReport::rate)
                        .collect(Collectors.joining(", "));
    }

    private String shown(Cell cell, boolean best) {
        if (cell.values().isEmpty()) return NONE;
        String text = plan.measure().shown(cell.mean())
                + (cell.seeds() > 1 ? "±" + plan.measure().shown(cell.spread()) : "");
        if (cell.values().size() < cell.seeds())
            text += " (" + cell.values().size() + " of " + cell.seeds() + " seeds)";
        return best ? "**" + text + "**" : text;
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : Double.toString(value);
    }

    private static String capital(String text) { return Character.toUpperCase(text.charAt(0)) + text.substring(1); }

    /**
     * Writes {@code table.md} and {@code experiment.json}.
     *
     * @param folder where to; it exists
     * @param about what it takes to repeat it, by name: command, version, data
     * @throws IOException if a file cannot be written
     */
    public void write(Path folder, Map<String, Object> about) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>(about);
        all.put("plan", plan.json());
        Map<String, Map<String, Cell>> named = new LinkedHashMap<>();
        for (Column column : plan.columns()) {
            Map<String, Cell> rows = new LinkedHashMap<>();
            for (Row row : plan.rows()) rows.put(row.label(), cell(row, column));
            named.put(column.label(), rows);
        }
        all.put("cells", named);
        TextFile.write(folder.resolve("table.md"), markdown());
        TextFile.write(folder.resolve("experiment.json"),
                new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(all) + "\n");
    }
}
