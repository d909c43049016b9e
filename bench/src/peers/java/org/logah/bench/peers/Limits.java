package org.logah.bench.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What one core of this machine can do at most: what a kernel reaches is compared with that.
 *
 * @param multiplications GFLOP/s of fused multiplications alone
 * @param copy GB/s that a copy reads and writes
 */
record Limits(double multiplications, double copy) {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int ACCUMULATORS = 12;
    private static final int STEPS = 1 << 20;
    private static final int ROUNDS = 30;
    private static final long BEYOND_CACHES = 256L << 20;

    /** {@return what they are here, in some seconds} */
    static Limits measured() {
        return new Limits(measuredMultiplications(), measuredCopy());
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "one thread: %.0f GFLOP/s of fused multiplications alone, %.1f GB/s copied (read and written)",
                multiplications, copy);
    }

    /** The fastest of some rounds, in units of work a nanosecond: anything else that runs here only makes it slower. */
    static double fastest(int rounds, double work, Runnable body) {
        double best = 0;
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            body.run();
            best = Math.max(best, work / (System.nanoTime() - start));
        }
        return best;
    }

    private static double measuredMultiplications() {
        float[] sum = {0};
        double best = fastest(ROUNDS, 2.0 * ACCUMULATORS * SPECIES.length() * STEPS, () -> sum[0] += loop(STEPS));
        if (Float.isNaN(sum[0])) throw new IllegalStateException("the sums are no numbers");
        return best;
    }

    /** As many sums side by side as it takes for none to wait for itself. */
    private static float loop(int steps) {
        FloatVector x = FloatVector.broadcast(SPECIES, 0.5f);
        FloatVector y = FloatVector.broadcast(SPECIES, 0.25f);
        FloatVector s0 = FloatVector.broadcast(SPECIES, 0f);
        FloatVector s1 = FloatVector.broadcast(SPECIES, 1f);
        FloatVector s2 = FloatVector.broadcast(SPECIES, 2f);
        FloatVector s3 = FloatVector.broadcast(SPECIES, 3f);
        FloatVector s4 = FloatVector.broadcast(SPECIES, 4f);
        FloatVector s5 = FloatVector.broadcast(SPECIES, 5f);
        FloatVector s6 = FloatVector.broadcast(SPECIES, 6f);
        FloatVector s7 = FloatVector.broadcast(SPECIES, 7f);
        FloatVector s8 = FloatVector.broadcast(SPECIES, 8f);
        FloatVector s9 = FloatVector.broadcast(SPECIES, 9f);
        FloatVector s10 = FloatVector.broadcast(SPECIES, 10f);
        FloatVector s11 = FloatVector.broadcast(SPECIES, 11f);
        for (int i = 0; i < steps; i++) {
            s0 = s0.fma(x, y);
            s1 = s1.fma(x, y);
            s2 = s2.fma(x, y);
            s3 = s3.fma(x, y);
            s4 = s4.fma(x, y);
            s5 = s5.fma(x, y);
            s6 = s6.fma(x, y);
            s7 = s7.fma(x, y);
            s8 = s8.fma(x, y);
            s9 = s9.fma(x, y);
            s10 = s10.fma(x, y);
            s11 = s11.fma(x, y);
        }
        return s0.lane(0) + s1.lane(0) + s2.lane(0) + s3.lane(0) + s4.lane(0) + s5.lane(0) + s6.lane(0) + s7.lane(0) + s8.lane(0) + s9.lane(0) + s10.lane(0) + s11.lane(0);
    }

    private static double measuredCopy() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocate(BEYOND_CACHES, 64).fill((byte) 1);
            MemorySegment to = arena.allocate(BEYOND_CACHES, 64).fill((byte) 2);
            return fastest(ROUNDS / 3, 2.0 * BEYOND_CACHES, () -> to.copyFrom(from));
        }
    }
}
