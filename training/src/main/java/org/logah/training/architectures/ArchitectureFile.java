package org.logah.training.architectures;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.TextFile;
import org.logah.engine.io.Utf8;
import org.logah.engine.part.JsonFields;
import org.logah.engine.part.JsonValues;
import org.logah.engine.random.RandomStream;
import org.logah.models.ArchitectureRanges;
import org.logah.models.ArchitectureSampler;
import org.logah.models.DataFormat;
import org.logah.models.DataKind;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.meta.ArchitectureSet;
import org.logah.training.data.Digests;

import com.google.gson.JsonObject;

/**
 * A set of architectures in a file: a list, whose name ends in {@code .jsonl} and which has an object with the key {@code model} on
 * each line, or {@linkplain ArchitectureRanges ranges} to draw from, whose name ends in {@code .json}.
 */
public abstract sealed class ArchitectureFile {
    private static final String MODEL = "model";
    private static final String PARAMETERS = "parameters";
    /** What a line says for people; of other families those that they have. */
    private static final List<String> SHOWN = List.of("layers", "heads", "width", "mlp");
    /** Tensors of all different architectures together; a published set has about 20,000. */
    private static final int MOST_TENSORS = 150_000;

    private final String digest;

    private ArchitectureFile(String digest) { this.digest = digest; }

    /**
     * {@return whether the name of a set is that of a file}
     *
     * @param name what a user wrote
     */
    public static boolean isFile(String name) { return name.endsWith(".jsonl") || name.endsWith(".json"); }

    /**
     * Reads a set.
     *
     * @param file a list or ranges, by the end of its name
     * @return the set
     * @throws FileFormatException if it is neither, naming the line and what is wrong with it
     * @throws IOException if it cannot be read
     */
    public static ArchitectureFile read(Path file) throws IOException {
        if (!isFile(file.toString()))
            throw new FileFormatException(file,
                    "is no set of architectures; the name of a list ends in .jsonl, that of ranges in .json");
        return of(file, Utf8.read(file));
    }

    /**
     * {@return whether a file is a list, by its first line alone}
     *
     * @param file any file
     * @throws IOException if it cannot be read
     */
    public static boolean isList(Path file) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(file)) {
            String line = in.readLine();
            return line != null && JsonFields.parse("", line).has(MODEL);
        } catch (CharacterCodingException | TensorException e) {
            return false;
        }
    }

    /**
     * {@return the set of a file's text, wherever it was read}
     *
     * @param file whose name says whether it is a list or ranges; not opened
     * @param text its content
     * @throws FileFormatException if it is neither, naming the line and what is wrong with it
     */
    static ArchitectureFile of(Path file, String text) throws IOException {
        return file.toString().endsWith(".jsonl") ? list(file, text) : ranges(file, text);
    }

    private static ArchitectureFile ranges(Path file, String text) throws IOException {
        try {
            return new Ranges(Digests.sha256(text),
                    new ArchitectureRanges(JsonFields.parse("", text)).sampler(file.toString()));
        } catch (TensorException e) {
            throw new FileFormatException(file, "has no ranges of architectures: " + e.getMessage(), e);
        }
    }

    private static ArchitectureFile list(Path file, String text) throws IOException {
        List<TargetNetwork> networks = new ArrayList<>();
        Map<String, TargetNetwork> known = new HashMap<>(); // a published set has each architecture several times
        long tensors = 0;
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            if (line.isBlank()) continue;
            try {
                JsonFields fields = JsonFields.parse("", line);
                String model = fields.text(MODEL);
                TargetNetwork before = known.get(model);
                TargetNetwork network = before == null ? ModelCatalog.parse(model) : before;
                if (known.put(model, network) == null) tensors += network.parameters().size();
                if (tensors > MOST_TENSORS)
                    throw new TensorException(String.format(Locale.ROOT,
                            "with it the set has %,d tensors, more than %,d; leave architectures out", tensors,
                            MOST_TENSORS));
                if (!networks.isEmpty() && networks.getFirst().data().kind() != network.data().kind())
                    throw new TensorException("its model reads " + network.data().kind().unit()
                            + ", those before it " + networks.getFirst().data().kind().unit());
                requireParameters(fields, network);
                networks.add(network);
            } catch (TensorException e) {
                throw new FileFormatException(file, "line " + number + ": " + e.getMessage(), e);
            }
        }
        if (networks.isEmpty())
            throw new FileFormatException(file, "has no architectures; a line is {\"model\": \"gpt2:layers=3,...\"}");
        return new Listed(Digests.sha256(text), file, networks);
    }

    private static void requireParameters(JsonFields line, TargetNetwork network) {
        if (!line.has(PARAMETERS)) return;
        long said = JsonValues.wholeLong(PARAMETERS, line.get(PARAMETERS));
        if (said != network.parameterCount())
            throw new TensorException(String.format(Locale.ROOT,
                    "its model has %,d parameters, not %,d; correct or remove 'parameters'", network.parameterCount(),
                    said));
    }

    /**
     * Writes a list.
     *
     * @param file whose name ends in {@code .jsonl}
     * @param networks the architectures
     * @throws FileFormatException if it has another name, or cannot be written
     */
    public static void write(Path file, List<TargetNetwork> networks) throws IOException {
        StringBuilder text = new StringBuilder();
        for (TargetNetwork network : networks) {
            JsonObject line = new JsonObject();
            line.addProperty(MODEL, network.describe());
            Map<String, String> options = ModelCatalog.options(network);
            for (String key : SHOWN)
                if (options.containsKey(key)) line.addProperty(key, Long.parseLong(options.get(key)));
            line.addProperty(PARAMETERS, network.parameterCount());
            text.append(line).append('\n');
        }
        TextFile.write(file, text.toString());
    }

    /** {@return a SHA-256 digest of the file, which says whether it is still the same} */
    public String digest() {
        return digest;
    }

    /** {@return what its architectures read} */
    public abstract DataKind dataKind();

    /** {@return whether there are as many different architectures as somebody needs, each drawn anew} */
    public abstract boolean endless();

    /**
     * {@return its architectures as a set to train on}
     *
     * @param data what they are to be trained on
     * @param random where draws and choices come from
     * @throws TensorException if one does not read such data
     */
    public abstract ArchitectureSet set(DataFormat data, RandomStream random);

    private static final class Ranges extends ArchitectureFile {
        private final ArchitectureSampler sampler;

        Ranges(String digest, ArchitectureSampler sampler) {
            super(digest);
            this.sampler = sampler;
        }

        @Override
        public DataKind dataKind() { return sampler.dataKind(); }

        @Override
        public boolean endless() { return sampler.endless(); }

        @Override
        public ArchitectureSet set(DataFormat data, RandomStream random) {
            return new ArchitectureSet(sampler, data, random);
        }
    }

    private static final class Listed extends ArchitectureFile {
        private final Path file;
        private final List<TargetNetwork> networks;

        Listed(String digest, Path file, List<TargetNetwork> networks) {
            super(digest);
            this.file = file;
            this.networks = List.copyOf(networks);
        }

        @Override
        public DataKind dataKind() { return networks.getFirst().data().kind(); }

        @Override
        public boolean endless() { return false; }

        @Override
        public ArchitectureSet set(DataFormat data, RandomStream random) {
            return ArchitectureSet.of(file.toString(), networks, data, random);
        }
    }
}
