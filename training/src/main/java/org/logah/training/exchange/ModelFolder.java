package org.logah.training.exchange;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.DType;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.OutputFolder;
import org.logah.engine.io.ReplacedFile;
import org.logah.engine.io.ShardedWriter;
import org.logah.engine.io.TensorEntry;
import org.logah.engine.io.TensorReader;
import org.logah.engine.io.TextFile;
import org.logah.engine.io.Utf8;
import org.logah.engine.part.JsonFields;
import org.logah.models.LibraryForm;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.weights.TargetFile;
import org.logah.training.weights.WeightsFolder;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;

/**
 * A folder that other programs read: {@code model.safetensors} and {@code config.json}, as Hugging Face's libraries name and read
 * them. A family that has no such library gets the names of its own one, and a configuration of ours.
 */
public final class ModelFolder {
    private static final String TYPE = "torch_dtype";
    private final Path folder;

    /**
     * A folder to be written.
     *
     * @param folder which need not be there
     * @throws FileFormatException if its {@code config.json} is there and describes no model, so that it is something else
     * @throws IOException if that cannot be read
     */
    public ModelFolder(Path folder) throws IOException {
        this.folder = folder;
        Path config = folder.resolve(WeightsFolder.CONFIG);
        if (!Files.exists(config)) return;
        try {
            JsonFields found = JsonFields.parse("", Utf8.read(config));
            if (found.has(LibraryForm.MODEL) || found.has("model_type")) return;
        } catch (TensorException | FileFormatException e) {
            throw new FileFormatException(config, "is there and describes no model; choose another folder", e);
        }
        throw new FileFormatException(config, "is there and describes no model; choose another folder");
    }

    /**
     * Refuses to replace a model that this program cannot make again in a moment: one of another network, or of another program. One in
     * PyTorch's form is another program's whatever it holds; libraries would read the new weights in its place.
     *
     * @param network whose weights are to be written
     * @throws FileFormatException if the folder has such a one, or a file in its place that cannot be read
     * @throws IOException if the folder cannot be read
     */
    public void requireReplaceable(TargetNetwork network) throws IOException {
        for (Path there : List.of(weights(), ShardedWriter.index(weights()))) {
            String held = Files.exists(there) ? holds(there) : null;
            if (held != null && !held.equals(network.describe())) throw replaced(there, "holds weights of " + held);
        }
        for (Path there : WeightsFolder.ofOtherPrograms(folder))
            if (Files.exists(there))
                throw new FileFormatException(there, "is another program's, and would no longer be read "
                        + "beside model.safetensors; choose another --out, or move it away");
        String described = described();
        if (described != null && !described.equals(network.describe()))
            throw replaced(folder.resolve(WeightsFolder.CONFIG), "describes " + described);
    }

    private static FileFormatException replaced(Path file, String what) {
        return new FileFormatException(file, what + ", which this would replace; choose another --out, or remove it");
    }

    /** Whose weights a file says it has; null for an index whose files somebody has removed. */
    private static @Nullable String holds(Path file) throws IOException {
        try (TensorReader in = TensorReader.open(file)) {
            String held = in.metadata(TargetFile.MODEL);
            return held == null ? "another program" : held;
        } catch (FileFormatException e) {
            if (e.getCause() instanceof NoSuchFileException) return null;
            throw e.with("choose another --out, or remove it");
        }
    }

    /** Whose weights the folder says it has, null where it says nothing. */
    private @Nullable String described() throws IOException {
        try {
            TargetNetwork described = WeightsFolder.network(weights());
            return described == null ? null : described.describe();
        } catch (FileFormatException e) {
            return "a model that is not known here";
        }
    }

    /** {@return the file of weights} */
    public Path weights() { return folder.resolve(WeightsFolder.WEIGHTS); }

    /**
     * Makes the folder where it is not there.
     *
     * @return to be closed at the end: a folder that was made and that nothing was written to goes again
     * @throws FileFormatException if it cannot be made
     */
    public OutputFolder open() throws FileFormatException { return OutputFolder.open(folder); }

    /**
     * Begins {@code config.json}, for which there must be room before there are weights.
     *
     * @param network whose weights they are
     * @param type how they are stored
     * @return to be {@link ReplacedFile#commit committed} once the weights are there, and closed
     * @throws IOException if it cannot be written
     */
    public ReplacedFile description(TargetNetwork network, DType type) throws IOException {
        JsonObject config = ModelCatalog.family(network).libraryForm().config(network);
        if (config.has(TYPE)) config.addProperty(TYPE, switch (type) {
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> "float32";
        });
        return TextFile.begin(folder.resolve(WeightsFolder.CONFIG),
                new GsonBuilder().setPrettyPrinting().create().toJson(config) + "\n");
    }

    /**
     * What was written.
     *
     * @param tensors how many
     * @param bytes of their numbers
     */
    public record Report(int tensors, long bytes) {}

    /**
     * Copies a network's weights, bit by bit, without an optimizer's state, and describes them; those of a training say that they are.
     *
     * @param path weights as {@link TargetFile#open} takes them
     * @param network whose they are
     * @return what was written
     * @throws FileFormatException if a weight is missing, or has another shape, or the file has one more
     * @throws IOException if the one cannot be read or the other not be written
     */
    public Report export(Path path, TargetNetwork network) throws IOException {
        try (TensorReader in = TargetFile.open(path, network)) {
            TargetFile.requireWhole(in, network);
            Map<String, String> header = TargetFile.header(network, in.metadata(TargetFile.TOKENIZER));
            if (TargetFile.isTrained(in, true))
                header.put(TargetFile.CHECKPOINT, TargetFile.EXPORTED);
            List<TensorEntry> written;
            DType type = in.entry(network.parameters().getFirst().name()).type();
            try (OutputFolder _ = open(); ReplacedFile description = description(network, type)) {
                written = TensorCopy.write(in, weights(), header);
                description.commit();
            }
            return new Report(written.size(), written.stream().mapToLong(TensorEntry::bytes).sum());
        }
    }
}
