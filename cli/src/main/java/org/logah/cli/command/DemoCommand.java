package org.logah.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.cli.Progress;
import org.logah.engine.Device;
import org.logah.engine.MetaDevice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.training.data.ByteText;
import org.logah.training.data.GrammarDataSet;
import org.logah.training.experiment.StartComparison;
import org.logah.training.experiment.StartReport;
import org.logah.training.measure.MemoryEstimate;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main job at small scale, end to end. */
@Command(name = "demo", mixinStandardHelpOptions = true, description = {
        "Meta-trains a small LoGAH, predicts a GPT it never saw, and trains that.", "",
        "The hypernetwork learns from random GPTs of 2 to 4 layers and widths 32 to 64. Then it predicts one of 6 layers and width 96, which",
        "is trained from the prediction, from its usual random start and from an orthogonal one, on the same batches. Ends with a table",
        "and a plot. Without --text a small grammar of ours makes the text.", ""})
public final class DemoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;
    @Mixin
    private final DeviceOptions devices = new DeviceOptions();
    @Mixin
    private final MemoryOptions memory = new MemoryOptions();

    @Option(names = "--text", paramLabel = "FILE", description = "Any UTF-8 text of some 100 KB or more.")
    private @Nullable Path text;

    @Option(names = "--out", paramLabel = "FOLDER", defaultValue = "out/demo", description = "Where the plot, the table and the hypernetwork go (default out/demo).")
    private Path out = Path.of("out/demo");

    @Option(names = "--seed", paramLabel = "N", split = ",", defaultValue = "1", description = "One or more seeds, e.g. 1,2,3: the experiment is done once for each (default 1).")
    private List<Long> seeds = new ArrayList<>();

    @Option(names = "--meta-steps", paramLabel = "N", description = "Steps of meta-training.")
    private @Nullable Integer metaSteps;

    @Option(names = "--train-steps", paramLabel = "N", description = "Steps from each start.")
    private @Nullable Integer trainSteps;

    @Option(names = "--train-lr", paramLabel = "RATE", description = "Learning rate from each start (default 3e-4).")
    private @Nullable Double trainRate;

    @Override
    public Integer call() throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        ByteText data = text == null ? GrammarDataSet.text() : ByteText.read(text);
        try {
            Files.createDirectories(out);
        } catch (IOException e) {
            throw new FileFormatException(out, "the folder cannot be made (" + e.getClass().getSimpleName() + ")", e);
        }
        long start = System.nanoTime();
        List<StartComparison.Result> results = new ArrayList<>();
        try (Device device = devices.open()) {
            MetaDevice meta = new MetaDevice();
            StartComparison.Config first = config(seeds.getFirst());
            memory.require("the demo", MemoryEstimate.ofMetaTraining(new HyperNetwork(StartComparison.hypernetwork()),
                    StartComparison.task(data, first, new RandomStream(first.seed())),
                    first.metaBatch(), Runtime.getRuntime().availableProcessors(), meta), device);
            print.printf("Text: %s, %,d bytes. Kernels: %s.%n", text == null ? "made by a grammar" : text,
                    data.length(), device.kernels().name());
            for (long seed : seeds) {
                StartComparison.Result r = new StartComparison(config(seed), data, device,
                        new Shown(spec.commandLine().getErr(), config(seed))).run();
                results.add(r);
                GhnFile.write(out.resolve(seeds.size() == 1 ? "ghn.safetensors" : "ghn-" + seed + ".safetensors"),
                        r.network().config(),
                        r.weights().values(), Map.of());
            }
            devices.report(device, spec);
        }
        StartReport report = new StartReport(results);
        print.println();
        print.println(report.text());
        report.write(out);
        print.printf(Locale.ROOT, "Plot, table and hypernetwork are in %s. All of it took %s.%n", out,
                Progress.time((System.nanoTime() - start) / 1e9));
        return 0;
    }

    private StartComparison.Config config(long seed) {
        StartComparison.Config c = StartComparison.Config.standard(seed);
        return new StartComparison.Config(metaSteps == null ? c.metaSteps() : metaSteps, c.metaBatch(), c.metaRate(),
                c.layers(),
                c.width(),
                trainSteps == null ? c.trainSteps() : trainSteps, trainRate == null ? c.trainRate() : trainRate,
                c.batch(), c.context(), seed);
    }

    /** Progress of the experiment's two parts. */
    private static final class Shown implements StartComparison.Listener {
        private final PrintWriter err;
        private final StartComparison.Config config;
        private @Nullable Progress progress;
        private String part = "";

        Shown(PrintWriter err, StartComparison.Config config) {
            this.err = err;
            this.config = config;
        }

        private Progress progress(String name, String unit) {
            Progress p = progress;
            if (p == null || !part.equals(name)) {
                p = new Progress(err, name, unit);
                progress = p;
                part = name;
            }
            return p;
        }

        @Override
        public void meta(int done, int total, double loss, double rate) {
            progress("meta-training", "architectures").update(done, total, (double) done * config.metaBatch(),
                    String.format(Locale.ROOT, "loss %.3f", loss));
        }

        @Override
        public void training(String name, int done, int total, double loss) {
            progress("training from the " + name + " start", "tokens").update(done, total,
                    (double) done * config.batch() * config.context(),
                    String.format(Locale.ROOT, "validation loss %.3f", loss));
        }
    }
}
