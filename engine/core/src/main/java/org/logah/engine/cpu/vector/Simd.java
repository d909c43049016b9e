package org.logah.engine.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector shape that all kernels here use, and loads and stores on native memory. Fused multiply-add is used throughout:
 * this is the one place where that is decided.
 */
final class Simd {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private Simd() {}

    /** Elements {@code i} and on. */
    static FloatVector load(MemorySegment s, long i) {
        return FloatVector.fromMemorySegment(SPECIES, s, i * 4, ORDER);
    }

    /** Elements {@code i} and on as far as the mask goes, zeros elsewhere. */
    static FloatVector load(MemorySegment s, long i, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(SPECIES, s, i * 4, ORDER, mask);
    }

    static void store(FloatVector v, MemorySegment s, long i) { v.intoMemorySegment(s, i * 4, ORDER); }

    static void store(FloatVector v, MemorySegment s, long i, VectorMask<Float> mask) {
        v.intoMemorySegment(s, i * 4, ORDER, mask);
    }

    /** The lanes of a last, partial vector. */
    static VectorMask<Float> tail(int from, int to) {
        return SPECIES.indexInRange(from, to);
    }

    /** The largest multiple of the vector length up to {@code n}. */
    static int bound(int n) {
        return SPECIES.loopBound(n);
    }

    static FloatVector broadcast(float value) { return FloatVector.broadcast(SPECIES, value); }
}
