package org.logah.engine;

/** The error function in double precision, which the JDK does not have. */
final class Erf {
    private Erf() {}

    /** {@code 2/sqrt(pi) * integral of exp(-t^2) from 0 to x}, relative error below 1e-14. */
    static double of(double x) {
        if (Double.isNaN(x)) return x;
        double a = Math.abs(x);
        if (a > 6) return Math.signum(x);
        return a < 2.5 ? series(x) : Math.signum(x) * (1 - complement(a));
    }

    /** Abramowitz and Stegun 7.1.6: terms of one sign, so nothing cancels. */
    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    /** Abramowitz and Stegun 7.1.14, the continued fraction, evaluated from its far end. */
    private static double complement(double x) {
        double f = x;
        for (int n = 60; n >= 1; n--) f = x + n * 0.5 / f;
        return Math.exp(-x * x) / Math.sqrt(Math.PI) / f;
    }
}
