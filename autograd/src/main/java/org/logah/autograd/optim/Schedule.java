package org.logah.autograd.optim;

/** The learning rate as a function of the step. */
@FunctionalInterface
public interface Schedule {
    /**
     * The rate of one step.
     *
     * @param step counted from 0
     * @return its learning rate
     */
    double at(int step);

    /**
     * This schedule, read as one of epochs, by single steps: all steps of an epoch have its rate, as in code that moves its
     * schedule once an epoch.
     *
     * @param steps of each epoch, at least 1
     * @return the schedule of single steps
     */
    default Schedule ofEpochs(int steps) { return step -> at(step / steps); }

    /**
     * The same rate for every step.
     *
     * @param rate of all steps
     * @return the schedule
     */
    static Schedule constant(double rate) { return _ -> rate; }

    /**
     * The reference's schedule: the rate rises along a line, then falls along half a cosine (arXiv 1608.03983). Step {@code t}
     * has {@code start + (rate - start) t / (warmup - 1)} while {@code t < warmup - 1}, and
     * {@code rate (1 + cos(pi (t - warmup) / (total - warmup))) / 2} from then on; after {@code total} steps it stays 0. If
     * {@code total < 2 warmup}, step {@code warmup - 1} has the highest rate; the formula alone may put it far below.
     *
     * @param start the first step's rate
     * @param rate the highest rate
     * @param warmup steps until the highest rate
     * @param total steps until the rate is 0
     * @return the schedule
     */
    static Schedule warmupCosine(double start, double rate, int warmup, int total) {
        return step -> {
            if (step < warmup - 1) return start + (rate - start) * step / (warmup - 1);
            double t = Math.min(1, (step - warmup) / (double) Math.max(1, total - warmup));
            if (total < 2 * warmup) t = Math.max(0, t);
            return rate * 0.5 * (1 + Math.cos(Math.PI * t));
        };
    }

    /**
     * The rate rises along the same line, and stays.
     *
     * @param start the first step's rate
     * @param rate the highest rate, and that of all later steps
     * @param warmup steps until the highest rate
     * @return the schedule
     */
    static Schedule warmupConstant(double start, double rate, int warmup) {
        return step -> step < warmup - 1 ? start + (rate - start) * step / (warmup - 1) : rate;
    }
}
