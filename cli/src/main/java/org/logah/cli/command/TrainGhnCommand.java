package org.logah.cli.command;

import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.cli.terminal.Interruption;
import org.logah.cli.terminal.TrainingProgress;
import org.logah.engine.Device;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.models.ArchitectureSampler;
import org.logah.models.DataFormat;
import org.logah.models.ModelCatalog;
import org.logah.training.ArchitectureSetTask;
import org.logah.training.GhnConfigs;
import org.logah.training.MetaTask;
import org.logah.training.MetaTrainer;
import org.logah.training.MetaTrainingRecipe;
import org.logah.training.TrainingRun;
import org.logah.training.data.DataSplits;
import org.logah.training.measure.MemoryEstimate;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Meta-trains a hypernetwork. */
@Command(name = "train-ghn", mixinStandardHelpOptions = true, description = {
        "Meta-trains a hypernetwork on random architectures.", "",
        "Ctrl-C saves and ends; the same command with --resume goes on to the same numbers.", ""})
public final class TrainGhnCommand implements Callable<Integer> {
    private CommandSpec spec = CommandSpec.create();
    @Mixin
    private final DeviceOptions devices = new DeviceOptions();
    @Mixin
    private final ReplayOption replay = new ReplayOption();
    @Mixin
    private final MemoryOptions memory = new MemoryOptions();
    @Mixin
    private final DataOptions data = new DataOptions();
    @Mixin
    private final SeededRunOptions run = new SeededRunOptions();

    @Option(names = "--set", paramLabel = "NAME", defaultValue = "small", completionCandidates = SetNames.class, description = "Architectures: ${COMPLETION-CANDIDATES} (default small).")
    private String set = "small";

    @Option(names = "--variant", paramLabel = "NAME", completionCandidates = HyperNetworkOptions.VariantNames.class, description = "${COMPLETION-CANDIDATES}; by default mini for small sets, tiny otherwise.")
    private @Nullable String variant;

    @Option(names = "--encoder", paramLabel = "KIND", defaultValue = "graphormer", completionCandidates = HyperNetworkOptions.EncoderNames.class, description = "${COMPLETION-CANDIDATES} (default graphormer).")
    private String encoder = "graphormer";

    @Option(names = "--steps", converter = Numbers.Count.class, paramLabel = "N", defaultValue = ""
            + MetaTrainingRecipe.STEPS, description = "Steps (default ${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--meta-batch", converter = Numbers.Count.class, paramLabel = "N", defaultValue = ""
            + MetaTrainingRecipe.META_BATCH, description = "Architectures per step (default ${DEFAULT-VALUE}).")
    private int metaBatch;

    @Option(names = "--lr", converter = Numbers.Rate.class, paramLabel = "RATE", defaultValue = ""
            + MetaTrainingRecipe.RATE, description = "Peak learning rate (default ${DEFAULT-VALUE}; the paper: 3e-4).")
    private double rate;

    @Option(names = "--penalty", converter = Numbers.NotNegative.class, paramLabel = "GAMMA", defaultValue = "0", description = "Weight of the predicted tensors' norms (default 0; the paper: 3e-5).")
    private double penalty;

    /** The name of every registered set. */
    static final class SetNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return ModelCatalog.samplers().stream().map(ArchitectureSampler::name).iterator();
        }
    }

    @Spec
    void command(CommandSpec command) {
        spec = command;
        HelpExamples.add(command, "logah train-ghn --data book.txt --steps 600 \\", "  --out ghn.safetensors");
        HelpTable.add(command, "Sets of architectures", TrainGhnCommand::rows);
    }

    private static Map<String, String> rows() {
        Map<String, String> rows = new LinkedHashMap<>();
        for (ArchitectureSampler s : ModelCatalog.samplers())
            rows.put(s.name() + " (" + s.dataKind().unit() + ")", s.summary());
        return rows;
    }

    @Override
    public Integer call() throws IOException {
        ArchitectureSampler sampler = ModelCatalog.sampler(set);
        run.check(Collections.singletonMap("--data", data.path()));
        MetaTrainingRecipe recipe = new MetaTrainingRecipe(steps, metaBatch, data.batch(),
                data.context(sampler.dataKind()),
                rate, penalty, run.seed());
        RandomStream random = new RandomStream(recipe.seed());
        DataSplits splits = data.open(sampler.dataKind());
        GhnConfig config = config(sampler, splits.format(recipe.context()));
        MetaTask task = ArchitectureSetTask.of(sampler, splits, recipe.batch(), recipe.context(),
                random.split("meta"));
        try (Device device = replay.open(devices)) {
            memory.require("meta-training on " + metaBatch + " architectures a step",
                    MemoryEstimate.ofMetaTraining(new HyperNetwork(config), task, metaBatch, device.threads()), device);
            GhnFile.Loaded logah = GhnFile.Loaded.fresh(config, random, device);
            MetaTrainer trainer = new MetaTrainer(logah.network(), logah.parameters(), task, recipe.trainer(), device);
            TrainingRun training = run.open(trainer,
                    TrainingRun.Config.of(steps).withAbout(about(recipe, splits.digest()))
                            .withKernels(device),
                    new TrainingProgress(spec.commandLine().getErr(), "meta-step", "architectures", RunOptions.WAY_ON));
            try (Interruption _ = new Interruption(spec.commandLine().getErr(), training::stop)) {
                report(training.run(), trainer, logah.network().parameterCount());
            }
            devices.report(device, spec);
        }
        return 0;
    }

    private Map<String, String> about(MetaTrainingRecipe recipe, String digest) {
        return Map.of("set", set, "data", digest, "seed", Long.toString(recipe.seed()), "batch",
                Integer.toString(recipe.batch()), "context", Integer.toString(recipe.context()), "meta-batch",
                Integer.toString(recipe.metaBatch()), "learning rate", Double.toString(rate), "penalty",
                Double.toString(recipe.penalty()));
    }

    private GhnConfig config(ArchitectureSampler sampler, DataFormat format) {
        Variant named = variant != null
                ? Variant.parse(variant)
                : sampler.endless() ? MetaTrainingRecipe.VARIANT : Variant.TINY;
        return GhnConfigs.of(named, encoder, format);
    }

    private void report(TrainingRun.Outcome outcome, MetaTrainer trainer, long parameters) {
        spec.commandLine().getOut().printf(Locale.ROOT, "%s: %,d parameters after %d meta-steps, %s%s%n",
                run.out(), parameters, outcome.position(),
                Double.isNaN(outcome.loss())
                        ? "all of them done before"
                        : String.format(Locale.ROOT, "loss %.4f", outcome.loss()),
                trainer.skipped() == 0 ? "" : ", " + trainer.skipped() + " steps left out as not a number");
    }
}
