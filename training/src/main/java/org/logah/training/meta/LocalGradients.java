package org.logah.training.meta;

import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.engine.Device;
import org.logah.training.data.Batch;

/**
 * Gradients computed in this process: architectures run side by side on the device's threads. The graphs of the next step's
 * architectures are traced meanwhile.
 */
public final class LocalGradients implements MetaGradients {
    private final ArchitectureGradient gradient;
    private final int metaBatch;
    private final Device device;
    private final GradientSum sum;
    /** The step that is computed; read by what traces ahead, too. */
    private volatile int current;

    /**
     * Gradients of weights on one device.
     *
     * @param gradient computes one architecture's
     * @param metaBatch architectures a step
     * @param weights whose gradients become the sum
     * @param device where they are computed; the weights are there
     */
    public LocalGradients(ArchitectureGradient gradient, int metaBatch, Parameters weights, Device device) {
        this.gradient = gradient;
        this.metaBatch = metaBatch;
        this.device = device;
        this.sum = new GradientSum(weights, GradientSum.replicas(metaBatch, device.threads()));
    }

    @Override
    public @Nullable Double of(int step, BooleanSupplier stopped) {
        current = step;
        traceAhead(step + 1);
        sum.begin();
        try (Batch batch = gradient.batch(step)) {
            device.parallel(metaBatch, i -> sum.add(i, stopped, copy -> gradient.add(copy, batch, step, i)));
        }
        return sum.added() < metaBatch ? null : sum.loss();
    }

    /** Traces the next step's graphs until that step begins, which traces the rest itself. */
    private void traceAhead(int next) {
        Thread.ofVirtual().name("logah-graphs").start(() -> {
            try {
                for (int i = 0; i < metaBatch && current < next; i++) gradient.trace(next, i);
            } catch (RuntimeException e) {
                // The step that needs this architecture fails in the same way, and reports it.
                return;
            }
        });
    }
}
