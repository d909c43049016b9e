package org.logah.training.sweep;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.logah.engine.TensorException;

/** Lists of what is tried: seeds, learning rates, starts. Each entry is a training, with files of its own. */
public final class SweepValues {
    private SweepValues() {}

    /**
     * Refuses a list that is empty, or names something twice.
     *
     * @param what an entry is, for the message
     * @param all the entries
     * @throws TensorException if there is none, or one of them is there twice
     */
    public static void requireDistinct(String what, List<?> all) {
        if (all.isEmpty()) throw new TensorException("there is no " + what + "; name at least one");
        Set<Object> seen = new HashSet<>();
        for (Object one : all)
            if (!seen.add(one))
                throw new TensorException("the " + what + " " + one + " is there twice; name it once");
    }
}
