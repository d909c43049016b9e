package org.logah.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.cli.InterruptionNotice;
import org.logah.cli.Progress;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.MemoryBudget;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.io.ShardedWriter;
import org.logah.engine.io.TensorEntry;
import org.logah.engine.io.TensorWriter;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnFile;
import org.logah.ghn.StreamingPredictor;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.models.DataKind;
import org.logah.models.TargetNetwork;
import org.logah.training.measure.MemoryEstimate;

import com.google.gson.JsonObject;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Predicts all parameters of a target and writes them under the names that its own library uses. */
@Command(name = "predict", mixinStandardHelpOptions = true, description = {
        "Predicts all parameters of a model into a safetensors file.", "",
        "Without --ghn the hypernetwork is fresh and untrained: good for trying out sizes and speed, not for training from.",
        "",
        "  logah predict --model gpt2-medium --out init.safetensors",
        "  logah predict --model gpt2:layers=6,heads=4,width=96,vocabulary=256,positions=64,tied=false \\",
        "                --ghn out/demo/ghn.safetensors --out init.safetensors", ""})
public final class PredictCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;
    @Mixin
    private final ModelOption model = new ModelOption();
    @Mixin
    private final DeviceOptions devices = new DeviceOptions();
    @Mixin
    private final MemoryOptions memory = new MemoryOptions();
    @Mixin
    private final HyperNetworkOptions hyper = new HyperNetworkOptions();

    private static final long PATIENCE_NANOS = 2_000_000_000L;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The safetensors file to write.")
    private Path out = Path.of("");

    @Option(names = "--dtype", paramLabel = "TYPE", defaultValue = "F32", description = "How numbers are stored: f32 (default), f16 or bf16.")
    private DType type = DType.F32;

    @Option(names = "--shards", paramLabel = "SIZE", description = "Write several files of at most this size, e.g. 5G, and their index, as Hugging Face names them.")
    private @Nullable String shards;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of a fresh hypernetwork (default 1).")
    private long seed;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (type == DType.I32 || type == DType.I64)
            throw new TensorException("--dtype " + type + ": choose f32, f16 or bf16");
        if (shards != null && MemoryBudget.parse(shards) < 1)
            throw new TensorException("--shards " + shards + ": files of that size hold nothing; choose 5G, say");
        TargetNetwork target = model.network();
        // A prediction is over before vector kernels are compiled.
        try (Device device = devices.open(KernelChoice.LOOPS)) {
            GhnFile.Loaded loaded = hyper.load(target.data().kind() == DataKind.TOKENS, target.classes(), seed, device);
            ComputationGraph graph = loaded.network().graphOf(target);
            memory.require("predicting " + model.name(), MemoryEstimate.ofPrediction(loaded.network(), target, graph),
                    device);
            long start = System.nanoTime();
            predict(target, graph, loaded, device);
            report(target, loaded, (System.nanoTime() - start) / 1e9, device.pool().report().peak());
            devices.report(device, spec);
        }
        return 0;
    }

    private void predict(TargetNetwork target, ComputationGraph graph, GhnFile.Loaded loaded, Device device)
            throws IOException {
        List<TensorEntry> entries = new ArrayList<>();
        for (ParameterSpec s : target.parameters()) entries.add(new TensorEntry(s.name(), type, s.shape()));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put("model", target.describe());
        Progress progress = new Progress(spec.commandLine().getErr(), "predicting", "M parameters");
        Map<String, Shape> shapes = target.shapes();
        long start = System.nanoTime();
        AtomicInteger done = new AtomicInteger();
        AtomicLong elements = new AtomicLong();
        try (TensorWriter writer = shards == null
                ? new SafetensorsWriter(out, metadata, entries)
                : new ShardedWriter(out, metadata, entries, MemoryBudget.parse(shards));
                InterruptionNotice notice = new InterruptionNotice("interrupted; " + out + " was not written")) {
            new StreamingPredictor(loaded.network(), loaded.parameters(), device).predict(target, graph,
                    new RandomStream(seed), (name, first, values) -> store(writer, name, first, values), name -> {
                        int now = done.incrementAndGet();
                        double all = elements.addAndGet(Objects.requireNonNull(shapes.get(name)).elements());
                        // What is over at once needs no line.
                        if (System.nanoTime() - start > PATIENCE_NANOS)
                            progress.update(now, entries.size(), all / 1e6, name);
                    });
            writer.finish();
        }
    }

    private static void store(TensorWriter writer, String name, long first, Tensor values) {
        try {
            writer.put(name, first, values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void report(TargetNetwork target, GhnFile.Loaded loaded, double seconds, long peak) {
        PrintWriter print = spec.commandLine().getOut();
        if (json) {
            JsonObject o = new JsonObject();
            o.addProperty("model", target.describe());
            o.addProperty("file", out.toString());
            o.addProperty("tensors", target.parameters().size());
            o.addProperty("parameters", target.parameterCount());
            o.addProperty("hypernetwork_parameters", loaded.network().parameterCount());
            o.addProperty("seconds", seconds);
            o.addProperty("working_memory_bytes", peak);
            print.println(o);
            return;
        }
        print.printf(Locale.ROOT, "%s: %d tensors, %,d parameters, predicted by %s (%,d parameters)%n", model.name(),
                target.parameters().size(),
                target.parameterCount(), hyper.describe(), loaded.network().parameterCount());
        print.printf(Locale.ROOT, "%s: %s of %s in %.2f s, %s of working memory%n", out,
                MemoryBudget.format(target.parameterCount() * type.bytes()), type,
                seconds, MemoryBudget.format(peak));
    }
}
