package org.logah.tornado.kernel;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * Functions of one and of two numbers, in float. A kernel gets the code of {@link org.logah.engine.Unary} or
 * {@link org.logah.engine.Binary}; the constants here have the names and codes of theirs.
 */
final class RealFunctions {
    static final int RELU = 0;
    static final int GELU_ERF = 1;
    static final int GELU_TANH = 2;
    static final int SIGMOID = 3;
    static final int TANH = 4;
    static final int EXP = 5;
    static final int LOG = 6;
    static final int SQRT = 7;
    static final int SQUARE = 8;
    static final int RECIPROCAL = 9;
    static final int ADD = 0;
    static final int SUBTRACT = 1;
    static final int MULTIPLY = 2;
    static final int DIVIDE = 3;

    private static final float SQRT_HALF = 0.70710678f;
    private static final float GELU = 0.79788456f;
    private static final float CUBIC = 0.044715f;

    private RealFunctions() {}

    static float sigmoid(float x) { return 1f / (1f + TornadoMath.exp(-x)); }

    /** A quotient of polynomials on [-4, 4] (coefficients as published for Eigen's and XLA's erf), constant beyond. */
    static float erf(float value) {
        float x = TornadoMath.min(4f, TornadoMath.max(-4f, value));
        float s = x * x;
        float p = -2.72614225801306e-10f;
        p = p * s + 2.77068142495902e-08f;
        p = p * s - 2.10102402082508e-06f;
        p = p * s - 5.69250639462346e-05f;
        p = p * s - 7.34990630326855e-04f;
        p = p * s - 2.95459980854025e-03f;
        p = p * s - 1.60960333262415e-02f;
        float q = -1.45660718464996e-05f;
        q = q * s - 2.13374055278905e-04f;
        q = q * s - 1.68282697438203e-03f;
        q = q * s - 7.37332916720468e-03f;
        q = q * s - 1.42647390514189e-02f;
        return x * p / q;
    }

    /** {@code (1 + tanh u) / 2} of GELU's u, as a logistic function: beside -1, the sum would lose its digits. */
    private static float geluGate(float x) {
        return sigmoid(2f * GELU * (x + CUBIC * x * x * x));
    }

    static float value(int op, float x, float y) {
        float z = x + y;
        if (op == SUBTRACT) z = x - y;
        if (op == MULTIPLY) z = x * y;
        if (op == DIVIDE) z = x / y;
        return z;
    }

    static float value(int op, float x) {
        float y = x;
        if (op == RELU) y = x < 0f ? 0f : x;
        if (op == GELU_ERF) y = 0.5f * x * (1f + erf(x * SQRT_HALF));
        if (op == GELU_TANH) y = x * geluGate(x);
        if (op == SIGMOID) y = sigmoid(x);
        if (op == TANH) y = TornadoMath.tanh(x);
        if (op == EXP) y = TornadoMath.exp(x);
        if (op == LOG) y = TornadoMath.log(x);
        if (op == SQRT) y = TornadoMath.sqrt(x);
        if (op == SQUARE) y = x * x;
        if (op == RECIPROCAL) y = 1f / x;
        return y;
    }

    static float derivative(int op, float x) {
        float d = 0f;
        if (op == RELU) d = x > 0f ? 1f : 0f;
        if (op == GELU_ERF) {
            d = 0.5f * (1f + erf(x * SQRT_HALF)) + x * TornadoMath.exp(-0.5f * x * x) * 0.39894228f;
        }
        if (op == GELU_TANH) {
            // Beyond this it is 0 or 1, and beyond 1e19 the square would be infinite, times a rise of zero. What is not a number stays one.
            float b = x > 100f ? 100f : x;
            b = b < -100f ? -100f : b;
            float s = geluGate(b);
            d = s + 2f * b * s * (1f - s) * GELU * (1f + 3f * CUBIC * b * b);
        }
        if (op == SIGMOID) {
            float s = sigmoid(x);
            d = s * (1f - s);
        }
        if (op == TANH) {
            float t = TornadoMath.tanh(x);
            d = 1f - t * t;
        }
        if (op == EXP) d = TornadoMath.exp(x);
        if (op == LOG) d = 1f / x;
        if (op == SQRT) d = 0.5f / TornadoMath.sqrt(x);
        if (op == SQUARE) d = 2f * x;
        if (op == RECIPROCAL) d = -1f / (x * x);
        return d;
    }
}
