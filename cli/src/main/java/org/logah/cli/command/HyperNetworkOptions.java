package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.Variant;
import org.logah.ghn.assembly.Scaling;
import org.logah.ghn.features.Domain;
import org.logah.models.DataKind;
import org.logah.models.TargetNetwork;

import picocli.CommandLine.Option;

/** Which hypernetwork: one from a file, or a fresh one by name. */
final class HyperNetworkOptions {
    @Option(names = "--ghn", paramLabel = "FILE", description = "A hypernetwork that train-ghn or demo wrote.")
    private @Nullable Path file;

    @Option(names = "--variant", paramLabel = "NAME", description = "A fresh one instead: tiny (default), small, base, large, ghn3-t, ghn3-s, ghn3-l, mini.")
    private @Nullable String variant;

    @Option(names = "--encoder", paramLabel = "KIND", description = "Encoder of a fresh one: graphormer (default) or gatedgnn.")
    private @Nullable String encoder;

    @Option(names = "--scaling", paramLabel = "FORM", description = "How tensors are scaled: fan-in (vision), std or paper (language).")
    private @Nullable String scaling;

    /** The hypernetwork and its weights; a fresh one's depend on the seed alone. */
    GhnFile.Loaded load(TargetNetwork target, long seed, Device device) throws IOException {
        if (file == null) return GhnFile.Loaded.fresh(config(target), new RandomStream(seed), device);
        if (variant != null || encoder != null || scaling != null)
            throw new TensorException(
                    "--ghn names a hypernetwork already; leave out --variant, --encoder and --scaling");
        return GhnFile.read(file, device);
    }

    private GhnConfig config(TargetNetwork target) {
        Variant named = variant == null ? Variant.TINY : Variant.parse(variant);
        Domain domain = target.data().kind() == DataKind.TOKENS ? Domain.LANGUAGE : Domain.VISION;
        GhnConfig config = encoder == null ? named.config(domain) : named.config(domain, encoder);
        if (scaling != null) config = config.withScaling(Scaling.parse(scaling));
        return domain == Domain.LANGUAGE ? config : config.withClasses(target.classes());
    }

    String describe() { return file != null ? file.toString() : "fresh " + (variant == null ? "tiny" : variant); }
}
