package org.logah.autograd.optim;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.autograd.nn.ParameterFile;
import org.logah.engine.Tensor;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.FiniteNumbers;
import org.logah.engine.io.NotFiniteException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.io.TensorReader;

/**
 * Weights and optimizer state in one safetensors file, so that training goes on to the same numbers. Weights keep their own
 * names; the optimizer's tensors stand under {@code optimizer.}, those of a moving average under {@code average.}.
 */
public final class TrainingState {
    private static final String PREFIX = "optimizer.";
    private static final String AVERAGES = "average.";
    private static final String AVERAGE = "average";
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
     * @throws NotFiniteException if a number is not finite: a ruined state never replaces a sound one
     * @throws FileFormatException if the file cannot be written
     */
    public static void write(Path file, Map<String, String> metadata, Parameters parameters, Optimizer optimizer,
            int step) throws IOException {
        write(file, metadata, parameters, optimizer, null, step);
    }

    /**
     * Writes the state of a training with a moving average of its weights.
     *
     * @param file where to
     * @param metadata further header entries
     * @param parameters the weights
     * @param optimizer what trains them
     * @param average of the weights; null for none
     * @param step the step to go on with
     * @throws FileFormatException if the file cannot be written, or a weight is not finite: a ruined state never replaces a sound one
     */
    public static void write(Path file, Map<String, String> metadata, Parameters parameters, Optimizer optimizer,
            @Nullable MovingAverage average, int step) throws IOException {
        Map<String, String> header = new LinkedHashMap<>(metadata);
        header.put(STEP, Integer.toString(step));
        header.put(STEPS, Integer.toString(optimizer.steps()));
        if (average != null) header.put(AVERAGE, Double.toString(average.decay()));
        writeFinite(file, header, tensors(parameters, optimizer, average));
    }

    /**
     * Writes the weights alone, with which a training cannot go on.
     *
     * @param file where to
     * @param metadata header entries
     * @param parameters the weights
     * @throws NotFiniteException if a weight is not finite
     * @throws FileFormatException if the file cannot be written
     */
    public static void writeWeights(Path file, Map<String, String> metadata, Parameters parameters)
            throws IOException {
        writeFinite(file, metadata, parameters.values());
    }

    private static void writeFinite(Path file, Map<String, String> header, Map<String, Tensor> tensors)
            throws IOException {
        for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
            if (!isFinite(e.getValue())) throw new NotFiniteException(file, e.getKey());
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
     * {@return what the names of the weights to use begin with in a file: {@code average.} where it has a moving average, else nothing}
     *
     * @param in the file
     * @throws IOException if it cannot be read
     */
    public static String prefix(TensorReader in) throws IOException {
        return in.metadata(AVERAGE) == null ? "" : AVERAGES;
    }

    /**
     * {@return whether a tensor in a training's file is the optimizer's, not a weight}
     *
     * @param name of the tensor
     */
    public static boolean isOptimizers(String name) { return name.startsWith(PREFIX); }

    /**
     * {@return the step that a training's file goes on with}
     *
     * @param in the file
     * @throws FileFormatException if it is no training's
     * @throws IOException if it cannot be read
     */
    public static int step(TensorReader in) throws IOException {
        String step = in.metadata(STEP);
        if (step == null || !isIn(in))
            throw new FileFormatException(in.file(), "is no training state; it has no step");
        return number(in.file(), step);
    }

    /**
     * Refuses a file whose optimizer did not do its steps: its numbers would go on otherwise.
     *
     * @param in a training's file
     * @param skipped steps that moved no weight
     * @throws FileFormatException if it is no training's, or the optimizer's steps and those are not all
     * @throws IOException if it cannot be read
     */
    public static void requireSteps(TensorReader in, int skipped) throws IOException {
        int step = step(in);
        int moved = optimizerSteps(in);
        if (moved != step - skipped)
            throw new FileFormatException(in.file(),
                    "is no training state; of its " + step + " steps the optimizer did "
                            + moved + (skipped == 0 ? "" : " and " + skipped + " were left out"));
    }

    /** Of a file that has a step, and with it these. */
    private static int optimizerSteps(TensorReader in) throws IOException {
        return number(in.file(), Objects.requireNonNull(in.metadata(STEPS)));
    }

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
        return restore(file, parameters, optimizer, null);
    }

    /**
     * Fills parameters, optimizer and average from a file, once everything in it has been checked.
     *
     * @param file which {@link #write} wrote
     * @param parameters get its weights
     * @param optimizer gets its state
     * @param average gets its average; null where none is kept
     * @return the step to go on with
     * @throws FileFormatException if the file is no training state of these parameters, or of a training with another average; then
     *         nothing was changed
     * @throws IOException if it cannot be read
     */
    public static int restore(Path file, Parameters parameters, Optimizer optimizer, @Nullable MovingAverage average)
            throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            int next = step(in);
            int steps = optimizerSteps(in);
            requireAverage(in, average);
            Map<String, Tensor> tensors = tensors(parameters, optimizer, average);
            for (Map.Entry<String, Tensor> e : tensors.entrySet())
                ParameterFile.require(in, e.getKey(), e.getValue().shape(), "this training");
            for (Map.Entry<String, Tensor> e : parameters.values().entrySet())
                e.getValue().set(in.read(e.getKey(), e.getValue().device()));
            if (average != null) {
                for (Map.Entry<String, Tensor> e : average.values().entrySet())
                    e.getValue().set(in.read(AVERAGES + e.getKey(), e.getValue().device()));
            }
            Map<String, Tensor> state = new LinkedHashMap<>();
            for (Map.Entry<String, Tensor> e : optimizer.state().entrySet())
                state.put(e.getKey(), in.read(PREFIX + e.getKey(), e.getValue().device()));
            optimizer.restore(state, steps);
            return next;
        }
    }

    private static void requireAverage(SafetensorsReader in, @Nullable MovingAverage average)
            throws FileFormatException {
        String held = in.metadata(AVERAGE);
        String wanted = average == null ? null : Double.toString(average.decay());
        if (!Objects.equals(held, wanted))
            throw new FileFormatException(in.file(), "has " + described(held) + ", this training "
                    + described(wanted) + "; its numbers would not go on as they were");
    }

    private static String described(@Nullable String decay) {
        return decay == null ? "no average of the weights" : "an average of the weights that keeps " + decay;
    }

    /** What a file holds: the weights under their own names, the tensors of optimizer and average under their prefixes. */
    private static Map<String, Tensor> tensors(Parameters parameters, Optimizer optimizer,
            @Nullable MovingAverage average) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(parameters.values());
        optimizer.state().forEach((name, t) -> tensors.put(PREFIX + name, t));
        if (average != null) average.values().forEach((name, t) -> tensors.put(AVERAGES + name, t));
        return tensors;
    }

    private static int number(Path file, String text) throws FileFormatException {
        try {
            int n = Integer.parseInt(text);
            if (text.matches("[0-9]+")) return n; // not with the digits of other scripts
            throw new FileFormatException(file, "is no training state; it has step " + text);
        } catch (NumberFormatException e) {
            throw new FileFormatException(file, "is no training state; its step is '" + text + "'", e);
        }
    }
}
