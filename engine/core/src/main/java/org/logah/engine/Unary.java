package org.logah.engine;

/**
 * Elementwise functions of one argument, each with its derivative; the definitions are in double. A new constant needs
 * nothing else on the CPU; on a GPU its {@link #code} selects a branch of the device's own functions.
 */
public enum Unary {
    /** {@code max(x, 0)}. */
    RELU(0, "max(x, 0)", "1 where x > 0, else 0") {
        @Override
        public double apply(double x) { return x > 0 || Double.isNaN(x) ? x : 0; }

        @Override
        public double derivative(double x) { return x > 0 ? 1 : 0; }
    },
    /** {@code x/2 (1 + erf(x/sqrt 2))} (arXiv 1606.08415). */
    GELU_ERF(1, "x/2 (1 + erf(x/sqrt 2))", "(1 + erf(x/sqrt 2))/2 + x exp(-x^2/2)/sqrt(2 pi)") {
        @Override
        public double apply(double x) { return 0.5 * x * (1 + Erf.of(x * Math.sqrt(0.5))); }

        @Override
        public double derivative(double x) {
            return 0.5 * (1 + Erf.of(x * Math.sqrt(0.5))) + x * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
        }
    },
    /** {@code x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))}, GPT-2's form. */
    GELU_TANH(2, "x/2 (1 + tanh u), u = sqrt(2/pi) (x + 0.044715 x^3)", "(1 + tanh u)/2 + x/2 (1 - tanh^2 u) du/dx") {
        @Override
        public double apply(double x) { return 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x))); }

        @Override
        public double derivative(double x) {
            double t = Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x));
            return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * SQRT_2_OVER_PI * (1 + 3 * 0.044715 * x * x);
        }
    },
    /** {@code 1/(1 + exp(-x))}. */
    SIGMOID(3, "s = 1/(1 + exp(-x))", "s (1 - s)") {
        @Override
        public double apply(double x) { return 1 / (1 + Math.exp(-x)); }

        @Override
        public double derivative(double x) {
            double s = apply(x);
            return s * (1 - s);
        }
    },
    /** The hyperbolic tangent. */
    TANH(4, "t = tanh x", "1 - t^2") {
        @Override
        public double apply(double x) { return Math.tanh(x); }

        @Override
        public double derivative(double x) {
            double t = Math.tanh(x);
            return 1 - t * t;
        }
    },
    /** {@code e^x}. */
    EXP(5, "exp x", "exp x") {
        @Override
        public double apply(double x) { return Math.exp(x); }

        @Override
        public double derivative(double x) { return Math.exp(x); }
    },
    /** The natural logarithm. */
    LOG(6, "log x", "1/x") {
        @Override
        public double apply(double x) { return Math.log(x); }

        @Override
        public double derivative(double x) { return 1 / x; }

        @Override
        public boolean definedEverywhere() { return false; }
    },
    /** The square root. */
    SQRT(7, "sqrt x", "1/(2 sqrt x)") {
        @Override
        public double apply(double x) { return Math.sqrt(x); }

        @Override
        public double derivative(double x) { return 0.5 / Math.sqrt(x); }

        @Override
        public boolean definedEverywhere() { return false; }
    },
    /** {@code x^2}. */
    SQUARE(8, "x^2", "2 x") {
        @Override
        public double apply(double x) { return x * x; }

        @Override
        public double derivative(double x) { return 2 * x; }
    },
    /** {@code 1/x}. */
    RECIPROCAL(9, "1/x", "-1/x^2") {
        @Override
        public double apply(double x) { return 1 / x; }

        @Override
        public double derivative(double x) { return -1 / (x * x); }

        @Override
        public boolean definedEverywhere() { return false; }
    };

    /** {@code sqrt(2/pi)}. */
    public static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    private final int code;
    private final String formula;
    private final String derivativeFormula;

    Unary(int code, String formula, String derivativeFormula) {
        this.code = code;
        this.formula = formula;
        this.derivativeFormula = derivativeFormula;
    }

    /**
     * The value at {@code x}.
     *
     * @param x the argument
     * @return the value, in double
     */
    public abstract double apply(double x);

    /**
     * The slope at {@code x}.
     *
     * @param x the argument
     * @return the derivative, in double
     */
    public abstract double derivative(double x);

    /** {@return whether every real number has a value and a slope; where not, every positive number has} */
    public boolean definedEverywhere() {
        return true;
    }

    /**
     * The number that tells a device's kernel which function is meant.
     *
     * @return a number that belongs to the function, whatever its place here
     */
    public int code() { return code; }

    /** {@return the value, written out} */
    public String formula() { return formula; }

    /** {@return the slope, written out} */
    public String derivativeFormula() { return derivativeFormula; }
}
