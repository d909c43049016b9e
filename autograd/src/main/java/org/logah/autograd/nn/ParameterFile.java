package org.logah.autograd.nn;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.logah.autograd.Parameters;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.TensorReader;

/** Reads a network's parameters by name from safetensors files. Tensors that the network does not know are left alone. */
public final class ParameterFile {
    private ParameterFile() {}

    /**
     * Reads all parameters of a network.
     *
     * @param file a safetensors file, or the index of several, whose name ends with {@code .index.json}
     * @param specs the network's parameters
     * @param network what the network is called in messages
     * @param device where the parameters will be
     * @return trainable parameters in the order of {@code specs}, which live until nothing refers to them
     * @throws FileFormatException if the file is none of these, or lacks a parameter, or holds one of another shape
     * @throws IOException if it cannot be read
     */
    public static Parameters read(Path file, List<ParameterSpec> specs, String network, Device device)
            throws IOException {
        try (TensorReader in = TensorReader.open(file)) {
            return read(in, "", specs, network, device);
        }
    }

    /**
     * Reads all parameters of a network that may share its file with others.
     *
     * @param in the file
     * @param prefix what each name starts with in the file, and not in {@code specs}
     * @param specs the network's parameters
     * @param network what the network is called in messages
     * @param device where the parameters will be
     * @return trainable parameters in the order of {@code specs}, which live until nothing refers to them
     * @throws FileFormatException if the file lacks a parameter, or holds one of another shape
     * @throws IOException if it cannot be read
     */
    public static Parameters read(TensorReader in, String prefix, List<ParameterSpec> specs, String network,
            Device device) throws IOException {
        for (ParameterSpec s : specs) require(in, prefix + s.name(), s.shape(), network);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (ParameterSpec s : specs) tensors.put(s.name(), in.read(prefix + s.name(), device));
        return Parameters.trainable(tensors);
    }

    /**
     * Checks one tensor before anything is read.
     *
     * @param in the file
     * @param name of the tensor
     * @param wanted the shape that it must have
     * @param network what wants the tensor, for the message
     * @throws FileFormatException if there is none of that name, or it has another shape
     * @throws IOException if the file cannot be read
     */
    public static void requireShape(TensorReader in, String name, Shape wanted, String network) throws IOException {
        if (!in.contains(name))
            throw new FileFormatException(in.file(), "has no tensor '" + name + "', which " + network + " has");
        Shape shape = in.entry(name).shape();
        if (!shape.equals(wanted)) {
            throw new FileFormatException(in.file(),
                    "'" + name + "' has shape " + shape + ", " + network + " has " + wanted);
        }
    }

    /**
     * Checks one tensor and its numbers before anything is read.
     *
     * @param in the file
     * @param name of the tensor
     * @param wanted the shape that it must have
     * @param network what wants the tensor, for the message
     * @throws FileFormatException as {@link #requireShape}, or if one of its numbers is not finite: with it nothing can be computed
     * @throws IOException if the file cannot be read
     */
    public static void require(TensorReader in, String name, Shape wanted, String network) throws IOException {
        requireShape(in, name, wanted, network);
        if (!in.isFinite(name))
            throw new FileFormatException(in.file(), "'" + name + "' has numbers that are not finite");
    }
}
