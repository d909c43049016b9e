package org.logah.training.prediction;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.io.ShardedWriter;
import org.logah.engine.io.TensorEntry;
import org.logah.engine.io.TensorWriter;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnFile;
import org.logah.ghn.StreamingPredictor;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.models.TargetNetwork;
import org.logah.training.measure.MemoryEstimate;
import org.logah.training.weights.TargetFile;

/**
 * Predicts all parameters of a target into safetensors files, under the names that the target's own library uses. They are
 * written in pieces while the next ones are computed ({@link StreamingPredictor}), so a target may be larger than the memory.
 */
public final class PredictionWriter {
    private final GhnFile.Loaded hyper;
    private final TargetNetwork target;
    private final Device device;
    private final ComputationGraph graph;

    /**
     * What is written.
     *
     * @param file the safetensors file, or the name that it would have were it not several
     * @param type how numbers are stored
     * @param shardBytes the most bytes of one of several files, which have an index; 0 for a single file
     */
    public record Output(Path file, DType type, long shardBytes) {
        /**
         * Checks that the type can hold parameters.
         *
         * @throws TensorException if the type is none of these three, or the size is negative
         */
        public Output {
            if (type != DType.F32 && type != DType.F16 && type != DType.BF16)
                throw new TensorException("parameters are not stored as " + type + ": choose f32, f16 or bf16");
            if (shardBytes < 0) throw new TensorException("files of " + shardBytes + " bytes hold nothing");
        }

        /**
         * {@return a single file of 32-bit floats}
         *
         * @param file the safetensors file
         */
        public static Output of(Path file) { return new Output(file, DType.F32, 0); }
    }

    /** Told of each parameter that is there, on the thread that predicts. */
    @FunctionalInterface
    public interface Listener {
        /**
         * One parameter is on its way to the file.
         *
         * @param name the parameter
         * @param done parameters predicted, this one included
         * @param of parameters in all
         * @param elements numbers predicted so far
         */
        void predicted(String name, int done, int of, long elements);
    }

    /**
     * What was written.
     *
     * @param tensors how many
     * @param elements numbers in all of them
     * @param bytes of these numbers as stored
     * @param seconds from the opening of the file to its last byte
     * @param workingMemory the most bytes that the device's pool had lent at once since it was opened
     */
    public record Report(int tensors, long elements, long bytes, double seconds, long workingMemory) {}

    /**
     * Reads the target's graph.
     *
     * @param hyper the hypernetwork; its weights are on {@code device}
     * @param target the network to predict parameters for
     * @param device where the prediction is computed
     * @throws TensorException if one is of language and the other of vision
     */
    public PredictionWriter(GhnFile.Loaded hyper, TargetNetwork target, Device device) {
        GhnConfigs.requireFit(hyper.network().config(), target);
        this.hyper = hyper;
        this.target = target;
        this.device = device;
        this.graph = hyper.network().graphOf(target);
    }

    /** {@return how much memory {@link #write} will take} */
    public MemoryEstimate memory() {
        return MemoryEstimate.ofPrediction(hyper.network(), target, graph, device.threads());
    }

    /**
     * Predicts and writes. A file has its name only once it is whole; where this throws, nothing is left behind.
     *
     * @param output what is written, and where
     * @param random of what a prediction draws: the random base where the scaling has one, and rows beyond a vision position table's grid
     * @param listener told of each parameter
     * @return what was written
     * @throws FileFormatException if the files cannot be written, or shards have a name that does not end with {@code .safetensors}
     * @throws TensorException if the hypernetwork has no embedding for something in the target, or a parameter is larger than its
     *         decoder can emit
     */
    public Report write(Output output, RandomStream random, Listener listener) throws IOException {
        long start = System.nanoTime();
        List<TensorEntry> entries = new ArrayList<>();
        for (ParameterSpec s : target.parameters()) entries.add(new TensorEntry(s.name(), output.type(), s.shape()));
        Progress progress = new Progress(target.shapes(), listener);
        try (TensorWriter writer = open(output, entries)) {
            new StreamingPredictor(hyper.network(), hyper.parameters(), device).predict(target, graph, random,
                    (name, first, values) -> store(writer, name, first, values), progress::done);
            writer.finish();
            if (output.shardBytes() == 0) ShardedWriter.removeSet(output.file(), header().keySet());
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        }
        return new Report(entries.size(), target.parameterCount(),
                entries.stream().mapToLong(TensorEntry::bytes).sum(), (System.nanoTime() - start) / 1e9,
                device.pool().report().peak());
    }

    private Map<String, String> header() { return TargetFile.header(target, null); }

    private TensorWriter open(Output output, List<TensorEntry> entries) throws IOException {
        Map<String, String> header = header();
        return output.shardBytes() == 0
                ? new SafetensorsWriter(output.file(), header, entries)
                : new ShardedWriter(output.file(), header, entries, output.shardBytes());
    }

    private static void store(TensorWriter writer, String name, long first, Tensor values) {
        try {
            writer.put(name, first, values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Counts what is there. */
    private static final class Progress {
        private final Map<String, Shape> shapes;
        private final Listener listener;
        private int done;
        private long elements;

        Progress(Map<String, Shape> shapes, Listener listener) {
            this.shapes = shapes;
            this.listener = listener;
        }

        void done(String name) {
            done++;
            elements += Objects.requireNonNull(shapes.get(name)).elements();
            listener.predicted(name, done, shapes.size(), elements);
        }
    }
}
