package org.logah.training.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.Utf8;
import org.logah.engine.part.JsonFields;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;

/**
 * A folder as Hugging Face's libraries write it: {@code model.safetensors} or {@code pytorch_model.bin}, or the index of several of
 * either, and {@code config.json}, which says whose weights they are.
 */
public final class WeightsFolder {
    /** The one file of weights that is written. */
    public static final String WEIGHTS = "model.safetensors";
    /** What says whose weights they are. */
    public static final String CONFIG = "config.json";
    private static final List<String> OURS = List.of(WEIGHTS, "model.safetensors.index.json");
    private static final List<String> OTHERS = List.of("pytorch_model.bin", "pytorch_model.bin.index.json");
    private static final List<String> NAMES = Stream.concat(OURS.stream(), OTHERS.stream()).toList();

    private WeightsFolder() {}

    /**
     * {@return the file of weights that a path means: one in it where it is a folder, else itself}
     *
     * @param path a file, an index, or a folder
     * @throws FileFormatException if a folder has none, saying which it may have
     */
    public static Path weights(Path path) throws FileFormatException {
        if (!Files.isDirectory(path)) return path;
        for (String name : NAMES)
            if (Files.isRegularFile(path.resolve(name))) return path.resolve(name);
        throw new FileFormatException(path,
                "is a folder without weights; there may be one of " + String.join(", ", NAMES));
    }

    /**
     * {@return the files of weights that a folder may have and that are never written here}
     *
     * @param folder which need not be there
     */
    public static List<Path> ofOtherPrograms(Path folder) { return OTHERS.stream().map(folder::resolve).toList(); }

    /**
     * {@return the network that the configuration beside some weights describes; null where there is no configuration}
     *
     * @param weights a file of weights
     * @throws FileFormatException if the configuration cannot be read, is of a family that is not known, or asks for what its networks
     *         here do not have
     * @throws IOException if it cannot be read
     */
    public static @Nullable TargetNetwork network(Path weights) throws IOException {
        Path config = weights.resolveSibling(CONFIG);
        if (!Files.isRegularFile(config)) return null;
        try {
            return ModelCatalog.ofConfig(JsonFields.parse("", Utf8.read(config)));
        } catch (TensorException e) {
            throw new FileFormatException(config, "describes no model that is known here: " + e.getMessage(), e);
        }
    }
}
