package org.logah.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Locale;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.cli.terminal.InterruptionNotice;
import org.logah.cli.terminal.Progress;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.MemoryBudget;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileClaim;
import org.logah.engine.io.OutputFolder;
import org.logah.engine.io.FileIdentity;
import org.logah.engine.io.ReplacedFile;
import org.logah.engine.io.ShardedWriter;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnFile;
import org.logah.models.TargetNetwork;
import org.logah.training.exchange.ModelFolder;
import org.logah.training.prediction.PredictionWriter;
import org.logah.training.prediction.PredictionWriter.Output;

import com.google.gson.JsonObject;

import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Predicts all parameters of a target and writes them under the names that its own library uses. */
@Command(name = "predict", mixinStandardHelpOptions = true, description = {
        "Predicts all parameters of a model into a safetensors file.", "",
        "Without --ghn the hypernetwork is fresh and untrained: good for trying out sizes and speed, not for training from.",
        ""})
public final class PredictCommand implements Callable<Integer> {
    private CommandSpec spec = CommandSpec.create();
    @Mixin
    private final ModelOption model = new ModelOption();
    @Mixin
    private final DeviceOptions devices = new DeviceOptions();
    @Mixin
    private final MemoryOptions memory = new MemoryOptions();
    @Mixin
    private final HyperNetworkOptions hyper = new HyperNetworkOptions();

    @Option(names = "--out", required = true, converter = ModelOutput.Converter.class, paramLabel = "FILE", description = "The safetensors file to write; or a folder, there or with / behind its name, to write as Hugging Face's libraries read it: model.safetensors and config.json.")
    private ModelOutput output = ModelOutput.NONE;

    @Option(names = "--dtype", converter = FloatType.class, paramLabel = "TYPE", defaultValue = "F32", description = "How numbers are stored: f32 (default), f16 or bf16.")
    private DType type = DType.F32;

    /** By the names that people use. */
    static final class FloatType implements ITypeConverter<DType> {
        @Override
        public DType convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "f32", "fp32", "float32", "float" -> DType.F32;
                case "f16", "fp16", "float16", "half" -> DType.F16;
                case "bf16", "bfloat16" -> DType.BF16;
                default -> throw new TypeConversionException("'" + text + "': choose f32, f16 or bf16");
            };
        }
    }

    @Option(names = "--shards", paramLabel = "SIZE", description = "Write several files of at most this size, e.g. 5G, and their index, as Hugging Face names them.")
    private @Nullable String shards;

    @Option(names = "--seed", converter = OptionBounds.Seed.class, paramLabel = "N", defaultValue = "1", description = "Seed of what is drawn at random: a random base, as mean-field has it, rows beyond a grid of positions, and a fresh hypernetwork (default 1).")
    private long seed;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Spec
    void command(CommandSpec command) {
        spec = command;
        HelpExamples.add(command, "logah predict --model gpt2-medium --out init.safetensors", "",
                "model=gpt2:layers=6,heads=4,width=96,vocabulary=256",
                "logah predict --model $model,positions=64,tied=false \\",
                "  --ghn out/demo/ghn-cosine-mini-1.safetensors \\", "  --out init.safetensors");
    }

    @Override
    public Integer call() throws IOException {
        long shardBytes = shards == null ? 0 : MemoryBudget.parse(shards);
        if (shards != null && shardBytes < 1)
            throw new TensorException("--shards " + shards + ": files of that size hold nothing; choose 5G, say");
        TargetNetwork target = model.network();
        ModelFolder folder = output.folder();
        Path out = folder == null ? output.path() : folder.weights();
        Path last = shards == null ? out : ShardedWriter.index(out);
        try (OutputFolder _ = folder == null ? null : folder.open(); FileClaim _ = FileClaim.of(out)) {
            OutputFile.check("--out", last, Collections.singletonMap("--ghn", hyper.file()));
            OutputFile.requireNoTraining(out, "a prediction", true);
            if (folder != null) folder.requireReplaceable(target);
            predict(target, folder, new Output(out, type, shardBytes), last);
        }
        return 0;
    }

    private void predict(TargetNetwork target, @Nullable ModelFolder folder, Output to, Path last) throws IOException {
        // A prediction is over before vector kernels are compiled.
        try (Device device = devices.open(KernelChoice.LOOPS, false)) {
            GhnFile.Loaded logah = hyper.load(target, seed, device);
            PredictionWriter writer = new PredictionWriter(logah, target, device);
            memory.require("predicting " + model.name(), writer.memory(), device);
            PredictionWriter.Report report;
            Progress progress = new Progress(spec.commandLine().getErr(), "predicting", "M parameters",
                    Progress.PATIENCE);
            try (InterruptionNotice _ = notice(to.file(), last);
                    ReplacedFile description = folder == null ? null : folder.description(target, type)) {
                report = writer.write(to, new RandomStream(seed),
                        (name, done, of, elements) -> progress.update(done, of, elements / 1e6, List.of(name)));
                if (description != null) description.commit();
            }
            progress.finish(report.tensors(), List.of());
            report(target, logah.network().parameterCount(), report, last);
            devices.report(device, spec);
        }
    }

    /** What is true at the end: an interruption may come when everything is there but for the names. */
    private InterruptionNotice notice(Path out, Path last) {
        Optional<FileIdentity> before = FileIdentity.of(last);
        return new InterruptionNotice(spec.commandLine().getErr(), () -> {
            ReplacedFile.settle();
            return "interrupted; " + out
                    + (FileIdentity.of(last).equals(before) ? " was not written" : " was written before");
        });
    }

    private void report(TargetNetwork target, long hyperParameters, PredictionWriter.Report r, Path written) {
        PrintWriter print = spec.commandLine().getOut();
        if (json) {
            JsonObject o = new JsonObject();
            o.addProperty("model", target.describe());
            o.addProperty("file", written.toString());
            o.addProperty("tensors", r.tensors());
            o.addProperty("parameters", r.elements());
            o.addProperty("hypernetwork_parameters", hyperParameters);
            o.addProperty("seconds", r.seconds());
            o.addProperty("working_memory_bytes", r.workingMemory());
            print.println(o);
            return;
        }
        print.printf(Locale.ROOT, "%s: %d tensors, %,d parameters, predicted by %s (%,d parameters)%n", model.name(),
                r.tensors(), r.elements(), hyper.describe(), hyperParameters);
        print.printf(Locale.ROOT, "%s: %s of %s in %.2f s, %s of working memory%n", written,
                MemoryBudget.format(r.bytes()), type, r.seconds(), MemoryBudget.format(r.workingMemory()));
    }
}
