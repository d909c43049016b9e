package org.logah.engine.io.torch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pickle holds beside the values of Java that stand for Python's: {@link String}, {@link Long},
 * {@link java.math.BigInteger}, {@link Double}, {@link Boolean}, a {@link List} for a list, a {@link Map} for a dict, and
 * {@link TorchTensor}.
 */
final class Pickled {
    /** No value. */
    enum None {
        /** Python's {@code None}. */
        NONE
    }

    /**
     * A list that cannot change.
     *
     * @param items what is in it
     */
    record Tuple(List<Object> items) {}

    /** Options by name. */
    static final class Namespace { final Map<Object, Object> options = new LinkedHashMap<>(); }

    private Pickled() {}
}
