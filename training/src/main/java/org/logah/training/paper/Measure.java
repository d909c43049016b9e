package org.logah.training.paper;

import java.util.Locale;

import org.logah.training.experiment.Curve;
import org.logah.training.experiment.Curve.Score;

/** What a table's cells say of a training. */
public enum Measure {
    /** Part of the validation images whose class is the likeliest, in per cent; more is better. */
    ACCURACY("top-1 accuracy in %", true, "%.2f"),
    /** {@code e} to the validation loss of a token; less is better. */
    PERPLEXITY("perplexity of a token", false, "%.3f"),
    /** Mean distance of a prediction's tensors of one shape, see {@link Diversity}; more is more diverse. */
    DISTANCE("mean absolute cosine distance", true, "%.3f");

    private final String text;
    private final boolean moreIsBetter;
    private final String format;

    Measure(String text, boolean moreIsBetter, String format) {
        this.text = text;
        this.moreIsBetter = moreIsBetter;
        this.format = format;
    }

    /** {@return what it is, in a few words, with its unit} */
    public String text() { return text; }

    /**
     * {@return whether the first value is better than the second}
     *
     * @param a a value
     * @param b a value
     */
    public boolean better(double a, double b) { return moreIsBetter ? a > b : a < b; }

    /**
     * {@return a value as a table shows it}
     *
     * @param value the value
     */
    public String shown(double value) { return String.format(Locale.ROOT, format, value); }

    /**
     * {@return the value after a training's last step}
     *
     * @param curve of one training that reached its end
     * @throws java.util.NoSuchElementException if the training was not measured so, as those of earlier versions of the program
     * @throws IllegalArgumentException for {@link #DISTANCE}, which is no training's
     */
    public double of(Curve curve) {
        return switch (this) {
            case ACCURACY -> 100 * curve.score(Score.ACCURACY);
            case PERPLEXITY -> Math.exp(curve.score(Score.LOSS));
            case DISTANCE -> throw new IllegalArgumentException("a distance is measured on predictions");
        };
    }
}
