package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Bf16;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.WorkerPool;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One row by a matrix in BF16, as in {@link Gemv}. Two neighbours are read as one integer: shifted up it is the first as a float,
 * with its lower half cleared the second. So the other operand, or the sums, are kept apart by even and odd positions.
 */
final class HalfProduct {
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int UPPER = 0xFFFF0000;
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT;
    /** Rows of a matrix in one task of dot products. */
    private static final int ROWS_OF_DOTS = 256;

    private HalfProduct() {}

    /** Whether what is read two numbers at a time has even rows. */
    static boolean takes(Product p) {
        return p.k() % 2 == 0 && (p.transposeB() || p.n() % 2 == 0);
    }

    /** The product of {@code [1, k]} by {@code [k, n]} or {@code [n, k]^T}. */
    static void row(WorkerPool workers, Product p, Tensor a, Tensor b, @Nullable Tensor bias, Tensor c) {
        long matrix = Simd.address(b);
        if (p.transposeB()) {
            long parted = Scratch.floats(p.k());
            part(Simd.address(a), parted, p.k());
            workers.run((p.n() + ROWS_OF_DOTS - 1) / ROWS_OF_DOTS, t -> {
                for (int j = t * ROWS_OF_DOTS; j < Math.min(p.n(), (t + 1) * ROWS_OF_DOTS); j++) {
                    float dot = dot(parted, parted + 2L * p.k(), matrix + 2L * j * p.k(), p.k() / 2);
                    MEMORY.set(F, Simd.address(c, j), bias == null ? dot : dot + bias.get(j));
                }
                keep(a, b);
            });
            return;
        }
        int each = Gemv.columnsOfTask(p.n());
        workers.run((p.n() + each - 1) / each, t -> {
            int from = t * each;
            columns(p.n(), p.k(), Simd.address(a), matrix + 2L * from, bias == null ? 0 : Simd.address(bias, from),
                    Simd.address(c, from), Math.min(each, p.n() - from));
            keep(a, b);
        });
    }

    /** A task that knows addresses alone still refers to the tensors. */
    private static void keep(Tensor... tensors) {
        for (Tensor t : tensors) Reference.reachabilityFence(t);
    }

    /** Even positions, then odd ones. */
    private static void part(long x, long to, int n) {
        for (int i = 0; i < n; i++) MEMORY.set(F, to + 4L * (i / 2 + i % 2 * (n / 2)), MEMORY.get(F, x + 4L * i));
    }

    private static float dot(long even, long odd, long b, int pairs) {
        FloatVector s = broadcast(SPECIES, 0f);
        FloatVector s1 = s;
        int i = 0;
        for (int end = Simd.bound(pairs); i < end; i += Simd.LANES) {
            IntVector v = IntVector.fromMemorySegment(INTS, MEMORY, b + 4L * i, ORDER);
            s = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats()
                    .fma(fromMemorySegment(SPECIES, MEMORY, even + 4L * i, ORDER), s);
            s1 = v.and(UPPER).reinterpretAsFloats().fma(fromMemorySegment(SPECIES, MEMORY, odd + 4L * i, ORDER), s1);
        }
        float sum = Simd.sum(s.add(s1));
        for (; i < pairs; i++) {
            sum = Math.fma(half(b + 4L * i), MEMORY.get(F, even + 4L * i), sum);
            sum = Math.fma(half(b + 4L * i + 2), MEMORY.get(F, odd + 4L * i), sum);
        }
        return sum;
    }

    private static float half(long at) { return Bf16.toFloat(MEMORY.get(HALF, at)); }

    private static void columns(int n, int k, long a, long b, long bias, long out, int count) {
        long even = Scratch.floats(count);
        long odd = even + 2L * count;
        if (bias == 0) MEMORY.asSlice(even, 4L * count).fill((byte) 0);
        else part(bias, even, count);
        int i = 0;
        for (; i + 2 <= k; i += 2)
            twoRows(a + 4L * i, b + 2L * i * n, 2L * n, even, odd, count / 2);
        for (int j = 0; j < count; j++)
            MEMORY.set(F, out + 4L * j, MEMORY.get(F, (j % 2 == 0 ? even : odd) + 4L * (j / 2)));
    }

    /** {@code sums += a[0] b[0] + a[1] b[1]}, from the left. */
    private static void twoRows(long a, long b, long stride, long even, long odd, int pairs) {
        float a0 = MEMORY.get(F, a);
        float a1 = MEMORY.get(F, a + 4);
        int i = 0;
        for (int end = Simd.bound(pairs); i < end; i += Simd.LANES) {
            IntVector v = IntVector.fromMemorySegment(INTS, MEMORY, b + 4L * i, ORDER);
            IntVector w = IntVector.fromMemorySegment(INTS, MEMORY, b + stride + 4L * i, ORDER);
            FloatVector y = fromMemorySegment(SPECIES, MEMORY, even + 4L * i, ORDER);
            y = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(broadcast(SPECIES, a0), y);
            w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(broadcast(SPECIES, a1), y)
                    .intoMemorySegment(MEMORY, even + 4L * i, ORDER);
            FloatVector z = fromMemorySegment(SPECIES, MEMORY, odd + 4L * i, ORDER);
            z = v.and(UPPER).reinterpretAsFloats().fma(broadcast(SPECIES, a0), z);
            w.and(UPPER).reinterpretAsFloats().fma(broadcast(SPECIES, a1), z)
                    .intoMemorySegment(MEMORY, odd + 4L * i, ORDER);
        }
        for (; i < pairs; i++) {
            add(a0, a1, b + 4L * i, stride, even + 4L * i);
            add(a0, a1, b + 4L * i + 2, stride, odd + 4L * i);
        }
    }

    private static void add(float a0, float a1, long b, long stride, long sum) {
        MEMORY.set(F, sum, Math.fma(a1, half(b + stride), Math.fma(a0, half(b), MEMORY.get(F, sum))));
    }
}
