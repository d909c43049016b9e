package org.logah.training.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.autograd.nn.ParameterFile;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.autograd.optim.TrainingState;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.TensorReader;
import org.logah.ghn.GhnFile;
import org.logah.ghn.NamedVariant;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.models.text.Tokenizer;
import org.logah.models.text.Tokenizers;

/**
 * Files of a target's parameters. Those that predictions and trainings of ours write say whose they are, and are taken for
 * nothing else: a model with other heads has parameters of the same names and shapes, and computes something else with them.
 */
public final class TargetFile {
    /** Where a file's header says whose parameters it holds. */
    public static final String MODEL = "model";
    /** Where a file's header says whose tokens a language model was trained on, and what a run calls it that writes such files. */
    public static final String TOKENIZER = "tokenizer";

    /** Where a file of weights says which of a run's it has: its best, its last, or {@link #EXPORTED} ones. */
    public static final String CHECKPOINT = "checkpoint";
    /** What weights of a training are that were copied for other programs, and can be copied once more. */
    public static final String EXPORTED = "exported";

    private TargetFile() {}

    /**
     * {@return what the header of a file of parameters says; the map may be added to}
     *
     * @param network whose they are; null where nobody knows
     * @param tokenizer whose tokens a language model was trained on, by name; null where there are none, or nobody knows
     */
    public static Map<String, String> header(@Nullable TargetNetwork network, @Nullable String tokenizer) {
        Map<String, String> header = new LinkedHashMap<>();
        header.put("format", "pt"); // Hugging Face's libraries ask for it
        if (network != null) header.put(MODEL, network.describe());
        if (tokenizer != null) header.put(TOKENIZER, tokenizer);
        return header;
    }

    /**
     * {@return the network that was asked for, or the one that a file, or the {@code config.json} beside it, says it is of}
     *
     * @param path a file of weights, the index of several, or a folder with one of these ({@link WeightsFolder})
     * @param model as {@link ModelCatalog#parse} reads it; null to believe the file
     * @throws TensorException if neither says which, there is no such network, or the file holds a hypernetwork
     * @throws IOException if the file cannot be read
     */
    public static TargetNetwork network(Path path, @Nullable String model) throws IOException {
        if (model != null) return ModelCatalog.parse(model);
        Path file = WeightsFolder.weights(path);
        try (TensorReader in = TensorReader.open(file)) {
            String said = in.metadata(MODEL);
            if (said != null) return ModelCatalog.parse(said);
            if (GhnFile.isIn(in))
                throw new TensorException(file + " " + hypernetwork(in) + ", not a model's parameters; " + wayOut(in));
        }
        TargetNetwork described = WeightsFolder.network(file);
        if (described == null)
            throw new TensorException(file + " does not say whose parameters it holds, and there is no "
                    + WeightsFolder.CONFIG + " beside it; add --model");
        return described;
    }

    /** Of a file that holds one: its name, too, where its configuration says it; that it cannot be read is said by what needs it. */
    private static String hypernetwork(TensorReader in) throws IOException {
        String held = "holds a hypernetwork";
        String json = in.metadata(GhnFile.CONFIG);
        if (json == null) return held;
        try {
            String name = NamedVariant.nameOf(GhnFile.config(in.file(), json));
            return name == null ? held : held + ", " + name;
        } catch (FileFormatException e) {
            return held;
        }
    }

    private static void requireNoHypernetwork(TensorReader in, TargetNetwork network, String what, String wayOut)
            throws IOException {
        if (GhnFile.isIn(in))
            throw new FileFormatException(in.file(),
                    hypernetwork(in) + ", not " + what + " of " + network.describe() + wayOut);
    }

    private static String wayOut(TensorReader in) {
        return "predict --ghn " + in.file() + " --model NAME --out FILE writes what it predicts";
    }

    /**
     * Reads a target's parameters, under its own names or those that its library gives them ({@link LibraryWeights}).
     *
     * @param path a file of weights, the index of several, or a folder with one of these ({@link WeightsFolder})
     * @param network whose they are
     * @param device where they will be
     * @return trainable parameters, which live until nothing refers to them
     * @throws FileFormatException if the file or the {@code config.json} beside it says that it is of another network, or it lacks a
     *         parameter, or holds one of another shape, or one that the network does not have
     * @throws IOException if it cannot be read
     */
    public static Parameters read(Path path, TargetNetwork network, Device device) throws IOException {
        try (TensorReader in = open(path, network)) {
            return ParameterFile.read(in, "", network.parameters(), network.describe(), device);
        }
    }

    /**
     * {@return the tokenizer that a file says a language model was trained with; null where it does not say}
     *
     * @param file a safetensors file, or the index of several
     * @throws FileFormatException if there is no such tokenizer
     * @throws IOException if the file cannot be read
     */
    public static @Nullable Tokenizer tokenizer(Path file) throws IOException {
        try (TensorReader in = TensorReader.open(WeightsFolder.weights(file))) {
            String said = in.metadata(TOKENIZER);
            return said == null ? null : Tokenizers.named(said);
        } catch (TensorException e) {
            throw new FileFormatException(file, "is of a model whose tokens are not known here, " + e.getMessage(), e);
        }
    }

    /**
     * Opens a file of a target's parameters, which then have the network's own names.
     *
     * @param path as for {@link #read}
     * @param network whose they are
     * @return a reader of the network's tensors, to be closed
     * @throws FileFormatException as {@link #read} does, but for what is missing or of another shape
     * @throws IOException if it cannot be read
     */
    @SuppressWarnings("MustBeClosedChecker") // the reader that is returned closes the other
    public static TensorReader open(Path path, TargetNetwork network) throws IOException {
        Path file = WeightsFolder.weights(path);
        TensorReader in = TensorReader.open(file);
        try {
            requireParametersOf(in, network, false);
            return LibraryWeights.of(in, network);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    /**
     * Reads the parameters of a network that tells other classes apart than the one of the file, all but those of the classes.
     *
     * @param file a safetensors file, or the index of several
     * @param network which the parameters are for
     * @param device where they will be
     * @return trainable parameters, without those that {@link #classParameters} names
     * @throws FileFormatException if the file or the {@code config.json} beside it says that it is of a network that differs in more than
     *         the number of classes, or it lacks a parameter, or holds one of another shape
     * @throws IOException if it cannot be read
     */
    public static Parameters readWithoutClasses(Path file, TargetNetwork network, Device device) throws IOException {
        Set<String> classes = classParameters(network);
        List<ParameterSpec> others = network.parameters().stream().filter(s -> !classes.contains(s.name())).toList();
        try (TensorReader in = TensorReader.open(WeightsFolder.weights(file))) {
            requireParametersOf(in, network, true);
            try (TensorReader own = LibraryWeights.of(in, network)) {
                return ParameterFile.read(own, "", others, network.describe(), device);
            }
        }
    }

    /**
     * {@return the names of the parameters whose shapes follow from the number of classes, or of tokens in the vocabulary}
     *
     * @param network any
     * @throws TensorException if there are no networks of its family with other classes
     */
    public static Set<String> classParameters(TargetNetwork network) {
        Map<String, Shape> others = network.withClasses(network.classes() == 1 ? 2 : network.classes() - 1).shapes();
        Set<String> names = new LinkedHashSet<>();
        network.shapes().forEach((name, shape) -> { if (!Objects.equals(shape, others.get(name))) names.add(name); });
        return names;
    }

    /**
     * {@return whether a file is of a network that differs in the number of classes, and in nothing else}
     *
     * @param file a file of parameters
     * @param network what they would be for
     * @throws IOException if it cannot be read
     */
    public static boolean differsInClasses(Path file, TargetNetwork network) throws IOException {
        try (TensorReader in = TensorReader.open(WeightsFolder.weights(file))) {
            String said = held(in);
            if (said != null) return differInClasses(said, network);
            try (TensorReader own = LibraryWeights.of(in, network)) {
                return shapesDifferInClasses(own, network);
            }
        } catch (TensorException | FileFormatException e) {
            return false; // there are no such networks of this family, or it is not of this family at all
        }
    }

    private static boolean shapesDifferInClasses(TensorReader own, TargetNetwork network) throws IOException {
        Set<String> ofClasses = classParameters(network);
        if (own.names().size() > network.parameters().size()) return false;
        boolean differ = false;
        for (ParameterSpec wanted : network.parameters()) {
            if (!own.contains(wanted.name())) return false;
            Shape held = own.entry(wanted.name()).shape();
            if (held.equals(wanted.shape())) continue;
            if (!ofClasses.contains(wanted.name()) || held.rank() != wanted.shape().rank()) return false;
            differ = true;
        }
        return differ;
    }

    private static boolean differInClasses(String said, TargetNetwork network) {
        if (said.equals(network.describe())) return false;
        try {
            return ModelCatalog.parse(said).withClasses(network.classes()).describe().equals(network.describe());
        } catch (TensorException e) {
            return false; // a model that nobody here knows
        }
    }

    /**
     * Checks that nothing is missing, before anything is copied.
     *
     * @param in as {@link #open} gave it
     * @param network whose parameters it should hold
     * @throws FileFormatException if one is missing, has another shape, or numbers that are not finite
     * @throws IOException if the file cannot be read
     */
    public static void requireWhole(TensorReader in, TargetNetwork network) throws IOException {
        for (ParameterSpec s : network.parameters()) ParameterFile.require(in, s.name(), s.shape(), network.describe());
    }

    /** Whose parameters a file holds, as its header or else the configuration beside it says; null where neither does. */
    private static @Nullable String held(TensorReader in) throws IOException {
        String said = in.metadata(MODEL);
        if (said != null) return said;
        TargetNetwork described = WeightsFolder.network(in.file());
        return described == null ? null : described.describe();
    }

    /**
     * Refuses parameters of another network.
     *
     * @param in the file
     * @param network whose they should be
     * @param otherClasses whether they may be of one that differs in the number of classes
     */
    private static void requireParametersOf(TensorReader in, TargetNetwork network, boolean otherClasses)
            throws IOException {
        requireNoHypernetwork(in, network, "parameters", "; " + wayOut(in));
        String held = held(in);
        if (held == null || (otherClasses && differInClasses(held, network))) return;
        requireModel(in, network, "parameters");
        if (!held.equals(network.describe()))
            throw new FileFormatException(in.file(), "is of " + held + ", as " + WeightsFolder.CONFIG
                    + " beside it says, not of " + network.describe());
    }

    /**
     * {@return whether a file is there and is a training's, with what it takes to go on}
     *
     * @param file any file
     */
    public static boolean isTraining(Path file) { return headerSays(file, TrainingState::isIn); }

    /**
     * {@return whether a file is there and has what a training came to: its state, or its best or last weights}
     *
     * @param file any file
     * @param exported whether a copy of them counts, too
     */
    public static boolean isTrained(Path file, boolean exported) {
        return headerSays(file, in -> isTrained(in, exported));
    }

    /**
     * {@return whether a file has what a training came to: its state, or its best or last weights}
     *
     * @param in the file
     * @param exported whether a copy of them counts, too
     * @throws IOException if its header cannot be read
     */
    public static boolean isTrained(TensorReader in, boolean exported) throws IOException {
        String kept = in.metadata(CHECKPOINT);
        return TrainingState.isIn(in) || (kept != null && (exported || !kept.equals(EXPORTED)));
    }

    /** What is asked of a file's header. */
    private interface Question {
        boolean of(TensorReader in) throws IOException;
    }

    /** The answer, no where there is no such file, or none of tensors. */
    private static boolean headerSays(Path file, Question question) {
        if (!Files.isRegularFile(file)) return false;
        try (TensorReader in = TensorReader.open(file)) {
            return question.of(in);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Refuses a file that says that it is of another network, or of a hypernetwork.
     *
     * @param in the file
     * @param network whose it should be
     * @param what it holds, for the message
     * @throws FileFormatException if it says so
     * @throws IOException if its header cannot be read
     */
    public static void requireOf(TensorReader in, TargetNetwork network, String what) throws IOException {
        requireNoHypernetwork(in, network, what, "");
        requireModel(in, network, what);
    }

    private static void requireModel(TensorReader in, TargetNetwork network, String what) throws IOException {
        String said = in.metadata(MODEL);
        if (said != null && !said.equals(network.describe()))
            throw new FileFormatException(in.file(),
                    "holds " + what + " of " + said + ", not of " + network.describe());
    }
}
