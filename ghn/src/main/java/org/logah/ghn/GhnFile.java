package org.logah.ghn;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.autograd.nn.ParameterFile;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.optim.TrainingState;
import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.RenamedReader;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.io.TensorReader;
import org.logah.engine.part.JsonValues;
import org.logah.engine.part.RecordJson;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.features.ShapeForm;
import org.logah.ghn.graph.ComputationGraph;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;

/**
 * A hypernetwork in a safetensors file: the weights under the reference's names, the configuration in the header under
 * {@code ghn}.
 */
public final class GhnFile {
    /** The header's entry that is the configuration, as JSON; a {@link PublicCheckpoint} has none. */
    public static final String CONFIG = "ghn";

    /** Value of the header's {@code kind}. */
    private static final String KIND = "ghn";
    /** What the weights are of, in messages. */
    private static final String OWNER = "the variant in its header";

    private GhnFile() {}

    /**
     * A hypernetwork and its weights.
     *
     * @param network the hypernetwork
     * @param parameters its weights, under the names of {@link HyperNetwork#parameters}
     */
    public record Loaded(HyperNetwork network, Parameters parameters) {
        /**
         * {@return one that was never trained; its weights depend on the random stream alone}
         *
         * @param config what it is built from
         * @param random the stream of a whole job, of which this takes the part {@code hypernetwork}
         * @param device where its weights will be
         */
        public static Loaded fresh(GhnConfig config, RandomStream random, Device device) {
            HyperNetwork network = new HyperNetwork(config);
            return new Loaded(network, network.initialized(device, random.split("hypernetwork")));
        }
    }

    /**
     * Writes a hypernetwork.
     *
     * @param file where to
     * @param config what it was built from
     * @param weights its weights by name
     * @param more further texts for the header, by key
     * @throws IOException if it cannot be written
     */
    public static void write(Path file, GhnConfig config, Map<String, Tensor> weights, Map<String, String> more)
            throws IOException {
        Map<String, String> metadata = header(config);
        metadata.putAll(more);
        SafetensorsWriter.write(file, metadata, weights);
    }

    /**
     * {@return what the header of a hypernetwork's file says of it: {@code kind}, and the configuration as JSON under {@code ghn}}
     * The map may be added to.
     *
     * @param config what the hypernetwork was built from
     */
    public static Map<String, String> header(GhnConfig config) {
        Map<String, String> header = new LinkedHashMap<>();
        header.put("kind", KIND);
        header.put(CONFIG, RecordJson.write(config).toString());
        return header;
    }

    /**
     * {@return the configuration in a file's header, or beside the weights of a {@link PublicCheckpoint}}
     *
     * @param in the file
     * @throws FileFormatException if there is none, or it cannot be read
     * @throws IOException if the file cannot be read
     */
    public static GhnConfig config(TensorReader in) throws IOException {
        String json = in.metadata(CONFIG);
        if (json != null) return config(in.file(), json);
        if (!PublicCheckpoint.isIn(in))
            throw new FileFormatException(in.file(), "holds no hypernetwork (its header has no 'ghn' entry)");
        try {
            return PublicCheckpoint.config(in);
        } catch (TensorException e) {
            throw unreadable(in.file(), e);
        }
    }

    /**
     * {@return a configuration read from JSON, as {@link #header} writes it, or as files of the reference and of earlier versions
     * have it}
     *
     * @param file where the JSON is from, for messages
     * @param json the configuration
     * @throws FileFormatException if it cannot be read, naming the key
     */
    public static GhnConfig config(Path file, String json) throws FileFormatException {
        try {
            JsonElement parsed = JsonValues.parse("", json);
            if (parsed instanceof JsonObject o && !o.has("encoder")) return ReferenceConfig.read(o);
            if (parsed instanceof JsonObject o) addWhatEarlierVersionsHadNoKeysFor(o);
            return RecordJson.read(GhnConfig.class, parsed);
        } catch (TensorException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * Adds the keys that files of earlier versions lack, with the only values that there were then.
     *
     * @param config as {@link #header} writes it, or as it was written then
     */
    public static void addWhatEarlierVersionsHadNoKeysFor(JsonObject config) {
        addWhereMissing(config, "features", null, "shapes", new JsonPrimitive(ShapeForm.BINNED.label()));
        addWhereMissing(config, "features", null, "siblings", new JsonPrimitive(false));
        addWhereMissing(config, "encoder", "graphormer", "farthest", new JsonPrimitive(ComputationGraph.MAX_DISTANCE));
        addWhereMissing(config, "decoder", "cosine", "standardization", new JsonPrimitive("nodes"));
        addWhereMissing(config, "scaling", "mean-field", "residual_biases", new JsonPrimitive(false));
        addWhereMissing(config, "scaling", "mean-field", "score_factor", new JsonPrimitive(1.0));
    }

    private static void addWhereMissing(JsonObject config, String part, @Nullable String kind, String key,
            JsonPrimitive value) {
        if (!(config.get(part) instanceof JsonObject o) || o.has(key)) return;
        if (kind == null || new JsonPrimitive(kind).equals(o.get("kind"))) o.add(key, value);
    }

    /**
     * {@return the configuration, as {@link #config(TensorReader)} gives it, after checking that a public file has no unknown
     * tensors}
     *
     * @param in a file that {@link #open} gave
     * @throws FileFormatException if there is none, or it cannot be read, or a {@link PublicCheckpoint} has another tensor
     * @throws IOException if the file cannot be read
     */
    public static GhnConfig checkedConfig(TensorReader in) throws IOException {
        GhnConfig config = config(in);
        if (in.metadata(CONFIG) == null) PublicCheckpoint.requireKnown(in, network(in.file(), config));
        return config;
    }

    /**
     * {@return whether a file holds a hypernetwork}
     *
     * @param in a file that {@link #open} gave
     * @throws IOException if it cannot be read
     */
    public static boolean isIn(TensorReader in) throws IOException {
        return in.metadata(CONFIG) != null || PublicCheckpoint.isIn(in);
    }

    private static FileFormatException unreadable(Path file, TensorException e) {
        return new FileFormatException(file, "has a hypernetwork configuration that cannot be read: " + e.getMessage(),
                e);
    }

    /**
     * Opens a file with a hypernetwork: one of ours, or a {@link PublicCheckpoint}, whose tensors then have the names that ours have.
     *
     * @param file a safetensors file, or one of {@code torch.save}'s
     * @return a reader, to be closed
     * @throws IOException if it cannot be read
     */
    @SuppressWarnings("MustBeClosedChecker") // the renamed reader closes what it renames
    public static TensorReader open(Path file) throws IOException {
        TensorReader in = TensorReader.open(file);
        try {
            return in.metadata(CONFIG) == null && PublicCheckpoint.isIn(in) ? PublicCheckpoint.renamed(in) : in;
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    /**
     * Reads a hypernetwork and the weights to predict with: the moving average if the training kept one.
     *
     * @param file one of ours, or a {@link PublicCheckpoint}
     * @param device where the weights will be
     * @return the hypernetwork and trainable weights, which live until nothing refers to them
     * @throws FileFormatException if the file holds no hypernetwork, or its tensors do not fit its configuration
     * @throws IOException if it cannot be read
     */
    public static Loaded read(Path file, Device device) throws IOException {
        try (TensorReader in = open(file)) {
            HyperNetwork network = network(file, checkedConfig(in));
            return new Loaded(network, readWeights(in, TrainingState.prefix(in), network, device));
        }
    }

    /** Builds it, or refuses sizes that are too large together. */
    private static HyperNetwork network(Path file, GhnConfig config) throws FileFormatException {
        try {
            return new HyperNetwork(config);
        } catch (TensorException e) {
            throw new FileFormatException(file, "has a hypernetwork configuration that cannot be: " + e.getMessage(),
                    e);
        }
    }

    /**
     * {@return the weights to predict with, as {@link #read} takes them, under the hypernetwork's own names and without the rest
     * of a training's file; of a {@link PublicCheckpoint} everything}
     *
     * @param in a file that {@link #open} gave, with which the result is closed
     * @throws FileFormatException if there is no hypernetwork, or its tensors do not fit its configuration
     * @throws IOException if the file cannot be read
     */
    public static TensorReader weights(TensorReader in) throws IOException {
        GhnConfig config = checkedConfig(in);
        if (in.metadata(CONFIG) == null) return in;
        String prefix = TrainingState.prefix(in);
        Map<String, RenamedReader.Source> sources = new LinkedHashMap<>();
        for (ParameterSpec s : network(in.file(), config).parameters()) {
            ParameterFile.require(in, prefix + s.name(), s.shape(), OWNER);
            sources.put(s.name(), new RenamedReader.Source(prefix + s.name(), s.shape()));
        }
        return new RenamedReader(in, sources);
    }

    /**
     * Reads a hypernetwork's weights and checks every shape.
     *
     * @param in the file
     * @param prefix what each weight's name starts with in the file, and not in the hypernetwork
     * @param network whose weights they are
     * @param device where they will be
     * @return trainable weights, which live until nothing refers to them
     * @throws FileFormatException if the file lacks a weight, or holds one of another shape
     * @throws IOException if it cannot be read
     */
    public static Parameters readWeights(TensorReader in, String prefix, HyperNetwork network, Device device)
            throws IOException {
        return ParameterFile.read(in, prefix, network.parameters(), OWNER, device);
    }
}
