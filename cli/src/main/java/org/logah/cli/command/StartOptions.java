package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.io.TensorReader;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.models.Initialization;
import org.logah.models.TargetNetwork;
import org.logah.training.prediction.PredictedStart;
import org.logah.training.weights.InitialParameters;
import org.logah.training.weights.TargetFile;
import org.logah.training.weights.WeightsFolder;

import picocli.CommandLine.Option;

/** Which parameters a training starts from. */
final class StartOptions {
    private static final String RANDOM = "random";

    @Option(names = "--init", converter = NotBlank.class, paramLabel = "START", description = "random (default), orthogonal, xavier, kaiming, lecun, or weights: a safetensors file or one of torch.save's, the index of several, or a folder with one of these.")
    private @Nullable String init;

    @Option(names = "--ghn", paramLabel = "FILE", description = "Start from what this hypernetwork predicts, as predict with the same seed does.")
    private @Nullable Path hypernetwork;

    @Option(names = "--new-head", description = "Take all but the layer of classes from the file of --init, and start that anew: for other classes, or another vocabulary.")
    private boolean newHead;

    /** Makes the start of each seed. */
    @FunctionalInterface
    interface Start { Parameters parameters(long seed) throws IOException; }

    /** Refuses what does not go together. */
    void check() {
        if (init != null && init.startsWith("ghn:"))
            throw new TensorException("--init " + init + ": a hypernetwork is named by --ghn "
                    + init.substring("ghn:".length()));
        if (hypernetwork != null && init != null)
            throw new TensorException("--ghn predicts the start, --init names another; leave one of them out");
        if (newHead && file() == null)
            throw new TensorException("--new-head is about the file of --init, and "
                    + (hypernetwork == null ? "the start is " + name() : "--ghn predicts the head as well")
                    + "; leave it out");
    }

    private String name() { return init == null ? RANDOM : init; }

    private @Nullable Path file() { return InitialParameters.isFile(name()) ? Path.of(name()) : null; }

    /** The network that a file of parameters says it is of; null where there is no such file. */
    @Nullable
    TargetNetwork network() throws IOException {
        Path file = file();
        return file == null ? null : TargetFile.network(file, null);
    }

    /** What is read, by option. */
    Map<String, @Nullable Path> inputs() throws IOException {
        Map<String, @Nullable Path> inputs = new LinkedHashMap<>();
        Path file = file();
        inputs.put("--init", file == null ? null : WeightsFolder.weights(file));
        inputs.put("--ghn", hypernetwork);
        return inputs;
    }

    /** In words, for people. */
    String describe() {
        if (hypernetwork != null) return "the prediction of " + hypernetwork;
        return newHead ? name() + " with a new head" : name();
    }

    /** The same whatever folder the files are in, for what a run is of. */
    String about() {
        if (hypernetwork != null) return "prediction of " + hypernetwork.getFileName();
        Path file = file();
        if (file == null) return Initialization.parse(name()).label();
        return file.getFileName() + (newHead ? " with a new head" : "");
    }

    /** Reads what there is to read, and refuses what would take more memory than there is. */
    Start open(TargetNetwork network, MemoryOptions memory, Device device) throws IOException {
        if (hypernetwork != null) {
            try (TensorReader in = GhnFile.open(hypernetwork)) {
                HyperNetwork hyper = new HyperNetwork(GhnFile.config(in));
                memory.require("predicting " + network.describe() + " in memory",
                        PredictedStart.memory(hyper, network, device.threads()), device);
            }
            // Its weights are gone when the training begins; the next seed's training reads them again.
            Path file = hypernetwork;
            return seed -> PredictedStart.parameters(GhnFile.read(file, device), network, new RandomStream(seed),
                    device);
        }
        Path file = file();
        return seed -> newHead && file != null
                ? InitialParameters.withNewHead(file, network, new RandomStream(seed), device)
                : InitialParameters.of(name(), network, new RandomStream(seed), device);
    }
}
