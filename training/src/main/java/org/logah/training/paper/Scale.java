package org.logah.training.paper;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import org.logah.engine.TensorException;

/** How large an experiment is. */
public enum Scale {
    /** On built-in data, in less than 20 minutes on two cores: that everything works, and which way it points. */
    TINY,
    /** On built-in data or data of the user's, three seeds, each start at its best learning rate, in less than four hours. */
    SMALL,
    /** What was published: the paper's networks, data and lengths of training. It needs GPUs for days. */
    PAPER;

    /** {@return the name on a command line: {@code tiny}} */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return all names, separated by commas, for messages} */
    public static String labels() {
        return Arrays.stream(values()).map(Scale::label).collect(Collectors.joining(", "));
    }

    /**
     * {@return the scale of a name}
     *
     * @param text the name, in upper or lower case
     * @throws TensorException if there is none of that name, saying which there are
     */
    public static Scale parse(String text) {
        for (Scale s : values()) if (s.label().equals(text.toLowerCase(Locale.ROOT))) return s;
        throw new TensorException("scale '" + text + "': choose one of " + labels());
    }
}
