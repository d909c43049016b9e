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
 * The innermost loop of a matrix product: a block of 8 rows by 2 vectors of the result, from a panel of A {@code [kc, 8]} and
 * a panel of B {@code [kc, 2 vectors]}. It takes 19 vector registers. B and C are given by addresses, A by its place in an
 * array: to HotSpot's compilers reading a number from an array is a tenth of the code that reading one from memory is, and they
 * give up on methods that are too large.
 */
final class MicroKernel {
    private MicroKernel() {}

    /**
     * {@code c[8, 2 vectors] = from + panel of A by panel of B}. Sixteen accumulators written out: in arrays or behind a call they
     * would leave the registers.
     *
     * @param at where the panel of A begins
     * @param from address of what the sums start from: the result itself, or one row for all, a bias
     * @param stride elements from one of its rows to the next
     * @param ldc elements from one row of {@code c} to the next
     */
    static void run(int kc, float[] left, int at, long right, long from, long stride, long c, long ldc) {
        FloatVector c00 = fromMemorySegment(SPECIES, MEMORY, from, ORDER);
        FloatVector c01 = fromMemorySegment(SPECIES, MEMORY, from + 4 * Simd.LANES, ORDER);
        FloatVector c10 = fromMemorySegment(SPECIES, MEMORY, from + 4 * stride, ORDER);
        FloatVector c11 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (stride + Simd.LANES), ORDER);
        FloatVector c20 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (2 * stride), ORDER);
        FloatVector c21 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (2 * stride + Simd.LANES), ORDER);
        FloatVector c30 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (3 * stride), ORDER);
        FloatVector c31 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (3 * stride + Simd.LANES), ORDER);
        FloatVector c40 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (4 * stride), ORDER);
        FloatVector c41 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (4 * stride + Simd.LANES), ORDER);
        FloatVector c50 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (5 * stride), ORDER);
        FloatVector c51 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (5 * stride + Simd.LANES), ORDER);
        FloatVector c60 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (6 * stride), ORDER);
        FloatVector c61 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (6 * stride + Simd.LANES), ORDER);
        FloatVector c70 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (7 * stride), ORDER);
        FloatVector c71 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (7 * stride + Simd.LANES), ORDER);
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
            a = broadcast(SPECIES, left[ia + 4]);
            c40 = a.fma(b0, c40);
            c41 = a.fma(b1, c41);
            a = broadcast(SPECIES, left[ia + 5]);
            c50 = a.fma(b0, c50);
            c51 = a.fma(b1, c51);
            a = broadcast(SPECIES, left[ia + 6]);
            c60 = a.fma(b0, c60);
            c61 = a.fma(b1, c61);
            a = broadcast(SPECIES, left[ia + 7]);
            c70 = a.fma(b0, c70);
            c71 = a.fma(b1, c71);
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
        c40.intoMemorySegment(MEMORY, c + 4 * (4 * ldc), ORDER);
        c41.intoMemorySegment(MEMORY, c + 4 * (4 * ldc + Simd.LANES), ORDER);
        c50.intoMemorySegment(MEMORY, c + 4 * (5 * ldc), ORDER);
        c51.intoMemorySegment(MEMORY, c + 4 * (5 * ldc + Simd.LANES), ORDER);
        c60.intoMemorySegment(MEMORY, c + 4 * (6 * ldc), ORDER);
        c61.intoMemorySegment(MEMORY, c + 4 * (6 * ldc + Simd.LANES), ORDER);
        c70.intoMemorySegment(MEMORY, c + 4 * (7 * ldc), ORDER);
        c71.intoMemorySegment(MEMORY, c + 4 * (7 * ldc + Simd.LANES), ORDER);
    }

    /** The same for the first vector of the panel of B only: {@code c[8, 1 vector]}. */
    static void narrow(int kc, float[] left, int at, long right, long from, long stride, long c, long ldc) {
        FloatVector c0 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (0 * stride), ORDER);
        FloatVector c1 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (1 * stride), ORDER);
        FloatVector c2 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (2 * stride), ORDER);
        FloatVector c3 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (3 * stride), ORDER);
        FloatVector c4 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (4 * stride), ORDER);
        FloatVector c5 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (5 * stride), ORDER);
        FloatVector c6 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (6 * stride), ORDER);
        FloatVector c7 = fromMemorySegment(SPECIES, MEMORY, from + 4 * (7 * stride), ORDER);
        int ia = at;
        long ib = right;
        for (int k = 0; k < kc; k++) {
            FloatVector b = fromMemorySegment(SPECIES, MEMORY, ib, ORDER);
            c0 = broadcast(SPECIES, left[ia + 0]).fma(b, c0);
            c1 = broadcast(SPECIES, left[ia + 1]).fma(b, c1);
            c2 = broadcast(SPECIES, left[ia + 2]).fma(b, c2);
            c3 = broadcast(SPECIES, left[ia + 3]).fma(b, c3);
            c4 = broadcast(SPECIES, left[ia + 4]).fma(b, c4);
            c5 = broadcast(SPECIES, left[ia + 5]).fma(b, c5);
            c6 = broadcast(SPECIES, left[ia + 6]).fma(b, c6);
            c7 = broadcast(SPECIES, left[ia + 7]).fma(b, c7);
            ia += MR;
            ib += 4 * NR;
        }
        c0.intoMemorySegment(MEMORY, c + 4 * (0 * ldc), ORDER);
        c1.intoMemorySegment(MEMORY, c + 4 * (1 * ldc), ORDER);
        c2.intoMemorySegment(MEMORY, c + 4 * (2 * ldc), ORDER);
        c3.intoMemorySegment(MEMORY, c + 4 * (3 * ldc), ORDER);
        c4.intoMemorySegment(MEMORY, c + 4 * (4 * ldc), ORDER);
        c5.intoMemorySegment(MEMORY, c + 4 * (5 * ldc), ORDER);
        c6.intoMemorySegment(MEMORY, c + 4 * (6 * ldc), ORDER);
        c7.intoMemorySegment(MEMORY, c + 4 * (7 * ldc), ORDER);
    }
}
