package org.logah.training.meta;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;

import org.logah.autograd.Parameters;
import org.logah.autograd.Variable;
import org.logah.engine.Tensor;

/**
 * Sums the gradients of a step's parts, which several threads compute. Parts are added in the order of their numbers, so the bits
 * do not depend on threads. Replicas of the parameters are limited in number, whatever the number of parts: a thread that is far
 * ahead waits until its part's replica is free.
 */
final class GradientSum {
    /** With two replicas a thread, one with a short part can go on while another has a long one. */
    private static final int FOR_EACH_THREAD = 2;
    private final Parameters total;
    private final List<Slot> slots = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private int added;
    private double loss;
    private boolean abandoned;

    /** The same weights with gradients of its own, and what was computed with them. */
    private static final class Slot {
        final Parameters parameters;
        double loss;
        boolean done;

        Slot(Parameters parameters) { this.parameters = parameters; }
    }

    /**
     * @param total whose gradients become the sum
     * @param replicas how many parts are computed or wait for their turn at once
     */
    GradientSum(Parameters total, int replicas) {
        this.total = total;
        for (int i = 0; i < replicas; i++)
            slots.add(new Slot(total.map(v -> Variable.parameter(v.name(), v.value()))));
    }

    /** Replicas, beside the sum, for so many parts on so many threads. */
    static int replicas(int parts, int threads) {
        return threads == 1 ? 1 : (int) Math.min(parts, (long) FOR_EACH_THREAD * threads);
    }

    /** Begins a sum of no parts. */
    void begin() {
        total.clearGradients();
        added = 0;
        loss = 0;
        abandoned = false;
        slots.forEach(s -> s.done = false);
    }

    /**
     * Computes a part and adds it once those before it are. Parts must be begun in the order of their numbers; the first missing
     * part can always be computed, so there is no deadlock.
     *
     * @param part its number, from 0
     * @param stopped asked before it is computed; if so, neither this nor a later part is
     * @param compute leaves gradients in the parameters that it gets, and gives the part's loss
     */
    void add(int part, BooleanSupplier stopped, ToDoubleFunction<Parameters> compute) {
        Slot slot = slots.get(part % slots.size());
        if (!await(part) || stopped.getAsBoolean()) {
            abandon();
            return;
        }
        boolean whole = false;
        try {
            slot.parameters.clearGradients();
            slot.loss = compute.applyAsDouble(slot.parameters);
            whole = true;
        } finally {
            if (!whole) abandon();
        }
        finish(slot);
    }

    /** Whether the part may be computed: its slot is free. */
    private boolean await(int part) {
        lock.lock();
        try {
            while (!abandoned && part - slots.size() >= added) moved.awaitUninterruptibly();
            return !abandoned;
        } finally {
            lock.unlock();
        }
    }

    private void abandon() {
        lock.lock();
        try {
            abandoned = true;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void finish(Slot slot) {
        lock.lock();
        try {
            slot.done = true;
            for (Slot next = slots.get(added % slots.size()); next.done; next = slots.get(added % slots.size())) {
                for (String name : total.names()) {
                    Tensor g = next.parameters.get(name).gradient();
                    if (g != null) total.get(name).addGradient(g);
                }
                loss += next.loss;
                next.done = false;
                added++;
            }
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many parts were added: all of them, unless somebody stopped. */
    int added() { return added; }

    /** The sum of the losses. */
    double loss() { return loss; }
}
