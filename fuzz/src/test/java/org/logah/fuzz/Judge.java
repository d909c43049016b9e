package org.logah.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;

/**
 * What a reader may do with an input, whatever it is: read it, or refuse it with what it declares, in one line that names the file;
 * soon, and without making more than a constant and some times the input.
 */
final class Judge {
    /** Parsed headers and lists of layers on the heap, or tensors outside of it. */
    static final long CONSTANT_BYTES = 64L << 20;
    /** A parsed header takes some times its text, and a computation some times its tensors. */
    private static final int TIMES = 64;
    private static final long MOST_NANOS = 2_000_000_000L;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final FuzzTarget target;
    private final CountingDevice device;
    /** The most that was made for one input, and the longest that one took. */
    private long mostHeap;
    private long mostOutside;
    private long mostNanos;

    Judge(FuzzTarget target, CountingDevice device) {
        this.target = target;
        this.device = device;
    }

    /**
     * Lets the target read an input.
     *
     * @return whether it was read; false where it was refused
     * @throws AssertionError if the reader did something else than it may
     */
    boolean reads(byte[] input) {
        Cost cost = new Cost();
        boolean read = isRead(input);
        if (cost.isTooMuch(input)) { // once more: what the first of its kind takes, to load classes, is not the input's
            cost = new Cost();
            isRead(input);
            if (cost.isTooMuch(input))
                throw new AssertionError(target.name() + ": " + cost + " for an input of " + input.length + " bytes");
        }
        return read;
    }

    private boolean isRead(byte[] input) {
        try {
            target.reading().read(input);
            return true;
        } catch (IOException e) {
            requireFileNamed(e);
        } catch (UncheckedIOException e) {
            requireFileNamed(e.getCause());
        } catch (RuntimeException e) {
            if (!target.declared().isInstance(e)) throw new AssertionError(target.name() + ": " + e, e);
            requireOneLine(e);
        }
        return false;
    }

    /** What one input takes. Of this thread, which computes alone: other programs must not fail a test. */
    private final class Cost {
        private long nanos = -THREADS.getCurrentThreadCpuTime();
        private long outside = -device.asked();
        private long heap = -THREADS.getCurrentThreadAllocatedBytes();

        boolean isTooMuch(byte[] input) {
            heap += THREADS.getCurrentThreadAllocatedBytes();
            outside += device.asked();
            nanos += THREADS.getCurrentThreadCpuTime();
            if (Math.max(heap, outside) > CONSTANT_BYTES + (long) TIMES * input.length || nanos > MOST_NANOS)
                return true;
            mostHeap = Math.max(mostHeap, heap);
            mostOutside = Math.max(mostOutside, outside);
            mostNanos = Math.max(mostNanos, nanos);
            return false;
        }

        @Override
        public String toString() {
            return "%,d bytes of heap, %,d outside, %.1f s".formatted(heap, outside, nanos / 1e9);
        }
    }

    private void requireFileNamed(IOException e) {
        requireOneLine(e);
        if (!String.valueOf(e.getMessage()).contains(target.place().toString()))
            throw new AssertionError(target.name() + ": does not name the file: " + e, e);
    }

    private void requireOneLine(Exception e) {
        String message = String.valueOf(e.getMessage());
        if (message.isBlank() || message.equals("null") || message.chars().anyMatch(Character::isISOControl))
            throw new AssertionError(target.name() + ": does not say in one line what is wrong: " + e, e);
    }

    /** The most that one input took. */
    String most() {
        return "%s: at most %,d KB of heap, %,d KB outside, %.0f ms".formatted(target.name(), mostHeap >> 10,
                mostOutside >> 10, mostNanos / 1e6);
    }
}
