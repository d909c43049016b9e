package org.logah.engine;

/** Elementwise functions of one argument, each with its derivative; the definitions are in double. */
public enum Unary {
    RELU {
        @Override
        public double apply(double x) { return x > 0 || Double.isNaN(x) ? x : 0; }

        @Override
        public double derivative(double x) { return x > 0 ? 1 : 0; }
    },
    /** {@code x/2 (1 + erf(x/sqrt 2))}. */
    GELU_ERF {
        @Override
        public double apply(double x) { return 0.5 * x * (1 + Erf.of(x * Math.sqrt(0.5))); }

        @Override
        public double derivative(double x) {
            return 0.5 * (1 + Erf.of(x * Math.sqrt(0.5))) + x * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
        }
    },
    /** {@code x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))}, GPT-2's form. */
    GELU_TANH {
        @Override
        public double apply(double x) { return 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x))); }

        @Override
        public double derivative(double x) {
            double t = Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x));
            return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * SQRT_2_OVER_PI * (1 + 3 * 0.044715 * x * x);
        }
    },
    SIGMOID {
        @Override
        public double apply(double x) { return 1 / (1 + Math.exp(-x)); }

        @Override
        public double derivative(double x) {
            double s = apply(x);
            return s * (1 - s);
        }
    },
    TANH {
        @Override
        public double apply(double x) { return Math.tanh(x); }

        @Override
        public double derivative(double x) {
            double t = Math.tanh(x);
            return 1 - t * t;
        }
    },
    EXP {
        @Override
        public double apply(double x) { return Math.exp(x); }

        @Override
        public double derivative(double x) { return Math.exp(x); }
    },
    LOG {
        @Override
        public double apply(double x) { return Math.log(x); }

        @Override
        public double derivative(double x) { return 1 / x; }
    },
    SQRT {
        @Override
        public double apply(double x) { return Math.sqrt(x); }

        @Override
        public double derivative(double x) { return 0.5 / Math.sqrt(x); }
    },
    SQUARE {
        @Override
        public double apply(double x) { return x * x; }

        @Override
        public double derivative(double x) { return 2 * x; }
    },
    RECIPROCAL {
        @Override
        public double apply(double x) { return 1 / x; }

        @Override
        public double derivative(double x) { return -1 / (x * x); }
    };

    /** {@code sqrt(2/pi)}. */
    public static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    public abstract double apply(double x);

    public abstract double derivative(double x);
}
