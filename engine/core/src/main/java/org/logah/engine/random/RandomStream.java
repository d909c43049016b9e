package org.logah.engine.random;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.DoubleSupplier;

import org.logah.engine.Tensor;

/**
 * A seeded stream of random numbers. Value {@code i} is a hash of (key, i), the finalizer of SplitMix64 (Steele, Lea and
 * Flood, OOPSLA 2014), so the same seed gives the same numbers on every machine and in any version, and a stream can be
 * split by name or number. Not thread-safe.
 */
public final class RandomStream {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    /** Numbers made at once. */
    private static final int CHUNK = 1 << 10;
    /** What counters add to a key; read, not computed, since HotSpot vectorizes no product of a loop's counter. */
    private static final long[] STEPS = new long[CHUNK];

    static {
        for (int i = 0; i < CHUNK; i++) STEPS[i] = GOLDEN_GAMMA * i;
    }

    private final long key;
    private long counter;
    private double spare = Double.NaN;

    /**
     * A stream at its beginning.
     *
     * @param seed decides all of its numbers
     */
    public RandomStream(long seed) { this(mix(seed ^ 0x6C6F676168L), 0); }

    private RandomStream(long key, long position) {
        this.key = key;
        this.counter = position;
    }

    /**
     * An independent stream, the same one for the same name, however much of this one was used.
     *
     * @param name what its numbers are for
     * @return the stream at its beginning
     */
    public RandomStream split(String name) {
        long h = key;
        for (int i = 0; i < name.length(); i++) h = mix(h + GOLDEN_GAMMA * (name.charAt(i) + 1));
        return new RandomStream(mix(h ^ name.length()), 0);
    }

    /**
     * An independent stream, the same one for the same number, however much of this one was used.
     *
     * @param number which of many streams: a step's, say
     * @return the stream at its beginning
     */
    public RandomStream split(long number) {
        return new RandomStream(mix(mix(key + GOLDEN_GAMMA) + GOLDEN_GAMMA * (number + 1)), 0);
    }

    /** The hash behind all streams: a number whose bits all depend on all bits of {@code z}. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** {@return the next 64 random bits} */
    public long nextLong() { return mix(key + GOLDEN_GAMMA * ++counter); }

    /** {@return how many values were drawn; {@link #seek} goes back to it} */
    public long position() { return counter; }

    /**
     * Continues after {@code position} values.
     *
     * @param position how many values count as drawn
     * @return this stream
     */
    public RandomStream seek(long position) {
        counter = position;
        spare = Double.NaN;
        return this;
    }

    /** {@return a number uniform in {@code [0, 1)}, of 53 bits} */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1p-53;
    }

    /**
     * A whole number uniform in {@code [0, bound)}.
     *
     * @param bound how many numbers there are to choose from
     * @return one of them
     * @throws IllegalArgumentException if there is none
     */
    public int nextInt(int bound) {
        if (bound <= 0) throw new IllegalArgumentException("bound " + bound + " is not positive");
        return (int) Math.unsignedMultiplyHigh(nextLong(), bound);
    }

    /**
     * A whole number uniform in {@code [0, bound)}, the same as {@link #nextInt(int)} gives where that can.
     *
     * @param bound how many numbers there are to choose from
     * @return one of them
     * @throws IllegalArgumentException if there is none
     */
    public long nextLong(long bound) {
        if (bound <= 0) throw new IllegalArgumentException("bound " + bound + " is not positive");
        return Math.unsignedMultiplyHigh(nextLong(), bound);
    }

    /**
     * A whole number uniform among {@code from, from+step, .. <= to}.
     *
     * @param from the least
     * @param to the largest
     * @param step from one to the next
     * @return one of them
     * @throws IllegalArgumentException if there is none
     */
    public int nextInt(int from, int to, int step) { return from + step * nextInt((to - from) / step + 1); }

    /** {@return a standard normal number, by Marsaglia's polar method on strict mathematics} */
    public double nextNormal() {
        if (!Double.isNaN(spare)) {
            double s = spare;
            spare = Double.NaN;
            return s;
        }
        while (true) {
            double u = 2 * nextDouble() - 1;
            double v = 2 * nextDouble() - 1;
            double s = u * u + v * v;
            if (s < 1 && s > 0) {
                double f = StrictMath.sqrt(-2 * StrictMath.log(s) / s);
                spare = v * f;
                return u * f;
            }
        }
    }

    /**
     * Fills a float tensor with numbers uniform in {@code [low, high)}.
     *
     * @param t gets them in row-major order
     * @param low the least
     * @param high their upper bound
     */
    public void fillUniform(Tensor t, double low, double high) {
        t.fill(s -> {
            long n = t.elements();
            float[] chunk = new float[(int) Math.min(CHUNK, n)];
            for (long from = 0; from < n; from += CHUNK) {
                int count = (int) Math.min(CHUNK, n - from);
                uniform(key + GOLDEN_GAMMA * (counter + 1), low, high - low, chunk, count);
                counter += count;
                MemorySegment.copy(chunk, 0, s, ValueLayout.JAVA_FLOAT, 4 * from, count);
            }
        });
    }

    /** The numbers that {@link #nextDouble} would give, in a loop that HotSpot vectorizes. */
    private static void uniform(long first, double low, double width, float[] out, int count) {
        for (int i = 0; i < count; i++)
            out[i] = (float) (low + width * ((mix(first + STEPS[i]) >>> 11) * 0x1p-53));
    }

    /**
     * Fills a float tensor with normal numbers.
     *
     * @param t gets them in row-major order
     * @param mean their mean
     * @param std their standard deviation
     */
    public void fillNormal(Tensor t, double mean, double std) { fill(t, () -> mean + std * nextNormal()); }

    /**
     * Fills a float tensor with normal numbers, each drawn again while it is outside {@code [low, high]}.
     *
     * @param t gets them in row-major order
     * @param mean of the numbers before the cut
     * @param std their standard deviation before the cut
     * @param low the least allowed
     * @param high the largest allowed
     */
    public void fillTruncatedNormal(Tensor t, double mean, double std, double low, double high) {
        fill(t, () -> {
            double x;
            do {
                x = mean + std * nextNormal();
            } while (x < low || x > high);
            return x;
        });
    }

    private static void fill(Tensor t, DoubleSupplier next) {
        t.fill(s -> {
            for (long i = 0, n = t.elements(); i < n; i++)
                s.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) next.getAsDouble());
        });
    }
}
