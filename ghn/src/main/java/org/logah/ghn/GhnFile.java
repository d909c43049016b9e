package org.logah.ghn;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import org.logah.autograd.Parameters;
import org.logah.autograd.nn.ParameterFile;
import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.part.RecordJson;
import org.logah.engine.random.RandomStream;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;

/**
 * A hypernetwork in a safetensors file: the weights under the reference's names, the configuration in the header under
 * {@code ghn}.
 */
public final class GhnFile {
    /** Value of the header's {@code kind}. */
    public static final String KIND = "ghn";

    private GhnFile() {}

    /** A hypernetwork and its weights. */
    public record Loaded(HyperNetwork network, Parameters parameters) {
        /**
         * One that was never trained; its weights depend on the random stream alone.
         *
         * @param random the stream of a whole job, of which this takes the part {@code hypernetwork}
         */
        public static Loaded fresh(GhnConfig config, RandomStream random, Device device) {
            HyperNetwork network = new HyperNetwork(config);
            return new Loaded(network, network.initialized(device, random.split("hypernetwork")));
        }
    }

    public static void write(Path file, GhnConfig config, Map<String, Tensor> weights, Map<String, String> more)
            throws IOException {
        Map<String, String> metadata = header(config);
        metadata.putAll(more);
        SafetensorsWriter.write(file, metadata, weights);
    }

    /** What the header of a hypernetwork's file says of it. */
    public static Map<String, String> header(GhnConfig config) {
        Map<String, String> header = new LinkedHashMap<>();
        header.put("kind", KIND);
        header.put("ghn", RecordJson.write(config).toString());
        return header;
    }

    /**
     * The configuration in a file's header.
     *
     * @throws FileFormatException if there is none, or it cannot be read
     */
    public static GhnConfig config(SafetensorsReader in) throws FileFormatException {
        String json = in.metadata("ghn");
        if (json == null)
            throw new FileFormatException(in.file(), "holds no hypernetwork (its header has no 'ghn' entry)");
        return config(in.file(), json);
    }

    /**
     * Reads a configuration as {@link #header} writes it, or as files of the reference and of earlier versions have it.
     *
     * @throws FileFormatException if it cannot be read, naming the key
     */
    public static GhnConfig config(Path file, String json) throws FileFormatException {
        try {
            JsonElement parsed = JsonParser.parseString(json);
            return parsed instanceof JsonObject o && !o.has("encoder")
                    ? ReferenceConfig.read(o)
                    : RecordJson.read(GhnConfig.class, parsed);
        } catch (TensorException | JsonParseException e) {
            throw new FileFormatException(file,
                    "has a hypernetwork configuration that cannot be read: " + e.getMessage(),
                    e);
        }
    }

    /**
     * @throws FileFormatException if the file holds no hypernetwork, or its tensors do not fit its configuration
     */
    public static Loaded read(Path file, Device device) throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            HyperNetwork network = new HyperNetwork(config(in));
            return new Loaded(network, readWeights(in, "", network, device));
        }
    }

    /** Reads a hypernetwork's weights, each of whose names starts with {@code prefix}; checks every shape. */
    public static Parameters readWeights(SafetensorsReader in, String prefix, HyperNetwork network, Device device)
            throws IOException {
        return ParameterFile.read(in, prefix, network.parameters(), "the variant in its header", device);
    }
}
