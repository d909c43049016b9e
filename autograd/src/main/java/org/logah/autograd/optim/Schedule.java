package org.logah.autograd.optim;

/** The learning rate as a function of the step, counted from 0. */
@FunctionalInterface
public interface Schedule {
    double at(int step);

    static Schedule constant(double rate) { return _ -> rate; }

    /**
     * The reference's schedule: a line from {@code start} towards {@code rate} in {@code warmup} points, of which the last
     * already is on {@code rate (1 + cos(pi (t - warmup) / (total - warmup))) / 2}, which holds from there on.
     */
    static Schedule warmupCosine(double start, double rate, int warmup, int total) {
        return step -> {
            if (step < warmup - 1) return start + (rate - start) * step / (warmup - 1);
            double t = Math.min(1, (step - warmup) / (double) Math.max(1, total - warmup));
            return rate * 0.5 * (1 + Math.cos(Math.PI * t));
        };
    }

    /** Multiplied by {@code factor} after every {@code period} steps. */
    static Schedule stepped(double rate, double factor, int period) {
        return step -> rate * Math.pow(factor, step / period);
    }
}
