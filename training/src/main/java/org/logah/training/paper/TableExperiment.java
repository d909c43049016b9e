package org.logah.training.paper;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.io.OutputFolder;
import org.logah.training.data.DataSplits;
import org.logah.training.experiment.ComparisonConfig;
import org.logah.training.experiment.Curve;
import org.logah.training.experiment.FolderPurpose;
import org.logah.training.experiment.StartComparison;
import org.logah.training.experiment.StartComparison.Result;
import org.logah.training.experiment.StartReport;
import org.logah.training.measure.MemoryEstimate;
import org.logah.training.paper.TablePlan.Column;
import org.logah.training.paper.TablePlan.Row;
import org.logah.training.run.DiskNeed;

/**
 * A table of the paper: for each column a {@link StartComparison}, whose hypernetworks are meta-trained once for each data set and
 * seed. What is finished stays in its folder, so it goes on where it was stopped, to the same numbers.
 */
public final class TableExperiment {
    private final TablePlan plan;
    private final Map<String, DataSplits> data;
    private final Device device;
    private final Listener listener;
    private final Path folder;
    private volatile boolean stopRequested;
    private volatile @Nullable StartComparison running;

    /** Says who listens to each of the table's comparisons. */
    @FunctionalInterface
    public interface Listener {
        /**
         * {@return who listens to the comparison of one column and seed}
         *
         * @param column the column
         * @param seed the seed
         * @param number from 1; comparisons that the folder has already count, too
         * @param count how many there are
         */
        StartComparison.Listener comparison(Column column, long seed, int number, int count);
    }

    /**
     * An experiment.
     *
     * @param plan what is compared
     * @param data the data sets that it names
     * @param device where everything is computed
     * @param listener says who listens
     * @param folder where finished runs are kept and taken from
     * @throws TensorException if a data set is missing, or a target cannot read its data
     */
    public TableExperiment(TablePlan plan, Map<String, DataSplits> data, Device device, Listener listener,
            Path folder) {
        this.plan = plan;
        this.data = data;
        this.device = device;
        this.listener = listener;
        this.folder = folder;
        for (Column column : plan.columns()) comparison(column, plan.meta().seed(), 1, 1); // refused before anything is trained
    }

    /**
     * {@return the names of the data sets that a plan needs}
     *
     * @param plan what is compared
     */
    public static List<String> dataNames(TablePlan plan) {
        return plan.columns().stream().flatMap(c -> List.of(c.metaData(), c.data()).stream()).distinct().toList();
    }

    /** {@return how much memory each of the trainings will take, one after the other} */
    public List<MemoryEstimate> memory() {
        List<MemoryEstimate> all = new ArrayList<>();
        for (Column column : plan.columns())
            all.addAll(comparison(column, plan.meta().seed(), 1, 1).memory());
        return all;
    }

    /**
     * Adds the hypernetworks that it will save.
     *
     * @param seeds of the runs
     * @param disk what is saved
     * @throws IOException if a folder cannot be listed, or a disk cannot be asked
     */
    public void addTo(DiskNeed disk, List<Long> seeds) throws IOException {
        for (StartComparison comparison : comparisons(seeds)) comparison.addTo(disk);
    }

    /**
     * {@return the files that its meta-trainings write, as {@link StartComparison#hypernetworkFiles} has them}
     *
     * @param seeds of the runs
     */
    public List<Path> hypernetworkFiles(List<Long> seeds) {
        return comparisons(seeds).stream().flatMap(c -> c.hypernetworkFiles().stream()).distinct().toList();
    }

    /** What a folder has that cannot be gone on from is found before any work. */
    private void requireOwn(List<Long> seeds) throws IOException {
        OutputFolder.create(folder);
        FolderPurpose.require(folder, FolderPurpose.PLAN, plan.json(), TablePlan::complete);
        for (StartComparison comparison : comparisons(seeds)) comparison.requireFolder();
    }

    /**
     * Does all of it that the folder does not have yet.
     *
     * @param seeds of the runs; the first tries all learning rates
     * @return what came out, by column, a result for each seed; null where it was asked to stop before it had all
     * @throws IOException if the folder cannot be read or written
     */
    public @Nullable Map<Column, List<Result>> run(List<Long> seeds) throws IOException {
        return each(seeds, (comparison, before) -> comparison.run(before.isEmpty() ? null : before.getFirst()));
    }

    /** What is done with one of the table's comparisons. */
    @FunctionalInterface
    private interface Work<R> {
        /**
         * @param before of the same column with the seeds before
         * @return null where it was asked to stop before it was done
         */
        @Nullable
        R of(StartComparison comparison, List<R> before) throws IOException;
    }

    /** Does something with each comparison that the folder is for; null where it was asked to stop before all were done. */
    private <R> @Nullable Map<Column, List<R>> each(List<Long> seeds, Work<R> work) throws IOException {
        requireOwn(seeds);
        Map<Column, List<R>> all = new LinkedHashMap<>();
        int count = seeds.size() * plan.columns().size();
        int number = 0;
        for (Column column : plan.columns()) {
            List<R> done = new ArrayList<>();
            for (long seed : seeds) {
                StartComparison comparison = comparison(column, seed, ++number, count);
                running = comparison;
                if (stopRequested) return null;
                R result = work.of(comparison, done);
                if (result == null) return null;
                done.add(result);
            }
            all.put(column, done);
        }
        return all;
    }

    /**
     * Does the meta-trainings that the folder does not have yet, and measures how much the matrices of each prediction differ.
     *
     * @param seeds of the runs
     * @return the table's cells; null where it was asked to stop before it had all
     * @throws IOException if the folder cannot be read or written
     */
    public @Nullable Map<Column, Map<Row, Cell>> diversity(List<Long> seeds) throws IOException {
        Map<Column, List<Map<Row, Double>>> found = each(seeds, (comparison, _) -> diversity(comparison));
        if (found == null) return null;
        Map<Column, Map<Row, Cell>> all = new LinkedHashMap<>();
        found.forEach((column, ofSeeds) -> {
            Map<Row, Cell> cells = new LinkedHashMap<>();
            for (Row row : plan.rows()) {
                List<Double> values = ofSeeds.stream().map(m -> Objects.requireNonNull(m.get(row))).toList();
                cells.put(row, new Cell(null, values, seeds.size(),
                        PaperNumbers.of(plan.name(), row.paper(), column.paper())));
            }
            all.put(column, cells);
        });
        return all;
    }

    private @Nullable Map<Row, Double> diversity(StartComparison comparison) throws IOException {
        Map<String, Parameters> starts = comparison.parameters();
        if (starts == null) return null;
        Map<Row, Double> found = new LinkedHashMap<>();
        for (Row row : plan.rows())
            found.put(row, Diversity.of(comparison.target(), Objects.requireNonNull(starts.get(row.start()))));
        return found;
    }

    /**
     * {@return the table's cells}
     *
     * @param plan what was compared
     * @param results what {@link #run} returned
     */
    public static Map<Column, Map<Row, Cell>> cells(TablePlan plan, Map<Column, List<Result>> results) {
        Map<Column, Map<Row, Cell>> all = new LinkedHashMap<>();
        results.forEach((column, seeds) -> {
            Map<Row, Cell> cells = new LinkedHashMap<>();
            for (Row row : plan.rows()) cells.put(row, cell(plan, row, column, seeds));
            all.put(column, cells);
        });
        return all;
    }

    private static Cell cell(TablePlan plan, Row row, Column column, List<Result> seeds) {
        double rate = Curve.best(seeds.getFirst().curves(), row.start()).rate();
        List<Double> values = new ArrayList<>();
        for (Result r : seeds) {
            for (Curve c : r.curves()) {
                if (c.start().equals(row.start()) && c.rate() == rate && c.finished())
                    values.add(plan.measure().of(c));
            }
        }
        return new Cell(rate, values, seeds.size(), PaperNumbers.of(plan.name(), row.paper(), column.paper()));
    }

    /**
     * Writes each column's curves into its folder.
     *
     * @param results what {@link #run} returned
     * @throws IOException if a file cannot be written
     */
    public void writeCurves(Map<Column, List<Result>> results) throws IOException {
        for (Map.Entry<Column, List<Result>> e : results.entrySet())
            new StartReport(e.getValue(), data(e.getKey().data()).tokenizer()).write(folderOf(e.getKey()), null);
    }

    /** Asks the experiment to end as {@link StartComparison#stop} does. Any thread may ask. */
    public void stop() {
        stopRequested = true;
        StartComparison comparison = running;
        if (comparison != null) comparison.stop();
    }

    private Path folderOf(Column column) {
        return folder.resolve(column.label().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]+", "-"));
    }

    private StartComparison comparison(Column column, long seed, int number, int count) {
        ComparisonConfig config = new ComparisonConfig(plan.meta().withSeed(seed), plan.set(), plan.variants(),
                plan.others(),
                column.target(), column.steps(), plan.rates());
        StartComparison.Data sets = new StartComparison.Data(data(column.metaData()), data(column.data()));
        return new StartComparison(config, sets, device, listener.comparison(column, seed, number, count),
                new StartComparison.Folders(folderOf(column),
                        folder.resolve("hypernetworks-" + column.metaData())));
    }

    /** All of them, to be asked before any runs. */
    private List<StartComparison> comparisons(List<Long> seeds) {
        return plan.columns().stream().flatMap(column -> seeds.stream().map(seed -> comparison(column, seed, 1, 1)))
                .toList();
    }

    private DataSplits data(String name) {
        DataSplits found = data.get(name);
        if (found == null) throw new TensorException(plan.name() + " needs the data set '" + name + "'");
        return found;
    }
}
