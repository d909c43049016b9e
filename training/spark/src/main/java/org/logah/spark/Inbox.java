package org.logah.spark;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Parameters;
import org.logah.engine.TensorException;

/**
 * The gradients of a step as they arrive. Of a part that is computed twice, because its executor was slow or lost, the first that is
 * whole counts; what arrives for another step is of nobody's interest any more.
 */
final class Inbox {
    private static final long NANOS = 1_000_000;
    private final long run;
    private final Parameters weights;
    private final Deque<PartGradient> free = new ArrayDeque<>();
    private final Map<Attempt, PartGradient> arriving = new HashMap<>();
    private final Map<Integer, PartGradient> whole = new HashMap<>();
    private int step = -1;
    /** Parts below this were taken out. */
    private int taken;
    private @Nullable Throwable failure;

    private record Attempt(int part, long number) {}

    Inbox(long run, Parameters weights) {
        this.run = run;
        this.weights = weights;
    }

    /** Whatever is left of an earlier step goes. */
    synchronized void begin(int next) {
        free.addAll(whole.values());
        whole.clear();
        // What is half there may still be written to by a thread of the transport: its memory is left to the collector.
        arriving.clear();
        step = next;
        taken = 0;
    }

    /** Where a piece goes; null if nobody waits for it. */
    synchronized PartGradient.@Nullable Piece open(PieceHeader header) {
        if (!isWanted(header)) return null;
        return arriving.computeIfAbsent(new Attempt(header.part(), header.attempt()), _ -> empty()).new Piece(header);
    }

    private boolean isWanted(PieceHeader h) {
        return h.run() == run && h.step() == step && h.part() >= taken && !whole.containsKey(h.part());
    }

    private PartGradient empty() {
        PartGradient room = free.poll();
        if (room == null) return new PartGradient(weights);
        room.clear();
        return room;
    }

    /** What arrives cannot be taken in, and could not a second time. */
    synchronized void fail(Throwable why) {
        if (failure == null) failure = why;
        notifyAll();
    }

    /** A piece is there. */
    synchronized void finish(PieceHeader header, PartGradient.Piece piece) {
        if (!piece.finish()) return;
        PartGradient part = arriving.remove(new Attempt(header.part(), header.attempt()));
        if (part == null) return;
        if (isWanted(header)) whole.put(header.part(), part);
        else free.add(part);
        notifyAll();
    }

    /**
     * Takes out the next part in order.
     *
     * @param milliseconds how long to wait for it at most
     * @return null if it is not there then
     * @throws TensorException if this process cannot take gradients in, for lack of memory
     */
    synchronized @Nullable PartGradient next(long milliseconds) throws InterruptedException {
        long until = System.nanoTime() + milliseconds * NANOS;
        long left = milliseconds;
        while (left > 0 && failure == null && !whole.containsKey(taken)) {
            wait(left); // never with 0, which would be forever
            left = (until - System.nanoTime()) / NANOS;
        }
        if (failure != null)
            throw new TensorException("gradients cannot be taken in here: " + failure, failure);
        PartGradient part = whole.remove(taken);
        if (part != null) taken++;
        return part;
    }

    /** Its memory serves another part. */
    synchronized void release(PartGradient part) { free.add(part); }
}
