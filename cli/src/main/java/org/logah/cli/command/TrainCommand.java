package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.optim.Schedule;
import org.logah.cli.terminal.Interruption;
import org.logah.cli.terminal.TrainingProgress;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.models.Initialization;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.InitialParameters;
import org.logah.training.Trainer;
import org.logah.training.TargetFile;
import org.logah.training.TrainingRun;
import org.logah.training.Validation;
import org.logah.training.measure.MemoryEstimate;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains one target from a chosen start. */
@Command(name = "train", mixinStandardHelpOptions = true, description = {
        "Trains a model from a random, orthogonal or predicted start.", "",
        "Ctrl-C saves and ends; the same command with --resume goes on to the same numbers.", ""})
public final class TrainCommand implements Callable<Integer> {
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
    private final AugmentationOptions augmentation = new AugmentationOptions();
    @Mixin
    private final RunOptions run = new RunOptions();

    @Option(names = "--model", paramLabel = "NAME", completionCandidates = ModelOption.Names.class, description = "${COMPLETION-CANDIDATES}, or with changes: gpt2:layers=6,width=96,heads=4. Where --init is a file that names its model, that model.")
    private @Nullable String model;

    @Option(names = "--init", paramLabel = "START", defaultValue = "random", description = "random (default), orthogonal, xavier, kaiming, lecun, or weights: a safetensors file or one of torch.save's, the index of several, or a folder with one of these.")
    private String init = "random";

    @Option(names = "--steps", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "1000", description = "Optimizer steps (default 1000).")
    private int steps;

    @Option(names = "--lr", converter = Numbers.Rate.class, paramLabel = "RATE", defaultValue = "3e-4", description = "Learning rate (default 3e-4).")
    private double rate;

    @Option(names = "--warmup", converter = Numbers.CountOrNone.class, paramLabel = "N", defaultValue = "0", description = "Steps of warm-up before a cosine decay; 0 (default) keeps the rate constant.")
    private int warmup;

    @Option(names = "--accumulate", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "1", description = "Mini-batches per step (default 1).")
    private int accumulate;

    @Option(names = "--eval-every", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "100", description = "Steps between validations (default 100).")
    private int evalEvery;

    @Spec
    void command(CommandSpec command) {
        spec = command;
        HelpExamples.add(command, "logah train --steps 300 --out trained.safetensors \\",
                "  --model gpt2:layers=4,heads=4,width=64,vocabulary=256", "",
                "logah train --init init.safetensors --data book.txt \\", "  --steps 300 --out trained.safetensors");
        ModelOption.explain(command);
    }

    @Override
    public Integer call() throws IOException {
        if (warmup > steps)
            throw new TensorException("--warmup " + warmup + " is more than all of the " + steps + " steps");
        TargetNetwork network = network();
        run.check(inputs());
        augmentation.check(network.data().kind());
        RandomStream random = new RandomStream(run.seed());
        try (Device device = replay.open(devices)) {
            memory.require(
                    "training " + (model == null ? network.describe() : model) + " with batches of " + data.batch(),
                    MemoryEstimate.ofTraining(network, data.batch(), data.context(network)), device);
            DataOptions.Split split = data.open(network, random);
            Schedule schedule = warmup == 0
                    ? Schedule.constant(rate)
                    : Schedule.warmupCosine(rate / 100, rate, warmup, steps);
            Trainer trainer = new Trainer(network, InitialParameters.of(init, network, random, device),
                    augmentation.mixed(split.training(), random.split("mixup")),
                    augmentation.loss(), Trainer.Config.of(schedule).withAccumulate(accumulate), device);
            TrainingRun training = run.open(trainer,
                    TrainingRun.Config.of(steps).withAbout(about(network, split))
                            .withKernels(device)
                            .withValidation(Validation.of(trainer, split.validation(), evalEvery)),
                    new TrainingProgress(spec.commandLine().getErr(), "step", network.data().kind().unit(),
                            RunOptions.WAY_ON));
            try (Interruption _ = new Interruption(spec.commandLine().getErr(), training::stop)) {
                report(training.run(), training.furtherValues());
            }
            devices.report(device, spec);
        }
        return 0;
    }

    private TargetNetwork network() throws IOException {
        if (model != null) return ModelCatalog.parse(model);
        if (InitialParameters.isFile(init)) return TargetFile.network(Path.of(init), null);
        throw new ParameterException(spec.commandLine(), "Missing required option: '--model=NAME'");
    }

    private Map<String, String> about(TargetNetwork network, DataOptions.Split split) {
        Map<String, String> about = new LinkedHashMap<>();
        about.put("data", split.digest());
        if (split.tokenizer() != null) about.put(TargetFile.TOKENIZER, split.tokenizer().kind());
        about.put("seed", Long.toString(run.seed()));
        about.put("batch", Integer.toString(data.batch()));
        about.put("context", Integer.toString(data.context(network)));
        about.put("accumulate", Integer.toString(accumulate));
        about.put("start", InitialParameters.isFile(init)
                ? String.valueOf(Path.of(init).getFileName())
                : Initialization.parse(init).label());
        about.put("learning rate",
                warmup == 0 ? Double.toString(rate) : rate + " after " + warmup + " of " + steps + " steps");
        about.putAll(augmentation.about());
        return about;
    }

    private Map<String, @Nullable Path> inputs() {
        Map<String, @Nullable Path> inputs = new LinkedHashMap<>();
        inputs.put("--data", data.path());
        inputs.put("--init", InitialParameters.isFile(init) ? Path.of(init) : null);
        return inputs;
    }

    private void report(TrainingRun.Outcome outcome, Map<String, Double> more) {
        if (outcome.stopped()) return;
        StringBuilder further = new StringBuilder();
        more.forEach((name, value) -> further.append(String.format(Locale.ROOT, ", %s %.4f", name, value)));
        spec.commandLine().getOut().printf(Locale.ROOT, "%s: %d steps from %s, validation loss %.4f%s%n", run.out(),
                outcome.position(), init, outcome.validations().getLast().loss(), further);
    }
}
