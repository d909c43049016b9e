package org.logah.training.run;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.training.weights.TargetFile;

/**
 * The entries of a state's header that describe its run; the learner adds its own.
 *
 * @param about settings that identify the run, by name, the most telling first; other values are refused, naming the first
 * @param kernels what computes; empty if not recorded
 */
record RunHeader(Map<String, String> about, String kernels) {
    private static final String ABOUT = "run.";
    private static final String KERNELS = "kernels";

    /** The tokenizer has no prefix: generating from weights alone needs it. */
    private static String key(String about) {
        return about.equals(TargetFile.TOKENIZER) ? about : ABOUT + about;
    }

    /** The entries of a state. */
    Map<String, String> of(RunHistory history) {
        Map<String, String> header = ofWeights();
        if (!kernels.isEmpty()) header.put(KERNELS, kernels);
        history.saveTo(header);
        return header;
    }

    /** The entries of weights alone: whose they are. */
    Map<String, String> ofWeights() {
        Map<String, String> header = new LinkedHashMap<>();
        about.forEach((name, value) -> header.put(key(name), value));
        return header;
    }

    /** Refuses the state of another run. Settings that a file lacks are not compared. */
    void requireSame(SafetensorsReader in) throws FileFormatException {
        for (Map.Entry<String, String> mine : about.entrySet()) {
            String said = in.metadata(key(mine.getKey()));
            if (said != null && !said.equals(mine.getValue()))
                throw new FileFormatException(in.file(), "is of a run with another " + mine.getKey() + ", " + said
                        + " instead of " + mine.getValue() + "; its numbers would not go on as they were");
        }
    }

    /** {@return the kernels that computed a state, if known and not the current ones} */
    @Nullable
    String otherKernels(SafetensorsReader in) {
        String before = in.metadata(KERNELS);
        return kernels.isEmpty() || kernels.equals(before) ? null : before;
    }

    /** {@return whether a state says all of this already; what computed it may be something else} */
    boolean isIn(SafetensorsReader in, RunHistory history) {
        Map<String, String> header = of(history);
        header.remove(KERNELS);
        return header.entrySet().stream().allMatch(e -> e.getValue().equals(in.metadata(e.getKey())));
    }
}
