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

    /** Reads weights in. */
    @FunctionalInterface
    interface Filling { void into(Parameters parameters) throws IOException, InterruptedException; }

    /** The driver's. */
    static void trained(long run, Parameters weights) {
        OPEN.put(run, new ResidentWeights(weights, OF_EVERY_STEP));
    }

    /** An executor's: empty ones, unless this process has weights of the run. */
    static ResidentWeights received(long run, Supplier<Parameters> empty) {
        return OPEN.computeIfAbsent(run, _ -> new ResidentWeights(empty.get(), OF_NONE));
    }

    static void forget(long run) { OPEN.remove(run); }

    /**
     * The weights of a step; whoever asks for them first waits until they are fetched, and others with it.
     *
     * @param wanted the step
     * @param fetch reads them in, where those that are here are of another step
     */
    synchronized Parameters at(int wanted, Filling fetch) throws IOException, InterruptedException {
        if (step == OF_EVERY_STEP || step == wanted) return parameters;
        step = OF_NONE; // should it break off
        fetch.into(parameters);
        step = wanted;
        return parameters;
    }
}
