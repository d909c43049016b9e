package org.logah.training.exchange;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.optim.TrainingState;
import org.logah.engine.TensorException;
import org.logah.engine.io.RenamedReader;
import org.logah.engine.io.TensorEntry;
import org.logah.engine.io.TensorReader;
import org.logah.engine.io.TorchReader;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.assembly.MeanFieldScaling;
import org.logah.ghn.decoder.ConvDecoder;
import org.logah.ghn.decoder.LowRankDecoder;
import org.logah.ghn.encoder.GatedGnn;
import org.logah.ghn.encoder.Graphormer;
import org.logah.models.LibraryForm;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetFamily;
import org.logah.models.TargetNetwork;
import org.logah.training.weights.LibraryWeights;
import org.logah.training.weights.TargetFile;
import org.logah.training.weights.WeightsFolder;

/**
 * Brings weights of another program into one safetensors file, as they are, under the names that are used here, with what they are in
 * its header: a hypernetwork's configuration, or the model. Of a training of ours it takes the weights alone, of one that keeps a moving
 * average that average.
 */
public final class WeightsImport {
    private WeightsImport() {}

    /**
     * What was written.
     *
     * @param kind what the weights were recognized as
     * @param tensors how many
     * @param bytes of their numbers
     * @param others keys of what else in the file has tensors, such as an optimizer's state, and was left out
     * @param model whose weights they are, where that is known; with other heads they would compute something else
     */
    public record Report(String kind, int tensors, long bytes, List<String> others, @Nullable String model) {}

    /**
     * Reads and writes.
     *
     * @param path a file of {@code torch.save}'s or a safetensors file, the index of several, or a folder with one of these
     * @param out the safetensors file
     * @param model whose weights they are, as {@link ModelCatalog#parse} reads it; null where the file or the {@code config.json} beside
     *        it says so, or nobody knows
     * @return what was written
     * @throws TensorException if a model is given for what is a hypernetwork
     * @throws IOException if the one cannot be read or the other not be written
     */
    public static Report write(Path path, Path out, @Nullable String model) throws IOException {
        Path file = WeightsFolder.weights(path);
        List<String> others = others(file);
        try (TensorReader in = GhnFile.open(file)) {
            if (GhnFile.isIn(in)) {
                if (model != null)
                    throw new TensorException(file + " holds a hypernetwork, which is of no model; leave out --model");
                GhnConfig config = GhnFile.config(in);
                return report(kind(config),
                        TensorCopy.write(GhnFile.weights(in), out, GhnFile.header(config)), others, null);
            }
        }
        return target(file, out, model, others);
    }

    private static List<String> others(Path file) throws IOException {
        try (TensorReader in = TensorReader.open(file)) {
            if (in instanceof TorchReader torch) return torch.others();
            return TrainingState.isIn(in) ? List.of("optimizer") : List.of();
        }
    }

    /** By the parts that a public program has; with any other it is none of theirs. */
    private static String kind(GhnConfig config) {
        boolean theirs = config.features().isReference() && !(config.scaling() instanceof MeanFieldScaling)
                && !(config.encoder() instanceof Graphormer.Config g && !g.tellsAll());
        if (theirs && config.decoder() instanceof LowRankDecoder.Config) return "LoGAH";
        if (theirs && config.decoder() instanceof ConvDecoder.Config)
            return config.encoder() instanceof GatedGnn.Config ? "GHN-2" : "GHN-3";
        return "hypernetwork of ours";
    }

    private static Report target(Path file, Path out, @Nullable String model, List<String> others) throws IOException {
        TargetNetwork network = network(file, model);
        if (network != null) {
            try (TensorReader in = TargetFile.open(file, network)) {
                TargetFile.requireWhole(in, network);
                Map<String, String> header = TargetFile.header(network, in.metadata(TargetFile.TOKENIZER));
                return report(ModelCatalog.family(network).kind(), TensorCopy.write(in, out, header), others,
                        network.describe());
            }
        }
        TensorReader in = TensorReader.open(file);
        try (in) {
            TargetFamily family = family(in);
            LibraryForm form = family == null ? LibraryForm.own() : family.libraryForm();
            try (TensorReader renamed = new RenamedReader(in, LibraryWeights.renamed(in, form))) {
                Map<String, String> header = TargetFile.header(null, in.metadata(TargetFile.TOKENIZER));
                return report(family == null ? "tensors" : family.kind(), TensorCopy.write(renamed, out, header),
                        others, null);
            }
        }
    }

    private static @Nullable TargetNetwork network(Path file, @Nullable String model) throws IOException {
        if (model != null) return ModelCatalog.parse(model);
        try (TensorReader in = TensorReader.open(file)) {
            String said = in.metadata(TargetFile.MODEL);
            if (said != null) return ModelCatalog.parse(said);
        }
        return WeightsFolder.network(file);
    }

    private static @Nullable TargetFamily family(TensorReader in) {
        for (TargetFamily family : ModelCatalog.families()) {
            LibraryForm form = family.libraryForm();
            if (form.hasNames(LibraryWeights.ownNames(in, form))) return family;
        }
        return null;
    }

    private static Report report(String kind, List<TensorEntry> written, List<String> others, @Nullable String model) {
        return new Report(kind, written.size(), written.stream().mapToLong(TensorEntry::bytes).sum(), others, model);
    }
}
