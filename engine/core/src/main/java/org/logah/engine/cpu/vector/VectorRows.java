package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.ValueLayout;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Softmax and cross-entropy, row by row. Operands are byte addresses. A method has one loop (and its tail): where
 * it has several, the compiled code is three times as slow. A tail that calls {@link VectorMath} is a method of its own: beside a loop
 * that was hot without it, the compiler would not take in what it calls, and make objects of the vectors in between.
 */
final class VectorRows {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;

    private VectorRows() {}

    /**
     * The largest number of a row. A NaN in it may be passed over here; the exponentials, computed from the result, show it.
     */
    static float max(long x, int n) {
        FloatVector m = broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector m2 = m;
        int i = 0;
        for (int end = n - 2 * Simd.LANES; i <= end; i += 2 * Simd.LANES) {
            m = VectorMath.larger(m, fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER));
            m2 = VectorMath.larger(m2, fromMemorySegment(SPECIES, MEMORY, x + 4L * (i + Simd.LANES), ORDER));
        }
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            m = VectorMath.larger(m, fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER));
        float most = m.max(m2).reduceLanes(VectorOperators.MAX);
        for (; i < n; i++) most = Math.max(most, MEMORY.get(F, x + 4L * i));
        return most;
    }

    /**
     * {@code out = exp(scale x - shift)} with a shift no smaller than any {@code scale x}; what is left in the array adds up to the sum.
     */
    static void exponentials(float scale, float shift, long x, long out, int n, float[] sums, int vector) {
        FloatVector sum = broadcast(SPECIES, 0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector e = VectorMath
                    .expOfSmall(fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER).mul(scale).sub(shift));
            e.intoMemorySegment(MEMORY, out + 4L * i, ORDER);
            sum = sum.add(e);
        }
        sum.intoArray(sums, vector * Simd.LANES);
        if (i < n) exponentialsOfTail(scale, shift, x + 4L * i, out + 4L * i, n - i, sums, vector);
    }

    private static void exponentialsOfTail(float scale, float shift, long x, long out, int n, float[] sums,
            int vector) {
        VectorMask<Float> m = Simd.tail(0, n);
        FloatVector e = VectorMath.expOfSmall(fromMemorySegment(SPECIES, MEMORY, x, ORDER, m).mul(scale).sub(shift));
        e.intoMemorySegment(MEMORY, out, ORDER, m);
        FloatVector.fromArray(SPECIES, sums, vector * Simd.LANES).add(e, m).intoArray(sums, vector * Simd.LANES);
    }

    /** The logarithms of the sums of exponentials of rows of {@code n}, which go to {@code out} from a place on. */
    static void logarithmsOfSums(long x, int n, int rows, double[] out, int place) {
        float[] left = ThreadMemory.vectors(2);
        long next = 4L * n;
        for (int r = 0; r <= rows; r++) {
            if (r >= 1) out[place + r - 1] += Math.log(Simd.sum(left, (r - 1) % 2));
            if (r == rows) break;
            float most = max(x + r * next, n);
            out[place + r] = most;
            sumOfExponentials(most, x + r * next, n, left, r % 2);
        }
    }

    /** Leaves what adds up to the sum of {@code exp(x - shift)} with a shift no smaller than any element. */
    private static void sumOfExponentials(float shift, long x, int n, float[] sums, int vector) {
        FloatVector sum = broadcast(SPECIES, 0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            sum = sum.add(VectorMath.expOfSmall(fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER).sub(shift)));
        sum.intoArray(sums, vector * Simd.LANES);
        if (i < n) sumOfTail(shift, x + 4L * i, n - i, sums, vector);
    }

    private static void sumOfTail(float shift, long x, int n, float[] sums, int vector) {
        VectorMask<Float> m = Simd.tail(0, n);
        FloatVector e = VectorMath.expOfSmall(fromMemorySegment(SPECIES, MEMORY, x, ORDER, m).sub(shift));
        FloatVector.fromArray(SPECIES, sums, vector * Simd.LANES).add(e, m).intoArray(sums, vector * Simd.LANES);
    }

    /** The softmax of rows of {@code n}. */
    static void softmax(long x, long out, int n, int rows) {
        float[] left = ThreadMemory.vectors(2);
        long next = 4L * n;
        for (int r = 0; r <= rows; r++) {
            long last = out + (r - 1) * next;
            if (r >= 1) VectorElementwise.affine(1f / Simd.sum(left, (r - 1) % 2), 0f, last, last, n);
            if (r == rows) break;
            long at = x + r * next;
            exponentials(1f, max(at, n), at, out + r * next, n, left, r % 2);
        }
    }

    /**
     * Leaves in the array what adds up to the dot product of each of some rows by another. Added up at once, each row would wait for
     * what was just left.
     *
     * @param nextA bytes from row to row of {@code a}
     * @param nextB bytes from row to row of {@code b}
     */
    static void dots(long a, long nextA, long b, long nextB, int n, int rows, float[] sums) {
        for (int r = 0; r < rows; r++) dot(a + r * nextA, b + r * nextB, n, sums, r);
    }

    private static void dot(long a, long b, int n, float[] sums, int vector) {
        FloatVector s = broadcast(SPECIES, 0f);
        FloatVector s1 = s;
        FloatVector s2 = s;
        FloatVector s3 = s;
        int i = 0;
        for (int end = n - 4 * Simd.LANES; i <= end; i += 4 * Simd.LANES) {
            s = fromMemorySegment(SPECIES, MEMORY, a + 4L * i, ORDER)
                    .fma(fromMemorySegment(SPECIES, MEMORY, b + 4L * i, ORDER), s);
            s1 = fromMemorySegment(SPECIES, MEMORY, a + 4L * (i + Simd.LANES), ORDER)
                    .fma(fromMemorySegment(SPECIES, MEMORY, b + 4L * (i + Simd.LANES), ORDER), s1);
            s2 = fromMemorySegment(SPECIES, MEMORY, a + 4L * (i + 2 * Simd.LANES), ORDER)
                    .fma(fromMemorySegment(SPECIES, MEMORY, b + 4L * (i + 2 * Simd.LANES), ORDER), s2);
            s3 = fromMemorySegment(SPECIES, MEMORY, a + 4L * (i + 3 * Simd.LANES), ORDER)
                    .fma(fromMemorySegment(SPECIES, MEMORY, b + 4L * (i + 3 * Simd.LANES), ORDER), s3);
        }
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            s = fromMemorySegment(SPECIES, MEMORY, a + 4L * i, ORDER)
                    .fma(fromMemorySegment(SPECIES, MEMORY, b + 4L * i, ORDER), s);
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            s = fromMemorySegment(SPECIES, MEMORY, a + 4L * i, ORDER, m)
                    .fma(fromMemorySegment(SPECIES, MEMORY, b + 4L * i, ORDER, m), s);
        }
        s.add(s1).add(s2.add(s3)).intoArray(sums, vector * Simd.LANES);
    }

    /** The gradients of rows of {@code n}: with a row's own step goes the first one of the next row, as in {@link VectorLayerNorm}. */
    static void softmaxGradients(long y, long dy, long dx, int n, int rows) {
        float[] left = ThreadMemory.vectors(2);
        long next = 4L * n;
        for (int r = 0; r <= rows; r++) {
            long last = (r - 1) * next;
            if (r >= 1) softmaxGradient(Simd.sum(left, (r - 1) % 2), 1f, y + last, dy + last, dx + last, n);
            if (r < rows) dot(y + r * next, dy + r * next, n, left, r % 2);
        }
    }

    /** {@code out = y (dy - shift) scale}. */
    static void softmaxGradient(float shift, float scale, long y, long dy, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            fromMemorySegment(SPECIES, MEMORY, y + 4L * i, ORDER)
                    .mul(fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER).sub(shift)).mul(scale)
                    .intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            fromMemorySegment(SPECIES, MEMORY, y + 4L * i, ORDER, m)
                    .mul(fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER, m).sub(shift)).mul(scale)
                    .intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    /** {@code out = scale (exp(x - lse) - even)}; the target's own share is the caller's. */
    static void crossEntropyGradient(float scale, float lse, float even, long x, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            VectorMath.exp(fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER).sub(lse)).sub(even).mul(scale)
                    .intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) crossEntropyGradientOfTail(scale, lse, even, x + 4L * i, out + 4L * i, n - i);
    }

    private static void crossEntropyGradientOfTail(float scale, float lse, float even, long x, long out, int n) {
        VectorMask<Float> m = Simd.tail(0, n);
        VectorMath.exp(fromMemorySegment(SPECIES, MEMORY, x, ORDER, m).sub(lse)).sub(even).mul(scale)
                .intoMemorySegment(MEMORY, out, ORDER, m);
    }
}
