package org.logah.autograd.optim;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import org.logah.autograd.Parameters;
import org.logah.autograd.nn.ParameterFile;
import org.logah.engine.Tensor;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.FiniteNumbers;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.io.TensorReader;

/**
 * Weights and optimizer state in one safetensors file, so that training goes on to the same numbers. Weights keep their own
 * names; the optimizer's tensors stand under {@code optimizer.}.
 */
public final class TrainingState {
    private static final String PREFIX = "optimizer.";
    private static final String STEP = "step";
    private static final String STEPS = PREFIX + "steps";

    private TrainingState() {}

    /**
     * Writes the state of a training.
     *
     * @param file where to
     * @param metadata further header entries
     * @param parameters the weights
     * @param optimizer what trains them
     * @param step the step to go on with
     * @throws FileFormatException if the file cannot be written, or a weight is not finite: a ruined state never replaces a sound one
     */
    public static void write(Path file, Map<String, String> metadata, Parameters parameters, Optimizer optimizer,
            int step)
            throws IOException {
        Map<String, String> header = new LinkedHashMap<>(metadata);
        header.put(STEP, Integer.toString(step));
        header.put(STEPS, Integer.toString(optimizer.steps()));
        Map<String, Tensor> tensors = tensors(parameters, optimizer);
        for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
            if (!isFinite(e.getValue()))
                throw new FileFormatException(file, "was not written: '" + e.getKey()
                        + "' has numbers that are not finite; lower the learning rate");
        }
        SafetensorsWriter.write(file, header, tensors);
    }

    /**
     * {@return whether a file is a training's}
     *
     * @param in the file
     * @throws IOException if it cannot be read
     */
    public static boolean isIn(TensorReader in) throws IOException { return in.metadata(STEPS) != null; }

    /**
     * {@return whether a tensor in a training's file is the optimizer's, not a weight}
     *
     * @param name of the tensor
     */
    public static boolean isOptimizers(String name) { return name.startsWith(PREFIX); }

    private static boolean isFinite(Tensor tensor) {
        try (Arena scratch = Arena.ofConfined()) {
            return FiniteNumbers.areAll(tensor.type(), tensor.onHost(scratch), tensor.elements());
        }
    }

    /**
     * Fills parameters and optimizer from a file, once everything in it has been checked.
     *
     * @param file which {@link #write} wrote
     * @param parameters get its weights
     * @param optimizer gets its state
     * @return the step to go on with
     * @throws FileFormatException if the file is no training state of these parameters; then nothing was changed
     * @throws IOException if it cannot be read
     */
    public static int restore(Path file, Parameters parameters, Optimizer optimizer) throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            String step = in.metadata(STEP);
            String done = in.metadata(STEPS);
            if (step == null || done == null)
                throw new FileFormatException(file, "is no training state; it has no step");
            int next = number(file, step);
            int steps = number(file, done);
            Map<String, Tensor> tensors = tensors(parameters, optimizer);
            for (Map.Entry<String, Tensor> e : tensors.entrySet())
                ParameterFile.require(in, e.getKey(), e.getValue().shape(), "this training");
            for (Map.Entry<String, Tensor> e : parameters.values().entrySet())
                e.getValue().set(in.read(e.getKey(), e.getValue().device()));
            Map<String, Tensor> state = new LinkedHashMap<>();
            for (Map.Entry<String, Tensor> e : optimizer.state().entrySet())
                state.put(e.getKey(), in.read(PREFIX + e.getKey(), e.getValue().device()));
            optimizer.restore(state, steps);
            return next;
        }
    }

    /** What a file holds: the weights under their own names, the optimizer's tensors under its prefix. */
    private static Map<String, Tensor> tensors(Parameters parameters, Optimizer optimizer) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(parameters.values());
        optimizer.state().forEach((name, t) -> tensors.put(PREFIX + name, t));
        return tensors;
    }

    private static int number(Path file, String text) throws FileFormatException {
        try {
            int n = Integer.parseInt(text);
            if (n >= 0) return n;
            throw new FileFormatException(file, "is no training state; it has step " + text);
        } catch (NumberFormatException e) {
            throw new FileFormatException(file, "is no training state; its step is '" + text + "'", e);
        }
    }
}
