package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.autograd.optim.Schedule;
import org.logah.autograd.optim.TrainingState;
import org.logah.cli.Interruption;
import org.logah.cli.Progress;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.models.Initialization;
import org.logah.models.TargetNetwork;
import org.logah.training.MetricsFile;
import org.logah.training.Trainer;
import org.logah.training.data.BatchSource;
import org.logah.training.measure.MemoryEstimate;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains one target from a chosen start. */
@Command(name = "train", mixinStandardHelpOptions = true, description = {
        "Trains a model from a random, orthogonal or predicted start.", "",
        "Ctrl-C saves and ends; the same command with --resume goes on to the same numbers.", "",
        "  logah train --model gpt2:layers=6,heads=4,width=96,vocabulary=256,positions=64,tied=false \\",
        "              --data book.txt --init init.safetensors --steps 300 --out trained.safetensors", ""})
public final class TrainCommand implements Callable<Integer> {
    private static final int VALIDATION_BATCHES = 8;

    @Spec
    private CommandSpec spec;
    @Mixin
    private final ModelOption model = new ModelOption();
    @Mixin
    private final DeviceOptions devices = new DeviceOptions();
    @Mixin
    private final MemoryOptions memory = new MemoryOptions();
    @Mixin
    private final DataOptions data = new DataOptions();
    @Mixin
    private final LoopOptions run = new LoopOptions();

    @Option(names = "--init", paramLabel = "START", defaultValue = "random", description = "random (default), orthogonal, xavier, kaiming, or a safetensors file or index.")
    private String init = "random";

    @Option(names = "--steps", paramLabel = "N", defaultValue = "1000", description = "Optimizer steps (default 1000).")
    private int steps;

    @Option(names = "--lr", paramLabel = "RATE", defaultValue = "3e-4", description = "Learning rate (default 3e-4).")
    private double rate;

    @Option(names = "--warmup", paramLabel = "N", defaultValue = "0", description = "Steps of warm-up before a cosine decay; 0 (default) keeps the rate constant.")
    private int warmup;

    @Option(names = "--accumulate", paramLabel = "N", defaultValue = "1", description = "Mini-batches per step (default 1).")
    private int accumulate;

    @Option(names = "--eval-every", paramLabel = "N", defaultValue = "100", description = "Steps between validations (default 100).")
    private int evalEvery;

    @Override
    public Integer call() throws IOException {
        TargetNetwork network = model.network();
        if (steps < 1 || evalEvery < 1) throw new TensorException("--steps and --eval-every must be positive");
        RandomStream random = new RandomStream(run.seed());
        try (Device device = devices.open(); Interruption interruption = new Interruption()) {
            memory.require("training " + model.name() + " with batches of " + data.batch(),
                    MemoryEstimate.ofTraining(network, data.batch(), data.context(network)), device);
            DataOptions.Split split = data.open(network, random);
            Parameters p = start(network, random, device);
            Schedule schedule = warmup == 0
                    ? Schedule.constant(rate)
                    : Schedule.warmupCosine(rate / 100, rate, warmup, steps);
            Trainer trainer = new Trainer(network, p, split.training(),
                    new Trainer.Config(schedule, accumulate, 1, 0.01), device);
            if (run.resumes()) trainer.seek(TrainingState.restore(run.out(), p, trainer.optimizer()));
            loop(network, trainer, split.validation(), interruption, device);
            devices.report(device, spec);
        }
        return 0;
    }

    private Parameters start(TargetNetwork network, RandomStream random, Device device) throws IOException {
        if (init.endsWith(".safetensors") || init.endsWith(".index.json") || init.contains("/"))
            return Named.read(Path.of(init), network, device);
        try {
            return network.initialized(device, Initialization.parse(init), random.split("start"));
        } catch (TensorException e) {
            throw new TensorException(e.getMessage() + ", or a .safetensors file", e);
        }
    }

    private void loop(TargetNetwork network, Trainer trainer, BatchSource validation, Interruption interruption,
            Device device)
            throws IOException {
        Progress progress = new Progress(spec.commandLine().getErr(), "step",
                network.data().kind().unit());
        long start = System.nanoTime();
        double items = 0;
        double last = Double.NaN;
        try (MetricsFile metrics = new MetricsFile(run.metrics(), trainer.position())) {
            while (trainer.position() < steps && !interruption.requested()) {
                Double measured = null;
                if (trainer.position() % evalEvery == 0) {
                    measured = Trainer.evaluate(network, trainer.parameters(), validation, VALIDATION_BATCHES, device);
                    last = measured;
                }
                Trainer.Step s = trainer.step();
                items += s.items();
                metrics.row(s.index(), row(s, measured, items / ((System.nanoTime() - start) / 1e9)));
                progress.update(s.index() + 1, steps, items,
                        String.format(Locale.ROOT, "loss %.4f  validation %.4f", s.loss(), last));
                if (run.saveIsDue()) save(network, trainer);
            }
        }
        save(network, trainer);
        if (interruption.requested()) {
            spec.commandLine().getErr()
                    .println("interrupted at step " + trainer.position() + "; the same command with --resume goes on");
            return;
        }
        double end = Trainer.evaluate(network, trainer.parameters(), validation, VALIDATION_BATCHES, device);
        spec.commandLine().getOut().printf(Locale.ROOT, "%s: %d steps from %s, validation loss %.4f%n", run.out(),
                trainer.position(), init, end);
    }

    private static Map<String, Double> row(Trainer.Step s, @Nullable Double validation, double perSecond) {
        Map<String, Double> row = new LinkedHashMap<>();
        row.put("loss", s.loss());
        if (validation != null) row.put("validation", validation);
        row.put("gradient_norm", s.gradientNorm());
        row.put("learning_rate", s.learningRate());
        row.put("per_second", perSecond);
        return row;
    }

    private void save(TargetNetwork network, Trainer trainer) throws IOException {
        TrainingState.write(run.out(), Map.of("format", "pt", "model", network.describe()), trainer.parameters(),
                trainer.optimizer(), trainer.position());
    }
}
