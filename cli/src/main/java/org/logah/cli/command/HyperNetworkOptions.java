package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.assembly.Scaling;
import org.logah.ghn.features.Domain;

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

    HyperNetwork network(boolean language, int classes) throws IOException {
        if (file != null) throw new IllegalStateException("a file was given");
        Variant named = variant == null ? Variant.TINY : Variant.parse(variant);
        Domain domain = language ? Domain.LANGUAGE : Domain.VISION;
        GhnConfig config = encoder == null ? named.config(domain) : named.config(domain, encoder);
        if (scaling != null) config = config.withScaling(Scaling.parse(scaling));
        return new HyperNetwork(language ? config : config.withClasses(classes));
    }

    boolean fromFile() { return file != null; }

    /** The hypernetwork and its weights; a fresh one's depend on the seed alone. */
    GhnFile.Loaded load(boolean language, int classes, long seed, Device device) throws IOException {
        if (file != null) {
            if (variant != null || encoder != null)
                throw new TensorException("--ghn names a hypernetwork already; leave out --variant and --encoder");
            GhnFile.Loaded loaded = GhnFile.read(file, device);
            if (language && loaded.network().config().features().domain() == Domain.VISION) {
                throw new TensorException(file + " holds a hypernetwork for vision models; this is a language model");
            }
            return loaded;
        }
        HyperNetwork network = network(language, classes);
        Parameters weights = network.initialized(device, new RandomStream(seed).split("hypernetwork"));
        return new GhnFile.Loaded(network, weights);
    }

    String describe() { return file != null ? file.toString() : "fresh " + (variant == null ? "tiny" : variant); }
}
