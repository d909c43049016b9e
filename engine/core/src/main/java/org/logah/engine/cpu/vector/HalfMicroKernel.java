package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Gemm.MR;
import static org.logah.engine.cpu.vector.Gemm.NR;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * {@link MicroKernel} for processors with 16 vector registers (x86 without AVX-512): half a panel of A at a time, 4 rows by 2
 * vectors in 11 registers.
 */
final class HalfMicroKernel {
    /** Rows of a block. */
    static final int ROWS = MR / 2;

    private HalfMicroKernel() {}

    /** {@code c[4, 2 vectors] = from + 4 rows of a panel of A by panel of B}, given as in {@link MicroKernel}. */
    static void run(int kc, float[] left, int at, long right, long from, long stride, long c, long ldc) {
        FloatVector c00 = fromMemorySegment(SPECIES, MEMORY, from, ORDER);
        FloatVector c01 = fromMemorySegment(SPECIES, MEMORY, from + 4 * Simd.LANES, ORDER);
        FloatVector c10 = fromMemorySegment(SPECIES, MEMORY, from + 4 * stride, ORDER);
        FloatVector c11 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (stride + Simd.LANES), ORDER);
        FloatVector c20 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (2 * stride), ORDER);
        FloatVector c21 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (2 * stride + Simd.LANES), ORDER);
        FloatVector c30 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (3 * stride), ORDER);
        FloatVector c31 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (3 * stride + Simd.LANES), ORDER);
        int ia = at;
        long ib = right;
        for (int k = 0; k < kc; k++) {
            FloatVector b0 = fromMemorySegment(SPECIES, MEMORY, ib, ORDER);
            FloatVector b1 = fromMemorySegment(SPECIES, MEMORY, ib + 4 * Simd.LANES, ORDER);
            FloatVector a;
            a = broadcast(SPECIES, left[ia + 0]);
            c00 = a.fma(b0, c00);
            c01 = a.fma(b1, c01);
            a = broadcast(SPECIES, left[ia + 1]);
            c10 = a.fma(b0, c10);
            c11 = a.fma(b1, c11);
            a = broadcast(SPECIES, left[ia + 2]);
            c20 = a.fma(b0, c20);
            c21 = a.fma(b1, c21);
            a = broadcast(SPECIES, left[ia + 3]);
            c30 = a.fma(b0, c30);
            c31 = a.fma(b1, c31);
            ia += MR;
            ib += 4 * NR;
        }
        c00.intoMemorySegment(MEMORY, c, ORDER);
        c01.intoMemorySegment(MEMORY, c + 4 * Simd.LANES, ORDER);
        c10.intoMemorySegment(MEMORY, c + 4 * ldc, ORDER);
        c11.intoMemorySegment(MEMORY, c + 4 * (ldc + Simd.LANES), ORDER);
        c20.intoMemorySegment(MEMORY, c + 4 * (2 * ldc), ORDER);
        c21.intoMemorySegment(MEMORY, c + 4 * (2 * ldc + Simd.LANES), ORDER);
        c30.intoMemorySegment(MEMORY, c + 4 * (3 * ldc), ORDER);
        c31.intoMemorySegment(MEMORY, c + 4 * (3 * ldc + Simd.LANES), ORDER);
    }
}
