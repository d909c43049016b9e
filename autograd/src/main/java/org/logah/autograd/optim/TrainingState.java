package org.logah.autograd.optim;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import org.logah.autograd.Parameters;
import org.logah.engine.Tensor;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SafetensorsWriter;

/**
 * Weights and optimizer state in one safetensors file, so that training goes on to the same numbers. Weights keep their own
 * names; the optimizer's tensors stand under {@code optimizer.}.
 */
public final class TrainingState {
    private static final String PREFIX = "optimizer.";
    private static final String STEP = "step";

    private TrainingState() {}

    /** @param metadata further header entries */
    public static void write(Path file, Map<String, String> metadata, Parameters parameters, Optimizer optimizer,
            int step)
            throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>(parameters.values());
        optimizer.state().forEach((name, t) -> tensors.put(PREFIX + name, t));
        Map<String, String> header = new LinkedHashMap<>(metadata);
        header.put(STEP, Integer.toString(step));
        header.put("optimizer.steps", Integer.toString(optimizer.steps()));
        SafetensorsWriter.write(file, header, tensors);
    }

    /**
     * Fills parameters and optimizer from a file.
     *
     * @return the step to go on with
     * @throws FileFormatException if the file is no training state of this network
     */
    public static int restore(Path file, Parameters parameters, Optimizer optimizer) throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            String step = in.metadata(STEP);
            String done = in.metadata("optimizer.steps");
            if (step == null || done == null)
                throw new FileFormatException(file, "is no training state; it has no step");
            for (String name : parameters.names()) {
                Tensor t = parameters.get(name).value();
                if (!in.entry(name).shape().equals(t.shape())) {
                    throw new FileFormatException(file,
                            "'" + name + "' has shape " + in.entry(name).shape() + ", the network's is " + t.shape());
                }
                t.set(in.read(name, t.device()));
            }
            Map<String, Tensor> state = new LinkedHashMap<>();
            for (Map.Entry<String, Tensor> e : optimizer.state().entrySet()) {
                state.put(e.getKey(), in.read(PREFIX + e.getKey(), e.getValue().device()));
            }
            optimizer.restore(state, Integer.parseInt(done));
            return Integer.parseInt(step);
        } catch (NumberFormatException e) {
            throw new FileFormatException(file, "has a step that is no number", e);
        }
    }
}
