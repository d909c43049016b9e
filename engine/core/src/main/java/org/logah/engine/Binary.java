package org.logah.engine;

/** Elementwise functions of two arguments. */
public enum Binary {
    /** The sum. */
    ADD(0, "a + b", "1, 1"),
    /** The difference. */
    SUBTRACT(1, "a - b", "1, -1"),
    /** The product. */
    MULTIPLY(2, "a b", "b, a"),
    /** The quotient. */
    DIVIDE(3, "a / b", "1/b, -a/b^2");

    private final int code;
    private final String formula;
    private final String derivativeFormulas;

    Binary(int code, String formula, String derivativeFormulas) {
        this.code = code;
        this.formula = formula;
        this.derivativeFormulas = derivativeFormulas;
    }

    /**
     * The value at {@code a, b}.
     *
     * @param a the first argument
     * @param b the second
     * @return the value, in double
     */
    public double apply(double a, double b) {
        return switch (this) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
        };
    }

    /**
     * The number that tells a device's kernel which function is meant.
     *
     * @return a number that belongs to the function, whatever its place here
     */
    public int code() { return code; }

    /** {@return the value, written out} */
    public String formula() { return formula; }

    /** {@return the slopes in {@code a} and in {@code b}, written out} */
    public String derivativeFormulas() {
        return derivativeFormulas;
    }
}
