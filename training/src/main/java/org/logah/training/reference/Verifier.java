package org.logah.training.reference;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.training.reference.Tolerances.Bound;

/** Recomputes a file of reference numbers and compares everything it holds. */
public final class Verifier {
    private final Device device;
    private final Tolerances tolerances;

    /**
     * A verifier of any number of files.
     *
     * @param device recomputes the numbers
     * @param tolerances the largest deviations that pass
     */
    public Verifier(Device device, Tolerances tolerances) {
        this.device = device;
        this.tolerances = tolerances;
    }

    /**
     * Recomputes what a file holds and compares it.
     *
     * @param path a safetensors file, whose header says under {@code kind} what its numbers are
     * @return the deviations by group
     * @throws FileFormatException if it is no file of reference numbers, or one of an unknown kind, or its header and tensors do
     *         not go together
     * @throws IOException if it cannot be read
     */
    public Comparison verify(Path path) throws IOException {
        try (GoldenFile file = new GoldenFile(path)) {
            Comparison result = new Comparison();
            switch (file.kind()) {
                case "vit", "gpt2" -> new PredictionCheck(file, device, tolerances, result).run();
                case "llama" -> new TargetCheck(file, device, tolerances, result).run();
                case "gpt2-train", "llama-train", "ghn-train" ->
                    new TrainingCheck(file, device, tolerances, result).run();
                default -> throw new FileFormatException(path,
                        "kind '" + file.kind()
                                + "' cannot be verified; vit, gpt2, llama, gpt2-train, llama-train and ghn-train can");
            }
            return result;
        } catch (TensorException e) {
            throw new FileFormatException(path, "cannot be recomputed: " + e.getMessage(), e);
        }
    }

    /** The next token of each position; the last has none. */
    static Tensor nextTokens(Device device, Tensor tokens) {
        int length = tokens.shape().last();
        int[] in = tokens.toInts();
        int[] out = new int[in.length];
        for (int i = 0; i < in.length; i++) out[i] = i % length == length - 1 ? -1 : in[i + 1];
        return device.ofInts(Shape.of(out.length), out);
    }

    /** Compares what has the same name in both; for what only one has, see {@link Comparison#missing}. */
    static void compareAll(Comparison result, String group, Bound bound, double floor, Map<String, float[]> ours,
            Map<String, Tensor> theirs) {
        theirs.forEach((name, t) -> {
            float[] mine = ours.get(name);
            float[] expected = t.toFloats();
            if (mine == null) result.missing(group, bound, name, expected);
            else result.tensor(group, bound, floor, name, mine, expected);
        });
        ours.forEach((name, mine) -> {
            if (!theirs.containsKey(name)) result.missing(group, bound, name, mine);
        });
    }
}
