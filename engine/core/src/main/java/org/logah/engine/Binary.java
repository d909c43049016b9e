package org.logah.engine;

/** Elementwise functions of two arguments. */
public enum Binary {
    ADD, SUBTRACT, MULTIPLY, DIVIDE;

    public double apply(double a, double b) {
        return switch (this) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
        };
    }
}
