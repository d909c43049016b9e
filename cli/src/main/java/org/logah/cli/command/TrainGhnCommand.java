package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.cli.terminal.Interruption;
import org.logah.cli.terminal.TrainingProgress;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileClaim;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.NamedVariant;
import org.logah.ghn.Variant;
import org.logah.models.ArchitectureSampler;
import org.logah.models.DataFormat;
import org.logah.models.DataKind;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.architectures.ArchitectureChoice;
import org.logah.training.architectures.ArchitectureFile;
import org.logah.training.cluster.Cluster;
import org.logah.training.cluster.MetaJob;
import org.logah.training.cluster.NumericPlatform;
import org.logah.training.data.BatchSource;
import org.logah.training.data.DataSplits;
import org.logah.training.measure.MemoryEstimate;
import org.logah.training.meta.ArchitectureSet;
import org.logah.training.meta.MetaTask;
import org.logah.training.meta.MetaTrainer;
import org.logah.training.meta.MetaTrainingRecipe;
import org.logah.training.meta.MetaValidation;
import org.logah.training.prediction.GhnConfigs;
import org.logah.training.run.Checkpoints;
import org.logah.training.run.DiskNeed;
import org.logah.training.run.DivergedException;
import org.logah.training.run.RunConfig;
import org.logah.training.run.TrainingRun;

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
    private final CheckpointOptions checkpoints = new CheckpointOptions();
    @Mixin
    private final ClusterOptions cluster = new ClusterOptions();
    @Mixin
    private final SeededRunOptions run = new SeededRunOptions();

    @Option(names = "--set", paramLabel = "SET", defaultValue = "small", completionCandidates = SetNames.class, description = "Architectures: ${COMPLETION-CANDIDATES} (default small); or a file: a list that ends in .jsonl, as architectures writes it, or ranges that end in .json.")
    private String set = "small";

    @Option(names = "--variant", paramLabel = "NAME", completionCandidates = HyperNetworkOptions.VariantNames.class, description = "${COMPLETION-CANDIDATES}; by default mini for small sets, tiny otherwise. With another decoder or scaling, with lengths of a network relative to its width, with siblings told apart or not, or with distances between nodes told apart to 3 alone, or all: mini+cosine, mini+mean-field, mini+relative, cosine-mini+no-siblings, mini+nearby, cosine-mini+all-distances.")
    private @Nullable String variant;

    @Option(names = "--encoder", paramLabel = "KIND", defaultValue = "graphormer", completionCandidates = HyperNetworkOptions.EncoderNames.class, description = "${COMPLETION-CANDIDATES} (default graphormer).")
    private String encoder = "graphormer";

    @Option(names = "--eval-every", converter = OptionBounds.Count.class, paramLabel = "N", description = "Every N steps, the mean loss of predictions for architectures that are held out, and for others twice as wide.")
    private @Nullable Integer evalEvery;

    @Mixin
    private final MetaTrainingOptions training = new MetaTrainingOptions();

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

    static Map<String, String> rows() {
        Map<String, String> rows = new LinkedHashMap<>();
        for (ArchitectureSampler s : ModelCatalog.samplers())
            rows.put(s.name() + " (" + s.dataKind().unit() + ")", s.summary());
        return rows;
    }

    @Override
    public Integer call() throws IOException {
        RunFiles.requireFiles(spec);
        RunFiles files = run.files(checkpoints.weights());
        try (FileClaim _ = FileClaim.of(files.claims(checkpoints.of(files)))) {
            train(files);
        }
        return 0;
    }

    private void train(RunFiles files) throws IOException {
        Map<String, @Nullable Path> inputs = new LinkedHashMap<>();
        inputs.put("--data", data.path());
        inputs.put("--set", ArchitectureFile.isFile(set) ? Path.of(set) : null);
        Checkpoints kept = checkpoints.of(files);
        run.check(inputs, files, kept);
        if (evalEvery == null && (kept.best() || kept.keep() > 0))
            throw new TensorException("--keep and --best are of validations; say when to validate with --eval-every");
        cluster.check(devices);
        ArchitectureChoice choice = ArchitectureChoice.of(set);
        ArchitectureChoice.Opened opened = choice.open();
        DataKind kind = opened.dataKind();
        boolean batchGiven = spec.commandLine().getParseResult().hasMatchedOption("--batch");
        MetaTrainingRecipe recipe = training.recipe(kind, data.batch(), batchGiven, data.context(kind), run.seed());
        MetaTrainer.Config how = training.config(recipe);
        RandomStream random = new RandomStream(recipe.seed());
        DataSplits splits = data.open(kind);
        GhnConfig config = config(opened.endless(), splits.format(recipe.context()));
        MetaJob job = new MetaJob(config, choice, data.choice(kind, splits), recipe.batch(), recipe.context(),
                evalEvery != null, how.terms());
        ArchitectureSet.Split split = job.architectures(splits);
        MetaTask task = job.task(splits, split);
        Map<String, String> about = new LinkedHashMap<>();
        about.put("set", opened.description());
        about.put("number of architectures", number(split));
        about.put("data", splits.digest());
        about.putAll(training.about(recipe));
        try (Device device = replay.open(devices); Cluster machines = cluster.open(spec)) {
            if (machines == null || machines.isThisProcess())
                requireMemory(new HyperNetwork(config), task, how, device);
            else
                memory.require("leading a meta-training of " + how.metaBatch() + " architectures a step",
                        MemoryEstimate.ofLeadingMetaTraining(new HyperNetwork(config), how), device);
            requireMemory(new HyperNetwork(config), task, how, split.heldOut(), device);
            DiskNeed need = new DiskNeed();
            need.add(files.out(), new HyperNetwork(config).parameterCount(), how.average() > 0,
                    kept.within(recipe.steps()));
            need.require();
            GhnFile.Loaded logah = GhnFile.Loaded.fresh(config, random, device);
            MetaTrainer trainer = machines == null
                    ? new MetaTrainer(logah.network(), logah.parameters(), task, how, device)
                    : new MetaTrainer(logah.network(), logah.parameters(), how, machines.gradients(job,
                            NumericPlatform.here(devices.kernels(), device), logah.parameters()));
            RunConfig steps = RunConfig.of(recipe.steps()).withAbout(about).withKernels(device)
                    .withCheckpoints(kept);
            if (evalEvery != null) {
                BatchSource held = splits.validation(recipe.batch(), recipe.context(), random.split("validation"));
                steps = steps.withValidation(new MetaValidation(trainer, logah.network(), task, held, device,
                        random.split("held out")).validation(evalEvery, split.heldOut()));
            }
            TrainingRun whole = run.open(trainer, steps,
                    new TrainingProgress(spec.commandLine().getErr(), "meta-step", "architectures", RunOptions.WAY_ON,
                            true),
                    files);
            training.averageWarning(recipe).ifPresent(spec.commandLine().getErr()::println);
            try (Interruption _ = new Interruption(spec.commandLine().getErr(), whole::stop)) {
                report(whole.run(), trainer, logah.network().parameterCount());
            }
            if (machines != null) spec.commandLine().getErr().println(machines.activity());
            devices.report(device, spec);
            if (trainer.skipped() > 0 && trainer.skipped() == recipe.steps())
                throw new DivergedException(run.out() + ": none of its meta-steps had a loss and a gradient that are "
                        + "numbers, so nothing was learned; lower --lr or --penalty");
        }
    }

    /** Of a set without end, what is chosen depends on what is held out. */
    private static String number(ArchitectureSet.Split split) {
        int size = split.training().size();
        return size == ArchitectureSampler.ENDLESS && !split.heldOut().isEmpty()
                ? "endless without " + split.heldOut().size()
                : Integer.toString(size);
    }

    private void requireMemory(HyperNetwork hyper, MetaTask task, MetaTrainer.Config how, Device device) {
        memory.require("meta-training on " + how.metaBatch() + " architectures a step",
                MemoryEstimate.ofMetaTraining(hyper, task, how, device.threads()), device);
    }

    private void requireMemory(HyperNetwork hyper, MetaTask task, MetaTrainer.Config how, List<TargetNetwork> heldOut,
            Device device) {
        if (heldOut.isEmpty()) return;
        List<TargetNetwork> all = new ArrayList<>(heldOut);
        all.addAll(MetaValidation.wider(heldOut));
        memory.require("validating on wider architectures",
                MemoryEstimate.ofMetaValidation(hyper, how, task, all, device.threads()), device);
    }

    private GhnConfig config(boolean endless, DataFormat format) {
        Variant usual = endless ? MetaTrainingRecipe.VARIANT : Variant.TINY;
        return GhnConfigs.of(variant == null ? NamedVariant.of(usual) : NamedVariant.parse(variant), encoder, format);
    }

    private static String last(TrainingRun.Outcome outcome) {
        if (Double.isFinite(outcome.loss())) return String.format(Locale.ROOT, "loss %.4f", outcome.loss());
        if (outcome.done() > 0) return "the loss of the last one not a number";
        return outcome.stopped() ? "none of them by this run" : "all of them done before";
    }

    private void report(TrainingRun.Outcome outcome, MetaTrainer trainer, long parameters) {
        spec.commandLine().getOut().printf(Locale.ROOT, "%s: %,d parameters after %d meta-steps, %s%s%n",
                run.out(), parameters, outcome.position(),
                last(outcome),
                trainer.skipped() == 0 ? "" : ", " + trainer.skipped() + " steps left out as not a number");
    }
}
