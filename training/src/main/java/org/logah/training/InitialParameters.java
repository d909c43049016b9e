package org.logah.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;

import org.logah.autograd.Parameters;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.random.RandomStream;
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
        if (isFile(start))
            return TargetFile.read(Path.of(start), network, device);
        return network.initialized(device, initialization(start), random.split("start"));
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
