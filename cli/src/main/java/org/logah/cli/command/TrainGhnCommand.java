package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.cli.terminal.Interruption;
import org.logah.cli.terminal.TrainingProgress;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.training.MetaTask;
import org.logah.training.MetaTrainer;
import org.logah.training.MetaTrainingRecipe;
import org.logah.training.SmallGptTask;
import org.logah.training.TrainingRun;
import org.logah.training.ZooTask;
import org.logah.training.data.CifarImages;
import org.logah.training.measure.MemoryEstimate;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Meta-trains a hypernetwork. */
@Command(name = "train-ghn", mixinStandardHelpOptions = true, description = {
        "Meta-trains a hypernetwork on random architectures.", "",
        "--set small: byte-level GPTs of 2 to 4 layers and widths 32 to 64, with the demo's small hypernetwork (or --variant).",
        "--set gpts:  GPTs like those of GPTs-1K;  --set llamas: Llamas like those of Llama-1K;",
        "--set vits:  ViTs like those of ViTs-1K, on CIFAR binaries (--data FOLDER).",
        "Ctrl-C saves and ends; the same command with --resume goes on to the same numbers.", "",
        "  logah train-ghn --data book.txt --steps 600 --out ghn.safetensors", ""})
public final class TrainGhnCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;
    @Mixin
    private final DeviceOptions devices = new DeviceOptions();
    @Mixin
    private final MemoryOptions memory = new MemoryOptions();
    @Mixin
    private final DataOptions data = new DataOptions();
    @Mixin
    private final RunOptions run = new RunOptions();

    @Option(names = "--set", paramLabel = "NAME", defaultValue = "small", description = "Architectures: small (default), gpts, llamas or vits.")
    private String set = "small";

    @Option(names = "--variant", paramLabel = "NAME", description = "tiny, small, base, large, ghn3-t, ghn3-s, ghn3-l, mini; by default mini for --set small, tiny otherwise.")
    private @Nullable String variant;

    @Option(names = "--encoder", paramLabel = "KIND", defaultValue = "graphormer", description = "graphormer (default) or gatedgnn.")
    private String encoder = "graphormer";

    @Option(names = "--steps", paramLabel = "N", defaultValue = ""
            + MetaTrainingRecipe.STEPS, description = "Steps (default ${DEFAULT-VALUE}).")
    private int steps;

    @Option(names = "--meta-batch", paramLabel = "N", defaultValue = ""
            + MetaTrainingRecipe.META_BATCH, description = "Architectures per step (default ${DEFAULT-VALUE}).")
    private int metaBatch;

    @Option(names = "--lr", paramLabel = "RATE", defaultValue = ""
            + MetaTrainingRecipe.RATE, description = "Peak learning rate (default ${DEFAULT-VALUE}; the paper: 3e-4).")
    private double rate;

    @Option(names = "--penalty", paramLabel = "GAMMA", defaultValue = "0", description = "Weight of the predicted tensors' norms (the paper: 3e-5).")
    private double penalty;

    @Override
    public Integer call() throws IOException {
        if (metaBatch < 1 || steps < 1) throw new TensorException("--meta-batch and --steps must be positive");
        MetaTrainingRecipe recipe = new MetaTrainingRecipe(steps, metaBatch, data.batch(), data.context(),
                rate, penalty, run.seed());
        RandomStream random = new RandomStream(recipe.seed());
        MetaTask task = task(recipe, random.split("meta"));
        GhnConfig config = config();
        try (Device device = devices.open()) {
            memory.require("meta-training on " + metaBatch + " architectures a step",
                    MemoryEstimate.ofMetaTraining(new HyperNetwork(config), task, metaBatch, device.threads()), device);
            GhnFile.Loaded logah = GhnFile.Loaded.fresh(config, random, device);
            MetaTrainer trainer = new MetaTrainer(logah.network(), logah.parameters(), task, recipe.trainer(), device);
            TrainingRun training = run.open(trainer, TrainingRun.Config.of(steps),
                    new TrainingProgress(spec.commandLine().getErr(), "meta-step", "architectures"));
            try (Interruption _ = new Interruption(training::stop)) {
                report(training.run(), trainer, logah.network().parameterCount());
            }
            devices.report(device, spec);
        }
        return 0;
    }

    private GhnConfig config() {
        Variant named = variant != null
                ? Variant.parse(variant)
                : set.equals("small") ? MetaTrainingRecipe.VARIANT : Variant.TINY;
        return named.config(set.equals("vits") ? Domain.VISION : Domain.LANGUAGE, encoder);
    }

    private MetaTask task(MetaTrainingRecipe recipe, RandomStream random) throws IOException {
        int batch = recipe.batch();
        int context = recipe.context();
        return switch (set) {
            case "small" -> new SmallGptTask(data.text(), batch, context, random);
            case "gpts" -> ZooTask.gpts(data.text(), batch, context, random);
            case "llamas" -> ZooTask.llamas(data.text(), batch, context, random);
            case "vits" -> {
                Path folder = data.path();
                if (folder == null)
                    throw new TensorException("--data is missing: a folder with CIFAR-10 or CIFAR-100 binaries");
                yield ZooTask.vits(CifarImages.read(folder, true), batch, random);
            }
            default -> throw new TensorException("--set '" + set + "': choose small, gpts, llamas or vits");
        };
    }

    private void report(TrainingRun.Outcome outcome, MetaTrainer trainer, long parameters) {
        spec.commandLine().getOut().printf(Locale.ROOT, "%s: %,d parameters after %d meta-steps, loss %.4f%s%n",
                run.out(), parameters, outcome.position(), outcome.loss(),
                trainer.skipped() == 0 ? "" : ", " + trainer.skipped() + " steps left out as not a number");
    }
}
