package org.logah.engine;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * One lending of a piece of memory, with one or more tensors on it. Host devices give a segment; the {@code meta} device gives
 * none, and devices with memory of their own extend this class with where it lies.
 *
 * <p>A storage counts its holders: it starts with one, {@link #retain()} adds one, {@link #release()} takes one away, and with
 * the last one the memory goes back to where it came from. From then on the storage is dead for ever: when the same piece of
 * memory is lent again, that is another storage, and whoever still holds a tensor of the dead one gets an error instead of the
 * new owner's numbers.
 *
 * <p>Counting is thread-safe. Whether a storage is alive is read without synchronization, since that must cost nothing: a thread
 * sees what the thread that gave it its work saw.
 */
public class Storage {
    private static final VarHandle HOLDERS;

    static {
        try {
            HOLDERS = MethodHandles.lookup().findVarHandle(Storage.class, "holders", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final @Nullable MemorySegment segment;
    private final long bytes;
    private final @Nullable Runnable recycle;
    private @Nullable Scope owner;
    private int holders = 1;

    /**
     * A storage with one holder.
     *
     * @param segment the memory, 64-byte aligned, null where the host cannot reach it
     * @param bytes usable bytes
     * @param recycle what to do when the last holder lets go; null leaves the memory to garbage collection
     */
    public Storage(@Nullable MemorySegment segment, long bytes, @Nullable Runnable recycle) {
        this.segment = segment;
        this.bytes = bytes;
        this.recycle = recycle;
    }

    /** {@return the memory, null where the host cannot reach it} It is not checked whether the storage is alive. */
    public @Nullable MemorySegment segment() {
        return segment;
    }

    /** {@return the number of usable bytes} */
    public long bytes() { return bytes; }

    /** {@return whether exactly one holder is left, so that writing in place is seen by nobody else} */
    public boolean unshared() {
        return holders == 1;
    }

    /**
     * Adds a holder.
     *
     * @throws IllegalStateException if the memory was given back already
     */
    public void retain() {
        int now;
        do {
            now = (int) HOLDERS.getVolatile(this);
            if (now <= 0) throw dead("a storage of " + bytes + " bytes");
        } while (!HOLDERS.compareAndSet(this, now, now + 1));
    }

    /** {@return whether the last holder has let go, so that the memory may be somebody else's by now} */
    public boolean released() {
        return holders <= 0;
    }

    /** Takes a holder away; the last one gives the memory back. Does nothing where it was given back already. */
    public void release() {
        int now;
        do {
            now = (int) HOLDERS.getVolatile(this);
            if (now <= 0) return;
        } while (!HOLDERS.compareAndSet(this, now, now - 1));
        if (now == 1 && recycle != null) recycle.run();
    }

    /** Takes all holders away and gives the memory back: the scope that owned it was closed. */
    public void releaseAll() {
        if ((int) HOLDERS.getAndSet(this, 0) > 0 && recycle != null) recycle.run();
    }

    /** Notes which scope lent it, for the message of {@link #requireLive}. */
    void lentBy(Scope scope) {
        owner = scope;
    }

    /** @throws IllegalStateException if the memory was given back, with who gave it back and the way out */
    final void requireLive(Tensor user) {
        if (holders <= 0) throw dead(user);
    }

    private IllegalStateException dead(Tensor user) { return dead("tensor " + user); }

    private IllegalStateException dead(String what) {
        Scope scope = owner;
        String how = scope == null
                ? "its holder gave it back"
                : scope.isClosed()
                        ? "it went back when " + scope + " was closed"
                        : scope + " gave it back after its last use";
        return new IllegalStateException(what + " has no memory any more: " + how
                + "; copy what is needed longer before that (Tensor.copyTo, Parameters.copyTo)");
    }
}
