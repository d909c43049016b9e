package org.logah.autograd.nn;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.logah.autograd.Parameters;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.TensorReader;

/** Reads a network's parameters by name from safetensors files. Tensors that the network does not know are left alone. */
public final class ParameterFile {
    /** The bits of a float's exponent, and the lowest of them. */
    private static final int EXPONENT = 0x7f800000;
    private static final int LEAST_EXPONENT = 0x00800000;

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
        for (ParameterSpec s : specs) requireShape(in, prefix + s.name(), s.shape(), network);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (ParameterSpec s : specs) tensors.put(s.name(), read(in, prefix + s.name(), device));
        return Parameters.trainable(tensors);
    }

    /**
     * Reads one tensor of weights.
     *
     * @param in the file
     * @param name of the tensor
     * @param device where it will be
     * @return the tensor
     * @throws FileFormatException if one of its numbers is not finite: with such a weight nothing can be computed
     * @throws IOException if it cannot be read
     */
    public static Tensor read(TensorReader in, String name, Device device) throws IOException {
        Tensor read = in.read(name, device);
        if (!isFinite(read))
            throw new FileFormatException(in.file(), "'" + name + "' has numbers that are not finite");
        return read;
    }

    /**
     * {@return whether all numbers of a tensor are finite; integers are}
     *
     * @param tensor on any device
     */
    public static boolean isFinite(Tensor tensor) {
        if (tensor.type() != DType.F32) return true;
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment values = tensor.onHost(scratch);
            int signs = 0;
            // An exponent of ones, that of infinities and of what is no number, and one more overflow into the sign.
            for (long i = 0; i < tensor.elements(); i++)
                signs |= (values.getAtIndex(ValueLayout.JAVA_INT, i) & EXPONENT) + LEAST_EXPONENT;
            return signs >= 0;
        }
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
}
