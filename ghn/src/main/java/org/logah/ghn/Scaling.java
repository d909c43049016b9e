package org.logah.ghn;

import java.util.Locale;

import org.logah.engine.TensorException;

/** How a decoded tensor is brought to the size of an initial weight. */
public enum Scaling {
    /** Vision: {@code sqrt(beta / fan-in)} with fan-in the elements of one output (GHN-2, section 3.2). */
    FAN_IN,
    /** Language, the code of the paper's weeks: embeddings as they are, others as in vision, residual maps by depth too. */
    PAPER,
    /** Language, the code since August 2024: embeddings as they are, others to a deviation of 0.02. */
    STD;

    /** The name that files carry: {@code fan-in}, {@code paper}, {@code std}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Scaling parse(String text) {
        try {
            return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new TensorException("scaling '" + text + "': choose fan-in, paper or std", e);
        }
    }
}
