package org.logah.engine;

/** Elementwise functions of two arguments. */
public enum Binary {
    ADD(0, "a + b", "1, 1"), SUBTRACT(1, "a - b", "1, -1"), MULTIPLY(2, "a b", "b, a"),
    DIVIDE(3, "a / b", "1/b, -a/b^2");

    private final int code;
    private final String formula;
    private final String derivativeFormulas;

    Binary(int code, String formula, String derivativeFormulas) {
        this.code = code;
        this.formula = formula;
        this.derivativeFormulas = derivativeFormulas;
    }

    /** The value at {@code a, b}. */
    public double apply(double a, double b) {
        return switch (this) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
        };
    }

    /** The number that tells a device's kernel which function is meant. It belongs to the function, whatever its place here. */
    public int code() {
        return code;
    }

    /** The value, written out. */
    public String formula() { return formula; }

    /** The slopes in {@code a} and in {@code b}, written out. */
    public String derivativeFormulas() {
        return derivativeFormulas;
    }
}
