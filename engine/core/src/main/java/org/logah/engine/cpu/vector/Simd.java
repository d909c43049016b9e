package org.logah.engine.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

import org.logah.engine.Tensor;
import org.logah.engine.cpu.threads.WorkerPool;

/**
 * The vector shape that all kernels here use. Loads and stores are the API's own calls in every kernel, however long: the
 * compiler always inlines those, but stops inlining ours where a method has grown large, and each vector is an object then.
 */
final class Simd {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    /** Whether there are 32 vector registers: AVX-512 and ARM have them, older x86 has 16. */
    static final boolean MANY_REGISTERS = LANES >= 16
            || !List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /**
     * All memory as one segment, so that an offset into it is an address. Behind segments of several kinds (of an arena, a
     * file, an array) each access looks up whose it is as soon as one process has used more than one kind, and every loop is
     * three to eight times slower from then on; a constant segment is known when a kernel is compiled. What it does not check
     * is checked elsewhere: shapes where an operation is called, that memory was not given back in {@link Tensor#segment}; and
     * {@link WorkerPool#run} keeps memory from being collected while tasks use it.
     */
    static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Rotations by half the lanes, a quarter, ...; the identity where there are not that many. */
    private static final VectorShuffle<Float> ROTATE_2 = rotation(2);
    private static final VectorShuffle<Float> ROTATE_4 = rotation(4);
    private static final VectorShuffle<Float> ROTATE_8 = rotation(8);
    private static final VectorShuffle<Float> ROTATE_16 = rotation(16);
    private static final VectorShuffle<Float> ROTATE_32 = rotation(32);
    private static final VectorShuffle<Float> ROTATE_64 = rotation(64);

    private Simd() {}

    private static VectorShuffle<Float> rotation(int parts) {
        int by = LANES / parts;
        return VectorShuffle.fromOp(SPECIES, i -> (i + by) % LANES);
    }

    /** Where a tensor's elements begin. */
    static long address(Tensor t) { return t.segment().address(); }

    /** Where its element {@code i} stands. */
    static long address(Tensor t, long i) {
        return t.segment().address() + 4 * i;
    }

    /**
     * The sum of all lanes, halves added to halves. The API's own reduction leaves the order open, and interpreted and
     * compiled code do differ: the same numbers would come out differently as a program warms up.
     */
    static float sum(FloatVector v) {
        FloatVector s = v;
        if (LANES >= 2) s = s.add(s.rearrange(ROTATE_2));
        if (LANES >= 4) s = s.add(s.rearrange(ROTATE_4));
        if (LANES >= 8) s = s.add(s.rearrange(ROTATE_8));
        if (LANES >= 16) s = s.add(s.rearrange(ROTATE_16));
        if (LANES >= 32) s = s.add(s.rearrange(ROTATE_32));
        if (LANES >= 64) s = s.add(s.rearrange(ROTATE_64));
        return s.lane(0);
    }

    /**
     * The same of a vector that was left in an array. The compiler no longer takes {@link #sum(FloatVector)} into a method that has
     * masked vectors besides its loop; a vector handed over to it is an object then, and its loop twice as slow.
     *
     * @param vector its number in the array
     */
    static float sum(float[] vectors, int vector) {
        return sum(FloatVector.fromArray(SPECIES, vectors, vector * LANES));
    }

    /**
     * The lanes of a last, partial vector: as many as there are numbers from one place to another. Made from the bits of a number, which
     * is one instruction, where {@code indexInRange} is a branching method and, after other uses, an object.
     */
    static VectorMask<Float> tail(int from, int to) {
        int count = to - from;
        return VectorMask.fromLong(SPECIES, count >= LANES ? -1L : ~(-1L << count));
    }

    /** The largest multiple of the vector length up to {@code n}. */
    static int bound(int n) {
        return SPECIES.loopBound(n);
    }

}
