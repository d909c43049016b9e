package org.logah.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.optim.TrainingState;
import org.logah.cli.terminal.Interruption;
import org.logah.cli.terminal.TrainingProgress;
import org.logah.engine.Device;
import org.logah.engine.io.FileClaim;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.OutputFolder;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.random.RandomStream;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.measure.MemoryEstimate;
import org.logah.training.run.Checkpoints;
import org.logah.training.run.DiskNeed;
import org.logah.training.run.RunConfig;
import org.logah.training.run.TrainingListener;
import org.logah.training.run.TrainingRun;
import org.logah.training.sweep.Sweep;
import org.logah.training.sweep.SweepPoint;
import org.logah.training.sweep.SweepRow;
import org.logah.training.sweep.SweepSummary;
import org.logah.training.targets.TargetTrainer;
import org.logah.training.weights.TargetFile;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains one target from a chosen start, once or with several learning rates and seeds. */
@Command(name = "train", mixinStandardHelpOptions = true, description = {
        "Trains a model from a random, orthogonal or predicted start.", "",
        "Ctrl-C saves and ends; the same command with --resume goes on to the same numbers.", "",
        "With several learning rates or seeds there is a training for each, and --out names a folder.", ""})
public final class TrainCommand implements Callable<Integer> {
    private static final String SUMMARY = "summary.json";
    private static final String SEED = "seed";
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
    private final StartOptions start = new StartOptions();
    @Mixin
    private final OptimizerOptions optimizer = new OptimizerOptions();
    @Mixin
    private final RunOptions run = new RunOptions();
    @Mixin
    private final CheckpointOptions checkpoints = new CheckpointOptions();

    @Option(names = "--model", paramLabel = "NAME", completionCandidates = ModelOption.Names.class, description = "${COMPLETION-CANDIDATES}, or with changes: gpt2:layers=6,width=96,heads=4. Where --init is a file that names its model, that model.")
    private @Nullable String model;

    @Option(names = "--seed", converter = OptionBounds.Seed.class, paramLabel = "N", split = ",", defaultValue = "1", description = "Seed of everything random (default 1), or several, as 1,2,3: a training for each.")
    private List<Long> seeds = new ArrayList<>();

    @Option(names = "--eval-every", converter = OptionBounds.Count.class, paramLabel = "N", defaultValue = "100", description = "Steps between validations (default 100).")
    private int evalEvery;

    @Option(names = "--recompute", description = "Keep less of each block for its gradient, and compute it again: less memory, more time, the same numbers.")
    private boolean recompute;

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
        start.check();
        optimizer.check();
        List<SweepPoint> points = SweepPoint.grid(optimizer.rates(), seeds);
        if (points.size() == 1) RunFiles.requireFiles(spec);
        RunFiles files = run.files(checkpoints.weights());
        TargetNetwork network = network();
        try (FileClaim _ = FileClaim.of(claims(files, points));
                OutputFolder _ = points.size() == 1 ? null : files.openFolders()) {
            checkFiles(files, points);
            augmentation.check(network.data().kind());
            return train(network, points, files);
        }
    }

    private int train(TargetNetwork network, List<SweepPoint> points, RunFiles files) throws IOException {
        try (Device device = replay.open(devices)) {
            memory.require(
                    "training " + (model == null ? network.describe() : model) + " with batches of " + data.batch(),
                    MemoryEstimate.ofTraining(network, data.batch(), data.context(network), recompute), device);
            requireDisk(network, points, files);
            StartOptions.Start from = start.open(network, memory, device);
            Plan plan = new Plan(network, from, data.open(network), device);
            int code = points.size() == 1 ? single(plan, points.getFirst(), files) : sweep(plan, points, files);
            devices.report(device, spec);
            return code;
        }
    }

    private TargetNetwork network() throws IOException {
        TargetNetwork network = model != null ? ModelCatalog.parse(model) : start.network();
        if (network == null)
            throw new ParameterException(spec.commandLine(), "Missing required option: '--model=NAME'");
        return network;
    }

    /** Those of each training: of one the files that the options name, of several files in the folders that they name. */
    private static List<RunFiles> each(RunFiles files, List<SweepPoint> points) {
        return points.size() == 1 ? List.of(files) : points.stream().map(p -> files.of(p.name())).toList();
    }

    private Map<Path, String> claims(RunFiles files, List<SweepPoint> points) {
        Map<Path, String> claims = new LinkedHashMap<>();
        for (RunFiles own : each(files, points)) claims.putAll(own.claims(checkpoints.of(own)));
        if (points.size() == 1) return claims;
        claims.putAll(files.claims(Checkpoints.NONE));
        claims.putAll(summary(files).claims(Checkpoints.NONE));
        return claims;
    }

    private void checkFiles(RunFiles files, List<SweepPoint> points) throws IOException {
        Map<String, @Nullable Path> inputs = start.inputs();
        inputs.put("--data", data.path());
        for (RunFiles own : each(files, points)) run.check(inputs, own, checkpoints.of(own));
        if (points.size() == 1) return;
        summary(files).check(inputs, Checkpoints.NONE, run.resumes(), run.overwrites());
        if (run.resumes()) for (RunFiles own : each(files, points)) requireNotBeyond(own.out());
    }

    /** The file of what several trainings came to, in their folder. */
    private static RunFiles summary(RunFiles files) {
        return new RunFiles(files.out().resolve(SUMMARY), null, null);
    }

    private void requireDisk(TargetNetwork network, List<SweepPoint> points, RunFiles files) throws IOException {
        DiskNeed need = new DiskNeed();
        for (RunFiles own : each(files, points))
            need.add(own.out(), network.parameterCount(), false, checkpoints.of(own).within(optimizer.steps()));
        need.require();
    }

    /** What all trainings have in common. */
    private record Plan(TargetNetwork network, StartOptions.Start start, DataOptions.Split data, Device device) {}

    /** One training, ready to start. */
    private Sweep.Training open(Plan plan, SweepPoint point, RunFiles files, TrainingListener listener)
            throws IOException {
        TargetNetwork network = plan.network();
        RandomStream random = new RandomStream(point.seed());
        DataOptions.Split split = plan.data();
        TargetTrainer trainer = new TargetTrainer(network, plan.start().parameters(point.seed()),
                augmentation.mixed(split.training(random), random.split("mixup")), augmentation.loss(),
                optimizer.config(point.rate(), recompute), plan.device());
        RunConfig config = RunConfig.of(optimizer.steps()).withAbout(about(network, split, point))
                .withKernels(plan.device()).withCheckpoints(checkpoints.of(files))
                .withValidation(trainer.validation(split.validation(random), evalEvery));
        Sweep.Training training = new Sweep.Training(run.open(trainer, config, listener, files), trainer);
        data.remark(network, split.classes());
        return training;
    }

    private TrainingListener progress(String what, TargetNetwork network, boolean expected) {
        return new TrainingProgress(spec.commandLine().getErr(), what, network.data().kind().unit(),
                RunOptions.WAY_ON, expected);
    }

    private int single(Plan plan, SweepPoint point, RunFiles files) throws IOException {
        TrainingRun training = open(plan, point, files, progress("step", plan.network(), true)).run();
        try (Interruption _ = new Interruption(spec.commandLine().getErr(), training::stop)) {
            TrainingRun.Outcome outcome = training.run();
            if (!outcome.stopped()) {
                StringBuilder further = new StringBuilder();
                training.furtherValues()
                        .forEach((name, v) -> further.append(String.format(Locale.ROOT, ", %s %.4f", name, v)));
                spec.commandLine().getOut().printf(Locale.ROOT, "%s: %d steps from %s, validation loss %.4f%s%n",
                        files.out(), outcome.position(), start.describe(), outcome.validations().getLast().loss(),
                        further);
            }
        }
        return 0;
    }

    private int sweep(Plan plan, List<SweepPoint> points, RunFiles files) throws IOException {
        Path summary = summary(files).out();
        Map<String, String> common = common(plan, points.getFirst());
        if (run.resumes()) new SweepSummary(common, List.of()).requireSame(summary);
        Sweep sweep = new Sweep(points, new Sweep.Trainings() {
            @Override
            public Sweep.Training open(int number, SweepPoint point) throws IOException {
                return TrainCommand.this.open(plan, point, files.of(point.name()),
                        progress(place(number, points.size(), point), plan.network(), false));
            }

            @Override
            public void ended(List<SweepRow> rows) throws IOException {
                SweepRow row = rows.getLast();
                if (!row.finished())
                    spec.commandLine().getErr()
                            .println(place(rows.size(), points.size(), row.point()) + " diverged: " + row.diverged());
                new SweepSummary(common, rows).write(summary, run.resumes());
            }
        });
        if (run.resumes() && each(files, points).stream().noneMatch(own -> Files.exists(own.out())))
            spec.commandLine().getErr().println(files.out()
                    + ": has none of these trainings, so there is nothing to go on from; they begin at the first step");
        List<SweepRow> rows;
        try (Interruption _ = new Interruption(spec.commandLine().getErr(), sweep::stop)) {
            rows = sweep.run();
        }
        if (rows == null) return 0; // and Ctrl-C's own code, once the program has ended
        PrintWriter print = spec.commandLine().getOut();
        print.println(new SweepSummary(common, rows).table());
        print.printf(Locale.ROOT, "%s: %d trainings of %d steps from %s%n", files.out(), rows.size(), optimizer.steps(),
                start.describe());
        return rows.stream().anyMatch(SweepRow::finished) ? 0 : 1;
    }

    /** Losses after other numbers of steps are not compared, and have no mean. */
    private void requireNotBeyond(Path state) throws IOException {
        int step = step(state);
        if (step > optimizer.steps())
            throw new FileFormatException(state, "is at step " + step + " already, beyond " + optimizer.steps()
                    + "; choose --steps " + step + " or more, or another --out");
    }

    private static int step(Path state) throws IOException {
        if (!Files.exists(state)) return 0;
        try (SafetensorsReader in = SafetensorsReader.open(state)) {
            return TrainingState.step(in);
        } catch (FileFormatException e) {
            return 0; // said where its training is opened
        }
    }

    private static String place(int number, int count, SweepPoint point) {
        return number + "/" + count + " rate " + point.rateText() + ", seed " + point.seed() + ":";
    }

    /** What all trainings of a sweep are of. */
    private Map<String, String> common(Plan plan, SweepPoint point) {
        Map<String, String> common = new LinkedHashMap<>();
        common.put("model", plan.network().describe());
        common.put("steps", Integer.toString(optimizer.steps()));
        common.putAll(about(plan.network(), plan.data(), point));
        common.put("warm-up", Integer.toString(optimizer.warmup()));
        common.keySet().removeAll(List.of(OptimizerOptions.RATE, SEED));
        return common;
    }

    private Map<String, String> about(TargetNetwork network, DataOptions.Split split, SweepPoint point) {
        Map<String, String> about = new LinkedHashMap<>();
        about.put("data", split.digest());
        if (split.tokenizer() != null) about.put(TargetFile.TOKENIZER, split.tokenizer().kind());
        about.put("start", start.about());
        about.put("batch", Integer.toString(data.batch()));
        about.put("context", Integer.toString(data.context(network)));
        about.putAll(augmentation.about());
        about.putAll(optimizer.about(point.rate()));
        about.put(SEED, Long.toString(point.seed()));
        return about;
    }
}
