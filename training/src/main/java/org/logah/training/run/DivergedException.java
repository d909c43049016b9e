package org.logah.training.run;

/** A training came to a loss or a gradient that is not a number. */
public final class DivergedException extends ArithmeticException {
    private static final long serialVersionUID = 1;

    /**
     * Says where it did.
     *
     * @param message the step, and the way out
     */
    public DivergedException(String message) { super(message); }
}
