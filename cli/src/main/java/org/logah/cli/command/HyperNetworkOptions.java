package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.optim.TrainingState;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.io.TensorReader;
import org.logah.engine.part.Parts;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.NamedVariant;
import org.logah.ghn.Variant;
import org.logah.ghn.assembly.Scaling;
import org.logah.ghn.encoder.EncoderConfig;
import org.logah.models.TargetNetwork;
import org.logah.training.prediction.GhnConfigs;

import picocli.CommandLine.Option;

/** Which hypernetwork: one from a file, or a fresh one by name. */
final class HyperNetworkOptions {
    @Option(names = "--ghn", paramLabel = "FILE", description = "A hypernetwork that train-ghn or demo wrote, or a checkpoint of the public code (.pt).")
    private @Nullable Path file;

    @Option(names = "--variant", paramLabel = "NAME", completionCandidates = VariantNames.class, description = "A fresh hypernetwork instead of a file: ${COMPLETION-CANDIDATES} (default tiny); or with changes, as in demo.")
    private @Nullable String variant;

    @Option(names = "--encoder", paramLabel = "KIND", completionCandidates = EncoderNames.class, description = "Encoder of a fresh hypernetwork: ${COMPLETION-CANDIDATES} (default graphormer).")
    private @Nullable String encoder;

    @Option(names = "--scaling", paramLabel = "FORM", completionCandidates = ScalingNames.class, description = "How a fresh hypernetwork scales tensors: ${COMPLETION-CANDIDATES} (default: the variant's own).")
    private @Nullable String scaling;

    /** Whether the file's weights are a moving average of those of its training. */
    private boolean averaged;

    /** The name of every variant. */
    static final class VariantNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() { return Arrays.stream(Variant.values()).map(Variant::label).iterator(); }
    }

    /** The name of every registered encoder. */
    static final class EncoderNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() { return Parts.of(EncoderConfig.class, "encoder").kinds().iterator(); }
    }

    /** The name of every registered scaling. */
    static final class ScalingNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() { return Parts.of(Scaling.class, "scaling").kinds().iterator(); }
    }

    /** The hypernetwork and its weights; a fresh one's depend on the seed alone. */
    GhnFile.Loaded load(TargetNetwork target, long seed, Device device) throws IOException {
        if (file == null) return GhnFile.Loaded.fresh(config(target), new RandomStream(seed), device);
        if (variant != null || encoder != null || scaling != null)
            throw new TensorException(
                    "--ghn names a hypernetwork already; leave out --variant, --encoder and --scaling");
        try (TensorReader in = GhnFile.open(file)) {
            averaged = !TrainingState.prefix(in).isEmpty();
        }
        return GhnFile.read(file, device);
    }

    private GhnConfig config(TargetNetwork target) {
        NamedVariant named = variant == null ? NamedVariant.of(Variant.TINY) : NamedVariant.parse(variant);
        if (scaling != null && named.scaling() != null)
            throw new TensorException("--variant " + variant + " names a scaling already; leave out --scaling");
        GhnConfig config = GhnConfigs.of(named, encoder, target.data());
        return scaling == null ? config : config.withScaling(Scaling.parse(scaling));
    }

    /** The file that was named, null for a fresh hypernetwork. */
    @Nullable
    Path file() { return file; }

    String describe() {
        if (file != null) return file + (averaged ? "'s averaged weights" : "");
        return "fresh " + (variant == null ? "tiny" : variant);
    }
}
