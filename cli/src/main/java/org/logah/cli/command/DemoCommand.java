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
import org.logah.cli.terminal.Progress;
import org.logah.cli.terminal.TrainingProgress;
import org.logah.engine.Device;
import org.logah.engine.io.FileFormatException;
import org.logah.ghn.GhnFile;
import org.logah.training.TrainingListener;
import org.logah.training.data.ByteText;
import org.logah.training.data.GrammarDataSet;
import org.logah.training.experiment.StartComparison;
import org.logah.training.experiment.StartReport;

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
            memory.require("the demo",
                    new StartComparison(config(seeds.getFirst()), data, device, progress()).memory(), device);
            print.printf("Text: %s, %,d bytes. Kernels: %s.%n", text == null ? "made by a grammar" : text,
                    data.length(), device.kernels().name());
            for (long seed : seeds) {
                StartComparison.Result r = new StartComparison(config(seed), data, device, progress()).run();
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
        return new StartComparison.Config(metaSteps == null ? c.meta() : c.meta().withSteps(metaSteps), c.layers(),
                c.width(), trainSteps == null ? c.trainSteps() : trainSteps,
                trainRate == null ? c.trainRate() : trainRate);
    }

    private StartComparison.Listener progress() {
        PrintWriter err = spec.commandLine().getErr();
        return new StartComparison.Listener() {
            @Override
            public TrainingListener metaTraining() {
                return new TrainingProgress(err, "meta-training", "architectures");
            }

            @Override
            public TrainingListener training(String start) {
                return new TrainingProgress(err, "training from the " + start + " start", "tokens");
            }
        };
    }
}
