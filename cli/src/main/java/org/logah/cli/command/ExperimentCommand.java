package org.logah.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;

import org.jspecify.annotations.Nullable;
import org.logah.cli.terminal.Interruption;
import org.logah.cli.terminal.Progress;
import org.logah.cli.terminal.TokenizationProgress;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileClaim;
import org.logah.engine.io.OutputFolder;
import org.logah.models.DataKind;
import org.logah.models.ModelCatalog;
import org.logah.models.text.Tokenizers;
import org.logah.training.data.DataRequest;
import org.logah.training.data.DataSet;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;
import org.logah.training.experiment.StartComparison;
import org.logah.training.measure.MemoryEstimate;
import org.logah.training.paper.Cell;
import org.logah.training.paper.HyperNetworkSizes;
import org.logah.training.paper.Measure;
import org.logah.training.paper.PaperExperiment;
import org.logah.training.paper.Scale;
import org.logah.training.paper.TableExperiment;
import org.logah.training.paper.TablePlan;
import org.logah.training.paper.TablePlan.Column;
import org.logah.training.paper.TablePlan.Row;
import org.logah.training.paper.TableReport;
import org.logah.training.run.DiskNeed;
import org.logah.training.sweep.SweepValues;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The paper's tables and figures. */
@Command(name = "experiment", mixinStandardHelpOptions = true, description = {
        "Repeats a table or figure of the paper, in its rows and columns.", "",
        "At the scale tiny it takes less than 20 minutes on two cores, at small less than four hours, both on built-in data; paper is the "
                + "published setting, and needs data and GPUs. Writes a table in Markdown with the paper's numbers beside ours, curves, and one "
                + "file that says all. Run again with the same --out, it goes on where it was stopped.",
        ""})
public final class ExperimentCommand implements Callable<Integer> {
    private CommandSpec spec = CommandSpec.create();
    @Mixin
    private final DeviceOptions devices = new DeviceOptions();
    @Mixin
    private final ReplayOption replay = new ReplayOption();
    @Mixin
    private final MemoryOptions memory = new MemoryOptions();

    @Parameters(index = "0", paramLabel = "NAME", completionCandidates = Names.class, description = "${COMPLETION-CANDIDATES}.")
    private String name = "";

    @Option(names = "--scale", paramLabel = "SCALE", defaultValue = "tiny", description = "tiny (default), small or paper.")
    private String scale = "tiny";

    @Option(names = "--data", paramLabel = "NAME=PATH", description = "Where one of the experiment's data sets is, e.g. cifar-10=data/cifar-10-batches-bin; may be given several times. What is built in needs none.")
    private List<String> given = new ArrayList<>();

    @Option(names = "--image-side", converter = OptionBounds.Count.class, paramLabel = "N", description = "Side in pixels that images of a folder given with --data are brought to.")
    private @Nullable Integer imageSide;

    @Option(names = "--out", paramLabel = "FOLDER", description = "Where everything goes (default out/NAME-SCALE).")
    private @Nullable Path out;

    @Option(names = "--seed", converter = OptionBounds.Seed.class, paramLabel = "N", split = ",", description = "One or more seeds, e.g. 1,2,3 (default 1 at tiny, 1,2,3 at small).")
    private @Nullable List<Long> seeds;

    /** The name of every experiment. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(PaperExperiment.values()).map(PaperExperiment::label).iterator();
        }
    }

    @Spec
    void command(CommandSpec command) {
        spec = command;
        HelpExamples.add(command, "logah experiment table3", "logah experiment figure1");
        HelpTable.add(command, "Experiments", ExperimentCommand::rows);
    }

    private static Map<String, String> rows() {
        Map<String, String> rows = new LinkedHashMap<>();
        for (PaperExperiment e : PaperExperiment.values()) rows.put(e.label(), e.summary());
        return rows;
    }

    @Override
    public Integer call() throws IOException {
        PaperExperiment experiment = PaperExperiment.parse(name);
        Scale chosen = Scale.parse(scale);
        Path folder = out == null ? Path.of("out", experiment.label() + "-" + chosen.label()) : out;
        OutputFile.requireFolder(folder);
        Map<String, String> paths = paths();
        if (experiment == PaperExperiment.FIGURE1) {
            String idle = !paths.isEmpty()
                    ? "--data"
                    : seeds != null ? "--seed" : imageSide != null ? "--image-side" : null;
            if (idle != null)
                throw new TensorException("figure1 counts parameters and reads no data; leave out " + idle);
            return figure1(folder);
        }
        TablePlan plan = experiment.plan(chosen);
        List<Long> runs = seeds == null ? LongStream.rangeClosed(1, plan.seeds()).boxed().toList() : seeds;
        SweepValues.requireDistinct("seed", runs);
        Map<String, DataSplits> data = data(plan, paths);
        long start = System.nanoTime();
        Map<Column, Map<Row, Cell>> cells;
        try (OutputFolder _ = OutputFolder.open(folder);
                FileClaim _ = FileClaim.of(folder);
                Device device = replay.open(devices)) {
            TableExperiment table = new TableExperiment(plan, data, device, (column, seed, number, count) -> progress(
                    (count == 1 ? "" : number + "/" + count + " ") + column.label()
                            + (runs.size() == 1 ? "" : ", seed " + seed),
                    plan), folder);
            for (MemoryEstimate need : table.memory()) memory.require("the experiment", need, device);
            try (FileClaim _ = FileClaim.of(table.hypernetworkFiles(runs));
                    Interruption _ = new Interruption(spec.commandLine().getErr(), table::stop)) {
                DiskNeed disk = new DiskNeed();
                table.addTo(disk, runs);
                disk.require();
                if (plan.measure() == Measure.DISTANCE) {
                    cells = table.diversity(runs);
                } else {
                    Map<Column, List<StartComparison.Result>> results = table.run(runs);
                    if (results != null) table.writeCurves(results);
                    cells = results == null ? null : TableExperiment.cells(plan, results);
                }
            }
            if (cells == null) return 1; // and Ctrl-C's own code, once the program has ended
            devices.report(device, spec);
        }
        TableReport report = new TableReport(plan, cells);
        report.write(folder, about(runs, data));
        print(report.markdown(), folder, Progress.time((System.nanoTime() - start) / 1e9));
        return 0;
    }

    private void print(String table, Path folder, String time) {
        PrintWriter print = spec.commandLine().getOut();
        print.println(table);
        print.printf(Locale.ROOT, "Table, curves and all that it takes to repeat it are in %s. This run took %s.%n",
                folder, time);
    }

    private Integer figure1(Path folder) throws IOException {
        long start = System.nanoTime();
        HyperNetworkSizes.write(folder, TypedCommand.of(spec));
        print(HyperNetworkSizes.markdown(), folder, Progress.time((System.nanoTime() - start) / 1e9));
        return 0;
    }

    /** Where the user says that data sets are, by their names in the experiment. */
    private Map<String, String> paths() {
        Map<String, String> paths = new LinkedHashMap<>();
        for (String one : given) {
            int at = one.indexOf('=');
            if (at < 1) throw new TensorException("--data " + one + ": write NAME=PATH, as cifar-10=PATH");
            String set = one.substring(0, at);
            if (paths.put(set, one.substring(at + 1)) != null)
                throw new TensorException("--data: '" + set + "' is given twice");
        }
        return paths;
    }

    private DataSplits open(DataKind kind, @Nullable String tokenizer, String where) throws IOException {
        try (TokenizationProgress progress = new TokenizationProgress(spec.commandLine().getErr())) {
            return DataSets.open(kind, where,
                    new DataRequest(imageSide, tokenizer == null ? null : Tokenizers.named(tokenizer), progress));
        }
    }

    /** Those that the plan names: from where the user says, or built in. */
    private Map<String, DataSplits> data(TablePlan plan, Map<String, String> paths) throws IOException {
        List<String> needed = TableExperiment.dataNames(plan);
        for (String given : paths.keySet()) {
            if (!needed.contains(given))
                throw new TensorException("--data " + given + ": " + plan.name() + " at this scale has the data sets "
                        + String.join(", ", needed));
        }
        DataKind kind = ModelCatalog.sampler(plan.set()).dataKind();
        List<String> builtIn = DataSets.all().stream().filter(DataSet::builtIn).map(DataSet::kind).toList();
        Map<String, DataSplits> data = new LinkedHashMap<>();
        for (String set : needed) {
            String path = paths.get(set);
            if (path == null && !builtIn.contains(set))
                throw new TensorException(plan.name() + " at the scale " + plan.scale().label() + " needs " + set
                        + "; say where it is: --data " + set + "=PATH");
            data.put(set, open(kind, plan.tokenizer(), path == null ? set : path));
        }
        return data;
    }

    private Map<String, Object> about(List<Long> runs, Map<String, DataSplits> data) {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("command", TypedCommand.of(spec));
        about.put("seeds", runs);
        Map<String, String> digests = new LinkedHashMap<>();
        data.forEach((set, splits) -> digests.put(set, splits.digest()));
        about.put("data", digests);
        return about;
    }

    private StartComparison.Listener progress(String which, TablePlan plan) {
        return new ComparisonProgress(spec.commandLine().getErr(), which + ", ",
                ModelCatalog.sampler(plan.set()).dataKind().unit());
    }
}
