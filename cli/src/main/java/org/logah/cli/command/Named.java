package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import org.logah.autograd.Parameters;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.TensorReader;
import org.logah.models.TargetNetwork;

/** Reading a network's parameters by name. */
final class Named {
    private Named() {}

    /**
     * @param file a safetensors file, or the index of several
     * @throws FileFormatException if a parameter is missing or has another shape
     */
    static Parameters read(Path file, TargetNetwork network, Device device) throws IOException {
        try (TensorReader in = TensorReader.open(file)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (ParameterSpec s : network.parameters()) {
                if (!in.entry(s.name()).shape().equals(s.shape())) {
                    throw new FileFormatException(file,
                            "'" + s.name() + "' has shape " + in.entry(s.name()).shape() + ", " + network.describe()
                                    + " wants " + s.shape());
                }
                tensors.put(s.name(), in.read(s.name(), device));
            }
            return Parameters.trainable(tensors);
        }
    }
}
