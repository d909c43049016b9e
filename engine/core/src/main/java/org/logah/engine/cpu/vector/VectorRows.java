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
 * One row at a time: softmax, cross-entropy. Operands are byte addresses. A method has one loop (and its tail): where
 * it has several, the compiled code is three times as slow.
 */
final class VectorRows {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    /** Rows whose sums are left in an array before they are added up. */
    static final int TOGETHER = 16;

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
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector e = VectorMath
                    .expOfSmall(fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER, m).mul(scale).sub(shift));
            e.intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
            sum = sum.add(e, m);
        }
        sum.intoArray(sums, vector * Simd.LANES);
    }

    /** The logarithms of the sums of exponentials of rows of {@code n}, which go to {@code out} from a place on. */
    static void logarithmsOfSums(long x, int n, int rows, double[] out, int place) {
        float[] sums = ThreadMemory.vectors(TOGETHER);
        for (int r = 0; r < rows; r += TOGETHER) {
            int some = Math.min(TOGETHER, rows - r);
            largest(x + 4L * r * n, n, some, out, place + r);
            sumsOfExponentials(x + 4L * r * n, n, some, out, place + r, sums);
            for (int i = 0; i < some; i++) out[place + r + i] += Math.log(Simd.sum(sums, i));
        }
    }

    private static void largest(long x, int n, int rows, double[] out, int place) {
        for (int r = 0; r < rows; r++) out[place + r] = max(x + 4L * r * n, n);
    }

    private static void sumsOfExponentials(long x, int n, int rows, double[] shifts, int place, float[] sums) {
        for (int r = 0; r < rows; r++) sumOfExponentials((float) shifts[place + r], x + 4L * r * n, n, sums, r);
    }

    /** Leaves what adds up to the sum of {@code exp(x - shift)} with a shift no smaller than any element. */
    private static void sumOfExponentials(float shift, long x, int n, float[] sums, int vector) {
        FloatVector sum = broadcast(SPECIES, 0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            sum = sum.add(VectorMath.expOfSmall(fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER).sub(shift)));
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            sum = sum.add(VectorMath.expOfSmall(fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER, m).sub(shift)),
                    m);
        }
        sum.intoArray(sums, vector * Simd.LANES);
    }

    /** The softmax of rows of {@code n}. */
    static void softmax(long x, long out, int n, int rows) {
        float[] room = ThreadMemory.vectors(1);
        for (long at = 0; at < 4L * rows * n; at += 4L * n) {
            exponentials(1f, max(x + at, n), x + at, out + at, n, room, 0);
            VectorElementwise.affine(1f / Simd.sum(room, 0), 0f, out + at, out + at, n);
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

    /** The gradients of rows of {@code n}. */
    static void softmaxGradients(long y, long dy, long dx, int n, int rows) {
        float[] sums = ThreadMemory.vectors(TOGETHER);
        long next = 4L * n;
        for (int r = 0; r < rows; r += TOGETHER) {
            int some = Math.min(TOGETHER, rows - r);
            dots(y + r * next, next, dy + r * next, next, n, some, sums);
            for (int i = 0; i < some; i++) {
                long at = (r + i) * next;
                softmaxGradient(Simd.sum(sums, i), 1f, y + at, dy + at, dx + at, n);
            }
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
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            VectorMath.exp(fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER, m).sub(lse)).sub(even).mul(scale)
                    .intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }
}
