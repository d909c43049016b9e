package org.logah.training.paper;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.training.data.DataSplits;
import org.logah.training.data.image.ShapeImages;
import org.logah.training.data.image.ShapePairs;
import org.logah.training.data.text.GrammarDataSet;
import org.logah.training.experiment.ComparisonConfig;
import org.logah.training.experiment.Curve;
import org.logah.training.experiment.Curve.Score;
import org.logah.training.experiment.FolderPurpose;
import org.logah.training.experiment.StartComparison;
import org.logah.training.experiment.UnseenTarget;
import org.logah.training.meta.MetaTrainingRecipe;
import org.logah.training.paper.TablePlan.Column;
import org.logah.training.paper.TablePlan.Row;
import org.logah.training.run.TrainingListener;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

class TableExperimentTest {
    private static final List<Row> ROWS = List.of(new Row("RandInit", "random", false, "RandInit"),
            new Row("ours", "cosine-mini", true, ""));
    private static final TableExperiment.Listener NOBODY = (_, _, _, _) -> new StartComparison.Listener() {
    };
    @TempDir
    private Path folder;
    private final CpuDevice device = new CpuDevice(2, KernelChoice.AUTO);

    @AfterEach
    void close() { device.close(); }

    private static TablePlan texts(Measure measure) {
        List<Column> columns = List.of(
                new Column("small", "text", "text", new UnseenTarget.Sized(2, 16), 3, "WikiText-2, GPT-2-S"),
                new Column("wide", "text", "text", new UnseenTarget.Sized(2, 24), 3, ""));
        return new TablePlan(measure == Measure.DISTANCE ? "table5" : "table3", "GPTs", Scale.TINY, measure, ROWS,
                columns, "small", "bytes", new MetaTrainingRecipe(2, 2, 2, 16, 1e-2, 0, 1), List.of(1e-3, 1e-2), 2);
    }

    private TableExperiment experiment(TablePlan plan, TableExperiment.Listener listener) {
        Map<String, DataSplits> data = Map.of("text", GrammarDataSet.text(), "shapes", new ShapeImages(), "pairs",
                new ShapePairs());
        return new TableExperiment(plan, data, device, listener, folder);
    }

    /** Of the last column's last seed, too. */
    @Test
    void aBrokenCurveIsFoundBeforeAnyWork() throws IOException {
        TablePlan plan = texts(Measure.PERPLEXITY);
        assertNotNull(experiment(plan, NOBODY).run(List.of(1L, 2L)));
        Path hypernetwork = folder.resolve("hypernetworks-text/ghn-cosine-mini-1.safetensors");
        Files.delete(hypernetwork);
        try (Stream<Path> curves = Files.list(folder.resolve("wide/runs"))) {
            Files.writeString(curves.filter(f -> f.toString().endsWith("-2.json")).findFirst().orElseThrow(), "{");
        }
        String message = assertThrows(FileFormatException.class, () -> experiment(plan, NOBODY).run(List.of(1L, 2L)))
                .getMessage();
        assertTrue(message.endsWith("; delete it, and it is made anew"), message);
        assertFalse(Files.exists(hypernetwork), "meta-trained before the curves were read");
    }

    @Test
    void aTableGoesOnWhereItWasStoppedAndSaysTheSame() throws IOException {
        TablePlan plan = texts(Measure.PERPLEXITY);
        TableExperiment[] running = new TableExperiment[1];
        running[0] = experiment(plan, (_, _, number, _) -> new StartComparison.Listener() {
            @Override
            public TrainingListener training(StartComparison.Stage stage, String start, double rate) {
                return new TrainingListener() {
                    @Override
                    public void stepped(StepReport report) { if (number == 3 && report.done() == 2) running[0].stop(); }
                };
            }
        });
        assertNull(running[0].run(List.of(1L, 2L)));
        Map<Column, List<StartComparison.Result>> gone = experiment(plan, NOBODY).run(List.of(1L, 2L));
        assertNotNull(gone);
        TableReport report = new TableReport(plan, TableExperiment.cells(plan, gone));
        try (CpuDevice other = new CpuDevice(1, KernelChoice.AUTO)) {
            TableExperiment whole = new TableExperiment(plan, Map.of("text", GrammarDataSet.text()), other, NOBODY,
                    folder.resolve("whole"));
            assertEquals(new TableReport(plan, TableExperiment.cells(plan, whole.run(List.of(1L, 2L)))).markdown(),
                    report.markdown());
        }
        String table = report.markdown();
        for (String expected : List.of("| start | small | the paper | wide | the paper |", "| RandInit | ", "±",
                " | 250 |", "2 seeds, mean and spread", "best learning rate of 1e-3, 1e-2", "**"))
            assertTrue(table.contains(expected), expected + " in\n" + table);
        report.write(folder, Map.of("command", "a command"));
        assertTrue(Files.readString(folder.resolve("experiment.json")).contains("\"command\": \"a command\""));
        assertTrue(Files.exists(folder.resolve("hypernetworks-text/ghn-cosine-mini-2.safetensors")));
        experiment(plan, NOBODY).writeCurves(gone);
        assertTrue(Files.exists(folder.resolve("wide/curves.svg")));
    }

    /** Begins in a folder whose plan is of an earlier version, and had no key for something; it is asked to stop before it does anything. */
    private void begins(TablePlan plan, String part, String unknown) throws IOException {
        JsonObject held = plan.json();
        for (JsonElement config : held.getAsJsonObject("hypernetworks").asMap().values())
            assertNotNull(config.getAsJsonObject().getAsJsonObject(part).remove(unknown));
        Files.writeString(folder.resolve(FolderPurpose.PLAN), held.toString());
        TableExperiment experiment = experiment(plan, NOBODY);
        experiment.stop();
        assertNull(experiment.run(List.of(1L)));
    }

    private static TablePlan withOurs(TablePlan plan, String variant) {
        return new TablePlan(plan.name(), plan.title(), plan.scale(), plan.measure(),
                List.of(new Row("ours", variant, true, "")), plan.columns(), plan.set(), plan.tokenizer(), plan.meta(),
                plan.rates(), plan.seeds());
    }

    /** All told all distances apart when plans had no word for it. */
    @Test
    void aFolderOfAnEarlierVersionIsGoneOnWithWhereItMeansTheSame() throws IOException {
        TablePlan ours = texts(Measure.PERPLEXITY);
        TablePlan plan = withOurs(ours, "cosine-mini+all-distances");
        begins(plan, "encoder", "farthest");
        String found = assertThrows(FileFormatException.class, () -> begins(plan, "features", "siblings")).getMessage();
        assertTrue(
                found.contains(
                        "its hypernetworks.cosine-mini+all-distances.features.siblings is false, this one's true"),
                found);
        assertTrue(ours.json().toString().contains("\"farthest\":3"));
        found = assertThrows(FileFormatException.class, () -> begins(ours, "encoder", "farthest")).getMessage();
        assertTrue(found.contains("encoder.farthest is 254, this one's 3"), found);
    }

    /**
     * Its value is e to the loss at the end, of each seed, at the rate that was best for the first; trainings that did not reach their
     * end count as a seed, and have no value.
     */
    @Test
    void aCellIsWhatTheCurvesSay() {
        TablePlan plan = texts(Measure.PERPLEXITY);
        Column column = plan.columns().getFirst();
        Map<Column, Map<Row, Cell>> cells = TableExperiment.cells(plan, Map.of(column, List.of(
                result(curve("cosine-mini", 1e-3, 1, 2), curve("cosine-mini", 1e-2, 3, 4),
                        curve("random", 1e-3, 2.2, 9),
                        curve("random", 1e-2, 2.1, 8), diverged("random", 1e-1)),
                result(curve("cosine-mini", 1e-3, 9, 6), curve("random", 1e-3, 0.1, 1), curve("random", 1e-2, 2.5, 11)),
                result(diverged("cosine-mini", 1e-3), diverged("random", 1e-2)))));
        assertCell(1e-2, List.of(8.0, 11.0), 250.0, cells.get(column).get(ROWS.get(0)));
        assertCell(1e-3, List.of(2.0, 6.0), null, cells.get(column).get(ROWS.get(1)));
    }

    private static void assertCell(double rate, List<Double> values, @Nullable Double paper, Cell cell) {
        assertEquals(rate, cell.rate());
        assertArrayEquals(values.stream().mapToDouble(v -> v).toArray(),
                cell.values().stream().mapToDouble(v -> v).toArray(), 1e-9);
        assertEquals(3, cell.seeds());
        assertEquals(paper, cell.paper());
    }

    private static StartComparison.Result result(Curve... curves) {
        return new StartComparison.Result(ComparisonConfig.standard(1), List.of(curves), 0);
    }

    /** One that reached its end, with the last loss of its curve, and the perplexity that was measured behind it. */
    private static Curve curve(String start, double rate, double last, double perplexity) {
        return new Curve(1, start, rate, List.of(0, 2), List.of(5.0, last), true, "", "",
                List.of(new Score(Score.LOSS, Math.log(perplexity))), "");
    }

    private static Curve diverged(String start, double rate) {
        return new Curve(1, start, rate, List.of(0, 2), List.of(5.0, 0.5), false, "", "", List.of(), "");
    }

    @Test
    void diversityTrainsNoTarget() throws IOException {
        TablePlan plan = texts(Measure.DISTANCE);
        Map<Column, Map<Row, Cell>> cells = experiment(plan, NOBODY).diversity(List.of(1L));
        String table = new TableReport(plan, cells).markdown();
        assertTrue(table.contains("of predicted matrices of one shape, one seed; scale tiny"), table);
        Column column = plan.columns().getFirst();
        double random = cells.get(column).get(ROWS.get(0)).mean();
        double predicted = cells.get(column).get(ROWS.get(1)).mean();
        assertTrue(random > 0.1 && random < 1 && predicted >= 0 && predicted <= 1, table);
        assertTrue(Files.notExists(folder.resolve("small/curves.svg")));
    }

    /** Meta-trained on ten classes, trained on a hundred; what is right is counted. */
    @Test
    void classifiersAreMeasuredByTheirAccuracy() throws IOException {
        TablePlan plan = new TablePlan("table4", "Transfer", Scale.TINY, Measure.ACCURACY, ROWS,
                List.of(new Column("transfer", "shapes", "pairs", new UnseenTarget.Sized(2, 16), 2, "")), "small-vits",
                null, new MetaTrainingRecipe(2, 2, 4, 16, 1e-2, 0, 1), List.of(1e-3), 1);
        Map<Column, List<StartComparison.Result>> results = experiment(plan, NOBODY).run(List.of(1L));
        Column column = plan.columns().getFirst();
        Cell cell = TableExperiment.cells(plan, results).get(column).get(ROWS.getLast());
        double part = results.get(column).getFirst().curves().getFirst().score(Score.ACCURACY);
        assertEquals(List.of(100 * part), cell.values());
        double images = 4 * StartComparison.END_BATCHES;
        assertEquals(Math.rint(part * images), part * images, 1e-9);
        assertTrue(new TableReport(plan, TableExperiment.cells(plan, results)).markdown().contains("accuracy in %"));
    }

    @Test
    void aFolderOfAnotherExperimentIsRefused() throws IOException {
        experiment(texts(Measure.DISTANCE), NOBODY).diversity(List.of(1L));
        FileFormatException e = assertThrows(FileFormatException.class,
                () -> experiment(texts(Measure.PERPLEXITY), NOBODY).run(List.of(1L)));
        assertTrue(e.getMessage().contains("is of another experiment: its ") && e.getMessage().contains("name"),
                e.getMessage());
    }

    @Test
    void aMissingDataSetIsNamed() {
        TablePlan plan = texts(Measure.PERPLEXITY);
        assertTrue(assertThrows(TensorException.class,
                () -> new TableExperiment(plan, Map.of(), device, NOBODY, folder)).getMessage()
                .contains("table3 needs the data set 'text'"));
    }
}
