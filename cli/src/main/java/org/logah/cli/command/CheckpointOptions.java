package org.logah.cli.command;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.training.run.Checkpoints;

import picocli.CommandLine.Option;

/** What a training keeps beside its state. */
final class CheckpointOptions {
    @Option(names = "--keep", converter = OptionBounds.Count.class, paramLabel = "K", description = "Also keep the states at the last K validations, each as NAME.step-N.safetensors beside --out.")
    private @Nullable Integer keep;

    @Option(names = "--best", description = "Also keep the weights of the lowest validation loss, as NAME.best.safetensors beside --out.")
    private boolean best;

    @Option(names = "--out-weights", paramLabel = "FILE", description = "Also write the last step's weights there at the end, without the optimizer's state.")
    private @Nullable Path weights;

    /** Where the last weights go; null for nowhere. */
    @Nullable
    Path weights() { return weights; }

    /** The same for a training that has other files than the options name. */
    Checkpoints of(RunFiles files) {
        return new Checkpoints(keep == null ? 0 : keep, best, files.weights());
    }
}
