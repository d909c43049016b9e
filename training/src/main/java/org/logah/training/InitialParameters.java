package org.logah.training;

import java.io.IOException;
import java.nio.file.Path;

import org.logah.autograd.Parameters;
import org.logah.autograd.nn.ParameterFile;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.random.RandomStream;
import org.logah.models.Initialization;
import org.logah.models.TargetNetwork;

/** The parameters that a target's training starts from. */
public final class InitialParameters {
    private InitialParameters() {}

    /**
     * Parameters by the name of an {@link Initialization}, or from a file, such as a prediction.
     *
     * @param start the name of an {@link Initialization}, as {@code random}; or a safetensors file, or the index of
     *        several
     * @param network the target
     * @param random the stream of the whole training, of which this takes the part {@code start}
     * @param device where the parameters will be
     * @return trainable parameters
     * @throws TensorException if there is no such initialization
     * @throws FileFormatException if the file lacks a parameter of the network, or holds one of another shape
     * @throws IOException if the file cannot be read
     */
    public static Parameters of(String start, TargetNetwork network, RandomStream random, Device device)
            throws IOException {
        if (start.endsWith(".safetensors") || start.endsWith(".index.json") || start.contains("/"))
            return ParameterFile.read(Path.of(start), network.parameters(), network.describe(), device);
        return network.initialized(device, initialization(start), random.split("start"));
    }

    private static Initialization initialization(String name) {
        try {
            return Initialization.parse(name);
        } catch (TensorException e) {
            throw new TensorException(e.getMessage() + ", or a .safetensors file", e);
        }
    }
}
