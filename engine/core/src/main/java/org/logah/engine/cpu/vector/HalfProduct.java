package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Bf16;
import org.logah.engine.Kernels.Product;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.threads.WorkerPool;

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
        if (p.transposeB()) {
            long parted = ThreadMemory.floats(p.k());
            part(Simd.address(a), parted, p.k());
            Reference.reachabilityFence(a); // read by its address
            workers.run((p.n() + ROWS_OF_DOTS - 1) / ROWS_OF_DOTS, t -> {
                for (int j = t * ROWS_OF_DOTS; j < Math.min(p.n(), (t + 1) * ROWS_OF_DOTS); j++) {
                    float dot = dot(parted, parted + 2L * p.k(), Simd.address(b) + 2L * j * p.k(), p.k() / 2);
                    MEMORY.set(F, Simd.address(c, j), bias == null ? dot : dot + bias.get(j));
                }
            });
            return;
        }
        Gemv.Cut cut = Gemv.Cut.of(p);
        long sums = ThreadMemory.floats((cut.parts() + 1L) * p.n());
        workers.run(cut.parts() * cut.blocks(), t -> {
            int part = t / cut.blocks();
            int row = part * cut.rows();
            int column = t % cut.blocks() * cut.columns();
            long even = sums + 4L * part * p.n() + 2L * column;
            columns(p.n(), Math.min(cut.rows(), p.k() - row), Simd.address(a, row),
                    Simd.address(b) + 2 * ((long) row * p.n() + column), even, even + 2L * p.n(),
                    Math.min(cut.columns(), p.n() - column));
        });
        long total = sums + 4L * cut.parts() * p.n();
        cut.add(sums, 0, total, p.n());
        for (int j = 0; j < p.n(); j++) {
            float sum = MEMORY.get(F, total + 2L * (j % 2 * p.n() + j / 2 * 2));
            MEMORY.set(F, Simd.address(c, j), bias == null ? sum : sum + bias.get(j));
        }
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

    /** {@code sums = a[k] b[k, count]}, even and odd columns apart. */
    private static void columns(int n, int k, long a, long b, long even, long odd, int count) {
        MEMORY.asSlice(even, 2L * count).fill((byte) 0);
        MEMORY.asSlice(odd, 2L * count).fill((byte) 0);
        for (int i = 0; i < k; i++) addRow(MEMORY.get(F, a + 4L * i), b + 2L * i * n, even, odd, count / 2);
    }

    private static void addRow(float a, long b, long even, long odd, int pairs) {
        FloatVector factor = broadcast(SPECIES, a);
        int i = 0;
        for (int end = Simd.bound(pairs); i < end; i += Simd.LANES) {
            IntVector v = IntVector.fromMemorySegment(INTS, MEMORY, b + 4L * i, ORDER);
            FloatVector y = fromMemorySegment(SPECIES, MEMORY, even + 4L * i, ORDER);
            FloatVector z = fromMemorySegment(SPECIES, MEMORY, odd + 4L * i, ORDER);
            v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(factor, y)
                    .intoMemorySegment(MEMORY, even + 4L * i, ORDER);
            v.and(UPPER).reinterpretAsFloats().fma(factor, z).intoMemorySegment(MEMORY, odd + 4L * i, ORDER);
        }
        for (; i < pairs; i++) {
            MEMORY.set(F, even + 4L * i, Math.fma(a, half(b + 4L * i), MEMORY.get(F, even + 4L * i)));
            MEMORY.set(F, odd + 4L * i, Math.fma(a, half(b + 4L * i + 2), MEMORY.get(F, odd + 4L * i)));
        }
    }
}
