package org.logah.spark;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import org.logah.autograd.Parameters;

/**
 * The weights that a process has in its memory, from step to step, with the number of the step that they are of. On the driver they are
 * those that are trained, and always right.
 */
final class ResidentWeights {
    private static final int OF_EVERY_STEP = -2;
    private static final int OF_NONE = -1;
    private static final Map<Long, ResidentWeights> OPEN = new ConcurrentHashMap<>();
    private final Parameters parameters;
    private int step;

    private ResidentWeights(Parameters parameters, int step) {
        this.parameters = parameters;
        this.step = step;
    }

    /** Reads weights of a step in. */
    @FunctionalInterface
    interface Filling { void into(Parameters parameters) throws IOException; }

    /** The driver's. */
    static void trained(long run, Parameters weights) {
        OPEN.put(run, new ResidentWeights(weights, OF_EVERY_STEP));
    }

    /** An executor's: empty ones, unless this process has weights of the run. */
    static ResidentWeights received(long run, Supplier<Parameters> empty) {
        return OPEN.computeIfAbsent(run, _ -> new ResidentWeights(empty.get(), OF_NONE));
    }

    static void forget(long run) { OPEN.remove(run); }

    /** @throws IllegalStateException if the process has none of this run */
    static ResidentWeights of(long run) {
        ResidentWeights there = OPEN.get(run);
        if (there == null) throw new IllegalStateException("no weights of run " + run);
        return there;
    }

    Parameters parameters() { return parameters; }

    /**
     * The weights of a step.
     *
     * @param wanted the step
     * @param receive has them read in, where they are of another step
     * @throws IllegalStateException if they have moved on to another step since
     */
    synchronized Parameters at(int wanted, Runnable receive) {
        if (step != OF_EVERY_STEP && step != wanted) receive.run();
        if (step != OF_EVERY_STEP && step != wanted)
            throw new IllegalStateException("the weights of step " + wanted + " are gone");
        return parameters;
    }

    synchronized void fill(int next, Filling filling) throws IOException {
        if (step == OF_EVERY_STEP) return;
        step = OF_NONE; // should it break off
        filling.into(parameters);
        step = next;
    }
}
