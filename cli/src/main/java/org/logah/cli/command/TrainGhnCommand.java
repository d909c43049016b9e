package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.optim.Schedule;
import org.logah.autograd.optim.TrainingState;
import org.logah.cli.Interruption;
import org.logah.cli.Progress;
import org.logah.engine.Device;
import org.logah.engine.MetaDevice;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.features.Domain;
import org.logah.training.MetaTask;
import org.logah.training.MetaTrainer;
import org.logah.training.MetricsFile;
import org.logah.training.SmallGptTask;
import org.logah.training.ZooTask;
import org.logah.training.data.ByteText;
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
    private final LoopOptions run = new LoopOptions();

    @Option(names = "--set", paramLabel = "NAME", defaultValue = "small", description = "Architectures: small (default), gpts, llamas or vits.")
    private String set = "small";

    @Option(names = "--variant", paramLabel = "NAME", description = "tiny, small, base, large, ghn3-t, ghn3-s, ghn3-l, mini; by default mini for --set small, tiny otherwise.")
    private @Nullable String variant;

    @Option(names = "--encoder", paramLabel = "KIND", defaultValue = "graphormer", description = "graphormer (default) or gatedgnn.")
    private String encoder = "graphormer";

    @Option(names = "--steps", paramLabel = "N", defaultValue = "700", description = "Steps (default 700).")
    private int steps;

    @Option(names = "--meta-batch", paramLabel = "N", defaultValue = "4", description = "Architectures per step (default 4).")
    private int metaBatch;

    @Option(names = "--lr", paramLabel = "RATE", defaultValue = "3e-3", description = "Peak learning rate (default 3e-3; the paper: 3e-4).")
    private double rate;

    @Option(names = "--penalty", paramLabel = "GAMMA", defaultValue = "0", description = "Weight of the predicted tensors' norms (the paper: 3e-5).")
    private double penalty;

    @Override
    public Integer call() throws IOException {
        if (metaBatch < 1 || steps < 1) throw new TensorException("--meta-batch and --steps must be positive");
        RandomStream random = new RandomStream(run.seed());
        try (Device device = devices.open(); Interruption interruption = new Interruption()) {
            HyperNetwork network = new HyperNetwork(config());
            MetaDevice meta = new MetaDevice();
            memory.require("meta-training on " + metaBatch + " architectures a step",
                    MemoryEstimate.ofMetaTraining(network,
                            task(random, meta), metaBatch, Runtime.getRuntime().availableProcessors(), meta),
                    device);
            MetaTask task = task(random, device);
            Schedule schedule = Schedule.warmupCosine(1e-5, rate, Math.max(2, steps / 20), steps);
            MetaTrainer trainer = new MetaTrainer(network, network.initialized(device, random.split("hypernetwork")),
                    task,
                    new MetaTrainer.Config(metaBatch, schedule, 5, 1e-2, penalty, run.seed()), device);
            if (run.resumes())
                trainer.seek(TrainingState.restore(run.out(), trainer.weights(), trainer.optimizer()));
            loop(network, trainer, interruption);
            devices.report(device, spec);
        }
        return 0;
    }

    private GhnConfig config() {
        Variant named = variant != null ? Variant.parse(variant) : set.equals("small") ? Variant.MINI : Variant.TINY;
        return named.config(set.equals("vits") ? Domain.VISION : Domain.LANGUAGE, encoder);
    }

    private MetaTask task(RandomStream random, Device device) throws IOException {
        int context = 64;
        return switch (set) {
            case "small" -> new SmallGptTask(data.text(), data.batch(), context, random.split("meta"), device);
            case "gpts" -> ZooTask.gpts(data.text(), data.batch(), context, random.split("meta"), device);
            case "llamas" -> ZooTask.llamas(data.text(), data.batch(), context, random.split("meta"), device);
            case "vits" -> {
                Path folder = data.path();
                if (folder == null)
                    throw new TensorException("--data is missing: a folder with CIFAR-10 or CIFAR-100 binaries");
                yield ZooTask.vits(CifarImages.read(folder, true), data.batch(), random.split("meta"), device);
            }
            default -> throw new TensorException("--set '" + set + "': choose small, gpts, llamas or vits");
        };
    }

    private void loop(HyperNetwork network, MetaTrainer trainer, Interruption interruption) throws IOException {
        Progress progress = new Progress(spec.commandLine().getErr(), "meta-step", "architectures");
        double seen = 0;
        double loss = Double.NaN;
        try (MetricsFile metrics = new MetricsFile(run.metrics(), trainer.position())) {
            while (trainer.position() < steps && !interruption.requested()) {
                MetaTrainer.Step s = trainer.step();
                seen += metaBatch;
                loss = s.loss();
                Map<String, Double> row = new LinkedHashMap<>();
                row.put("loss", s.loss());
                row.put("gradient_norm", s.gradientNorm());
                row.put("learning_rate", s.learningRate());
                metrics.row(s.index(), row);
                progress.update(s.index() + 1, steps, seen, String.format(Locale.ROOT, "loss %.4f", s.loss()));
                if (run.saveIsDue()) save(network, trainer);
            }
        }
        save(network, trainer);
        spec.commandLine().getOut().printf(Locale.ROOT, "%s: %,d parameters after %d meta-steps, loss %.4f%s%n",
                run.out(),
                network.parameterCount(),
                trainer.position(), loss,
                trainer.skipped() == 0 ? "" : ", " + trainer.skipped() + " steps left out as not a number");
        if (interruption.requested())
            spec.commandLine().getErr().println("interrupted; the same command with --resume goes on");
    }

    private void save(HyperNetwork network, MetaTrainer trainer) throws IOException {
        TrainingState.write(run.out(), GhnFile.header(network.config()), trainer.weights(), trainer.optimizer(),
                trainer.position());
    }
}
