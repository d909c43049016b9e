package org.logah.spark;

/**
 * What a step takes, by a model of it: weights go from the driver to each executor, architectures are computed in waves, gradients come
 * back to the driver, those of earlier waves while later ones are computed. The driver's link carries all of it, a direction for each.
 *
 * @param parameters of the hypernetwork, four bytes each
 * @param metaBatch architectures a step
 * @param executors processes that get the weights
 * @param slots threads of all executors together
 * @param secondsEach for one architecture on one thread
 * @param bytesPerSecond of the driver's link, each way; on one machine, what copying and adding take there
 * @param overheadSeconds for handing out tasks
 */
record StepTime(long parameters, int metaBatch, int executors, int slots, double secondsEach, double bytesPerSecond,
        double overheadSeconds) {

    /** Seconds in which the link carries one hypernetwork. */
    private double transfer() {
        return 4.0 * parameters / bytesPerSecond;
    }

    private int waves() { return (metaBatch + slots - 1) / slots; }

    /** Seconds in which only computing would be done. */
    double computing() { return waves() * secondsEach; }

    /** Seconds of the step. */
    double seconds() {
        int inLastWave = metaBatch - (waves() - 1) * slots;
        double computed = computing() + inLastWave * transfer();
        double received = secondsEach + metaBatch * transfer(); // the first wave has nothing to send before
        return overheadSeconds + executors * transfer() + Math.max(computed, received);
    }

    /** Seconds that are no computing. */
    double exchange() { return seconds() - computing(); }
}
