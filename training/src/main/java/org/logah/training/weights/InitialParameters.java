package org.logah.training.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

import org.logah.autograd.Parameters;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.TensorReader;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnFile;
import org.logah.models.Initialization;
import org.logah.models.TargetNetwork;

/** The parameters that a target's training starts from. */
public final class InitialParameters {
    private static final Pattern FILES = Pattern.compile(".*\\.(safetensors|index\\.json|pt|pth|bin|ckpt)");

    private InitialParameters() {}

    /**
     * Parameters by the name of an {@link Initialization}, or from a file, such as a prediction.
     *
     * @param start the name of an {@link Initialization}, as {@code random}; or weights as {@link TargetFile#read} takes
     *        them
     * @param network the target
     * @param random the stream of the whole training, of which this takes the part {@code start}
     * @param device where the parameters will be
     * @return trainable parameters
     * @throws TensorException if there is no such initialization
     * @throws FileFormatException if the file says that it is of another network, lacks a parameter, or holds one of another shape
     * @throws IOException if the file cannot be read
     */
    public static Parameters of(String start, TargetNetwork network, RandomStream random, Device device)
            throws IOException {
        if (isFile(start)) return read(Path.of(start), network, device);
        return network.initialized(device, initialization(start), random.split("start"));
    }

    /** Says what can be done with a file that is nearly the right one. */
    private static Parameters read(Path file, TargetNetwork network, Device device) throws IOException {
        try {
            return TargetFile.read(file, network, device);
        } catch (FileFormatException e) {
            if (isHypernetwork(file)) throw e.with("--ghn in place of --init starts from that");
            if (TargetFile.differsInClasses(file, network))
                throw e.with("--new-head takes all but the layer of classes, and starts that anew");
            throw e;
        }
    }

    private static boolean isHypernetwork(Path file) throws IOException {
        try (TensorReader in = TensorReader.open(WeightsFolder.weights(file))) {
            return GhnFile.isIn(in);
        }
    }

    /**
     * Parameters from a file, but for the layer of classes, which starts as in {@link Initialization#RANDOM}: to train a network on
     * other classes, or a language model on other tokens, than it was trained on. Where the file's network has as many, its own
     * layer is left out as well.
     *
     * @param file a safetensors file, or the index of several
     * @param network the target
     * @param random as for {@link #of}
     * @param device where the parameters will be
     * @return trainable parameters
     * @throws FileFormatException if the file says that it is of a network that differs in more than the number of classes, lacks a
     *         parameter, or holds one of another shape
     * @throws TensorException if there are no networks of this family with other classes
     * @throws IOException if the file cannot be read
     */
    public static Parameters withNewHead(Path file, TargetNetwork network, RandomStream random, Device device)
            throws IOException {
        Parameters read = TargetFile.readWithoutClasses(file, network, device);
        RandomStream start = random.split("start");
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (ParameterSpec s : network.parameters()) {
            Tensor t;
            if (read.contains(s.name())) {
                t = read.get(s.name()).value();
            } else {
                t = device.allocate(s.shape(), DType.F32);
                network.initialize(s, t, start.split(s.name()));
            }
            all.put(s.name(), t);
        }
        return Parameters.trainable(all);
    }

    /**
     * {@return whether a text names a file rather than an {@link Initialization}}
     *
     * @param start as for {@link #of}
     */
    public static boolean isFile(String start) {
        if (FILES.matcher(start).matches() || start.contains("/")) return true;
        boolean known = Arrays.stream(Initialization.values()).anyMatch(i -> i.label().equalsIgnoreCase(start));
        return !known && Files.exists(Path.of(start));
    }

    private static Initialization initialization(String name) {
        try {
            return Initialization.parse(name);
        } catch (TensorException e) {
            throw new TensorException(e.getMessage() + ", or a .safetensors file", e);
        }
    }
}
