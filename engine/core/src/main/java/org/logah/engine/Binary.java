package org.logah.engine;

/** Elementwise functions of two arguments. */
public enum Binary {
    ADD(0, "a + b"), SUBTRACT(1, "a - b"), MULTIPLY(2, "a * b"), DIVIDE(3, "a / b");

    private final int code;
    private final String formula;

    Binary(int code, String formula) {
        this.code = code;
        this.formula = formula;
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
}
