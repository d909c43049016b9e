package org.logah.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.cli.terminal.Interruption;
import org.logah.cli.terminal.Progress;
import org.logah.engine.Device;
import org.logah.engine.io.FileClaim;
import org.logah.engine.io.OutputFolder;
import org.logah.models.DataKind;
import org.logah.training.data.DataSet;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;
import org.logah.training.experiment.ComparisonConfig;
import org.logah.training.experiment.StartComparison;
import org.logah.training.experiment.StartReport;
import org.logah.training.experiment.UnseenTarget;
import org.logah.training.measure.MemoryEstimate;
import org.logah.training.meta.MetaTrainingRecipe;
import org.logah.training.run.DiskNeed;
import org.logah.training.sweep.SweepValues;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main job at small scale, end to end. */
@Command(name = "demo", mixinStandardHelpOptions = true, description = {
        "Meta-trains a small hypernetwork, predicts a GPT it never saw, and trains that.", "",
        "The hypernetwork learns from random GPTs of 2 to 4 layers and widths 32 to 64. Then it predicts one of 6 layers and width 96, which "
                + "is trained from the prediction and from usual random starts, on the same batches. Ends with a table, a plot, and what the "
                + "networks write. Without --data a small grammar of ours makes the text. Run again with the same --out, it goes on where it "
                + "was stopped.",
        "",
        "With --set small-llamas it is about Llamas, with --set small-vits about vision transformers and, without --data, drawn shapes.",
        ""})
public final class DemoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;
    @Mixin
    private final DeviceOptions devices = new DeviceOptions();
    @Mixin
    private final ReplayOption replay = new ReplayOption();
    @Mixin
    private final MemoryOptions memory = new MemoryOptions();

    @Option(names = {"--data",
            "--text"}, paramLabel = "PATH", description = "Any UTF-8 text of some 100 KB or more, a folder of texts, or book, which is built in; images for --set small-vits. By default built-in data made by a program.")
    private @Nullable String where;

    @Mixin
    private final DataFormOptions form = new DataFormOptions();

    @Option(names = "--set", paramLabel = "NAME", completionCandidates = TrainGhnCommand.SetNames.class, description = "What the hypernetwork learns from: ${COMPLETION-CANDIDATES} (default small, GPTs). The unseen one is of the same family.")
    private @Nullable String set;

    @Option(names = "--out", paramLabel = "FOLDER", defaultValue = "out/demo", description = "Where the plot, the table and the hypernetwork go (default out/demo).")
    private Path out = Path.of("out/demo");

    @Option(names = "--seed", converter = OptionBounds.Seed.class, paramLabel = "N", split = ",", defaultValue = "1", description = "One or more seeds, e.g. 1,2,3: the experiment is done once for each (default 1).")
    private List<Long> seeds = new ArrayList<>();

    @Option(names = "--meta-steps", converter = OptionBounds.CountOrNone.class, paramLabel = "N", defaultValue = ""
            + ComparisonConfig.META_STEPS, description = "Steps of meta-training (default ${DEFAULT-VALUE}).")
    private int metaSteps;

    @Option(names = "--meta-batch", converter = OptionBounds.Count.class, paramLabel = "N", defaultValue = ""
            + ComparisonConfig.META_BATCH, description = "Architectures per step of meta-training (default ${DEFAULT-VALUE}).")
    private int metaBatch;

    @Option(names = "--meta-lr", converter = OptionBounds.Rate.class, paramLabel = "RATE", description = "Highest learning rate of meta-training (default 1e-2).")
    private @Nullable Double metaRate;

    @Option(names = "--batch", converter = OptionBounds.Count.class, paramLabel = "N", description = "Sequences or images per mini-batch, of both trainings (default 16).")
    private @Nullable Integer batch;

    @Option(names = "--train-steps", converter = OptionBounds.Count.class, paramLabel = "N", defaultValue = ""
            + ComparisonConfig.TRAIN_STEPS, description = "Steps from each start (default ${DEFAULT-VALUE}).")
    private int trainSteps;

    @Option(names = "--train-lr", converter = OptionBounds.Rate.class, paramLabel = "RATE", split = ",", description = "One or more learning rates, e.g. 3e-4,1e-3,3e-3 (default 1e-3). Of several the first seed tries all, and each start keeps its best.")
    private @Nullable List<Double> trainRates;

    @Option(names = "--variants", paramLabel = "NAME", split = ",", description = "Hypernetworks, e.g. cosine-mini,mini, or with another decoder, scaling or form of shapes, with or without siblings told apart, or with distances between nodes told apart to 3 alone, or all: mini+cosine, mini+mean-field, mini+relative, cosine-mini+no-siblings, mini+nearby, cosine-mini+all-distances (default cosine-mini); each predicts a start.")
    private @Nullable List<String> variants;

    @Option(names = "--starts", paramLabel = "NAME", split = ",", description = "Starts without a hypernetwork: random, orthogonal, xavier, kaiming, lecun (default random,orthogonal,lecun).")
    private @Nullable List<String> others;

    @Option(names = "--layers", converter = OptionBounds.Count.class, paramLabel = "N", description = "Layers of the unseen network (default 6).")
    private @Nullable Integer layers;

    @Option(names = "--width", converter = OptionBounds.Count.class, paramLabel = "N", description = "Width of the unseen network, a multiple of 4 (default 96).")
    private @Nullable Integer width;

    @Override
    public Integer call() throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        SweepValues.requireDistinct("seed", seeds);
        ComparisonConfig first = config(seeds.getFirst());
        OutputFile.requireFolder(out);
        try (OutputFolder _ = OutputFolder.open(out)) {
            return compare(first, print);
        }
    }

    private int compare(ComparisonConfig first, PrintWriter print) throws IOException {
        DataSplits data = form.open(first.sampler().dataKind(), where, null, spec.commandLine().getErr());
        long start = System.nanoTime();
        List<StartComparison.Result> results = new ArrayList<>();
        try (FileClaim _ = FileClaim.of(out); Device device = replay.open(devices)) {
            List<StartComparison> comparisons = seeds.stream().map(seed -> comparison(seed, data, device)).toList();
            for (MemoryEstimate need : comparisons.getFirst().memory()) memory.require("the demo", need, device);
            try (FileClaim _ = FileClaim
                    .of(comparisons.stream().flatMap(c -> c.hypernetworkFiles().stream()).toList())) {
                DiskNeed disk = new DiskNeed();
                for (StartComparison comparison : comparisons) comparison.addTo(disk);
                disk.require();
                for (StartComparison comparison : comparisons) comparison.requireFolder();
                print.printf(Locale.ROOT, "Data: %s. Kernels: %s.%n",
                        where == null ? builtIn(first.sampler().dataKind()) : where, device.kernels().name());
                if (!compare(comparisons, results)) return 1; // and Ctrl-C's own code, once the program has ended
            }
            devices.report(device, spec);
        }
        StartReport report = new StartReport(results, data.tokenizer());
        print.println();
        print.println(report.text());
        report.write(out, TypedCommand.of(spec));
        print.printf(Locale.ROOT, "%s are in %s. This run took %s.%n",
                metaSteps == 0 ? "Plot and table" : "Plot, table and hypernetwork", out,
                Progress.time((System.nanoTime() - start) / 1e9));
        return 0;
    }

    private static String builtIn(DataKind kind) {
        DataSet set = DataSets.builtIn(kind);
        return set.kind() + ", " + set.source();
    }

    /** Whether it was not asked to stop before it had all. */
    private boolean compare(List<StartComparison> comparisons, List<StartComparison.Result> results)
            throws IOException {
        for (StartComparison comparison : comparisons) {
            try (Interruption _ = new Interruption(spec.commandLine().getErr(), comparison::stop)) {
                StartComparison.Result result = comparison.run(results.isEmpty() ? null : results.getFirst());
                if (result == null) return false;
                results.add(result);
            }
        }
        return true;
    }

    private StartComparison comparison(long seed, DataSplits data, Device device) {
        return new StartComparison(config(seed), data, device, progress(seed), out);
    }

    private ComparisonConfig config(long seed) {
        ComparisonConfig c = ComparisonConfig.standard(seed);
        MetaTrainingRecipe meta = c.meta().withSteps(metaSteps).withMetaBatch(metaBatch);
        if (metaRate != null) meta = meta.withRate(metaRate);
        return new ComparisonConfig(batch == null ? meta : meta.withBatch(batch),
                set == null ? c.set() : set, variants == null ? c.variants() : variants,
                others == null ? c.others() : others,
                unseen(), trainSteps, trainRates == null ? c.rates() : trainRates);
    }

    private UnseenTarget unseen() {
        UnseenTarget.Sized usual = ComparisonConfig.UNSEEN;
        return new UnseenTarget.Sized(layers == null ? usual.layers() : layers, width == null ? usual.width() : width);
    }

    private StartComparison.Listener progress(long seed) {
        return new ComparisonProgress(spec.commandLine().getErr(), seeds.size() == 1 ? "" : "seed " + seed + ", ",
                config(seed).sampler().dataKind().unit());
    }
}
