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
 * One row at a time: softmax, layer norm, cross-entropy. Operands are byte addresses. A method has one loop (and its tail): where
 * it has several, the compiled code is three times as slow.
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

    /** {@code out = exp(scale x - shift)} with a shift no smaller than any {@code scale x}; returns the sum. */
    static float exponentials(float scale, float shift, long x, long out, int n) {
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
        return Simd.sum(sum);
    }

    /** The sum of {@code exp(x - shift)} with a shift no smaller than any element. */
    static float sumOfExponentials(float shift, long x, int n) {
        FloatVector sum = broadcast(SPECIES, 0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            sum = sum.add(VectorMath.expOfSmall(fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER).sub(shift)));
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            sum = sum.add(VectorMath.expOfSmall(fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER, m).sub(shift)),
                    m);
        }
        return Simd.sum(sum);
    }

    static void softmax(long x, long out, int n) {
        float sum = exponentials(1f, max(x, n), x, out, n);
        VectorElementwise.affine(1f / sum, 0f, out, out, n);
    }

    static float dot(long a, long b, int n) {
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
        return Simd.sum(s.add(s1).add(s2.add(s3)));
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

    /** Normalizes one row; mean and reciprocal deviation go to their places. */
    static void layerNorm(float eps, long x, long w, long b, long out, long mean, long rstd, int n) {
        float mu = VectorElementwise.sum(x, n) / n;
        long sums = deviations(mu, x, n);
        // The rounding error of the mean: uncorrected it would shift every element of the row by the same amount, and sums over
        // the row, which ought to cancel, would show it.
        float shift = first(sums) / n;
        double variance = second(sums) / (double) n - (double) shift * shift;
        float scale = (float) (1 / Math.sqrt(variance + eps));
        normalize(mu, shift, scale, x, w, b, out, n);
        MEMORY.set(F, mean, mu + shift);
        MEMORY.set(F, rstd, scale);
    }

    /** Two floats as one value, which is returned without an object. */
    private static long pair(float first, float second) {
        return (long) Float.floatToRawIntBits(second) << 32 | Float.floatToRawIntBits(first) & 0xFFFFFFFFL;
    }

    private static float first(long pair) { return Float.intBitsToFloat((int) pair); }

    private static float second(long pair) { return Float.intBitsToFloat((int) (pair >>> 32)); }

    /** The sums of {@code x - mean} and of its square. */
    private static long deviations(float mean, long x, int n) {
        FloatVector squares = broadcast(SPECIES, 0f);
        FloatVector squares1 = squares;
        FloatVector rest = squares;
        FloatVector rest1 = squares;
        int i = 0;
        for (int end = n - 2 * Simd.LANES; i <= end; i += 2 * Simd.LANES) {
            FloatVector d = fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER).sub(mean);
            FloatVector d1 = fromMemorySegment(SPECIES, MEMORY, x + 4L * (i + Simd.LANES), ORDER).sub(mean);
            squares = d.fma(d, squares);
            squares1 = d1.fma(d1, squares1);
            rest = rest.add(d);
            rest1 = rest1.add(d1);
        }
        for (; i < n; i += Simd.LANES) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector d = fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER, m).sub(mean, m);
            squares = d.fma(d, squares);
            rest = rest.add(d);
        }
        return pair(Simd.sum(rest.add(rest1)), Simd.sum(squares.add(squares1)));
    }

    /** {@code out = (x - mean - shift) scale w + b}. */
    private static void normalize(float mean, float shift, float scale, long x, long w, long b, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector normal = fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER).sub(mean).sub(shift).mul(scale);
            normal.fma(fromMemorySegment(SPECIES, MEMORY, w + 4L * i, ORDER),
                    fromMemorySegment(SPECIES, MEMORY, b + 4L * i, ORDER))
                    .intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector normal = fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER, m).sub(mean).sub(shift)
                    .mul(scale);
            normal.fma(fromMemorySegment(SPECIES, MEMORY, w + 4L * i, ORDER, m),
                    fromMemorySegment(SPECIES, MEMORY, b + 4L * i, ORDER, m))
                    .intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    /**
     * One row's gradient; adds its part of the weight's and bias' gradients to the {@code 2 n} sums.
     *
     * @param dx where the input's gradient goes, 0 where nobody wants it
     */
    static void layerNormGradient(long x, long w, float mean, float scale, long dy, long dx, long sums, int n) {
        long both = layerNormSums(mean, scale, x, w, dy, sums, sums + 4L * n, n);
        if (dx != 0) layerNormInput(mean, scale, first(both) / n, second(both) / n, x, w, dy, dx, n);
    }

    /**
     * Adds to the parameters' gradients; gives the sums of {@code dy w} and of its product with the normalized row.
     */
    private static long layerNormSums(float mean, float scale, long x, long w, long dy, long dWeight, long dBias,
            int n) {
        FloatVector sum = broadcast(SPECIES, 0f);
        FloatVector dot = broadcast(SPECIES, 0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector normal = fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER).sub(mean).mul(scale);
            FloatVector d = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER);
            d.fma(normal, fromMemorySegment(SPECIES, MEMORY, dWeight + 4L * i, ORDER))
                    .intoMemorySegment(MEMORY, dWeight + 4L * i, ORDER);
            d.add(fromMemorySegment(SPECIES, MEMORY, dBias + 4L * i, ORDER))
                    .intoMemorySegment(MEMORY, dBias + 4L * i, ORDER);
            FloatVector dw = d.mul(fromMemorySegment(SPECIES, MEMORY, w + 4L * i, ORDER));
            sum = sum.add(dw);
            dot = dw.fma(normal, dot);
        }
        long rest = i == n ? 0 : layerNormSumsTail(mean, scale, x, w, dy, dWeight, dBias, i, n);
        return pair(Simd.sum(sum) + first(rest), Simd.sum(dot) + second(rest));
    }

    /** A method of its own, without vectors: together with the loop it would be too large for HotSpot's first compiler. */
    private static long layerNormSumsTail(float mean, float scale, long x, long w, long dy, long dWeight, long dBias,
            int from, int n) {
        float sum = 0;
        float dot = 0;
        for (int i = from; i < n; i++) {
            float normal = (MEMORY.get(F, x + 4L * i) - mean) * scale;
            float d = MEMORY.get(F, dy + 4L * i);
            MEMORY.set(F, dWeight + 4L * i, Math.fma(d, normal, MEMORY.get(F, dWeight + 4L * i)));
            MEMORY.set(F, dBias + 4L * i, d + MEMORY.get(F, dBias + 4L * i));
            float dw = d * MEMORY.get(F, w + 4L * i);
            sum += dw;
            dot = Math.fma(dw, normal, dot);
        }
        return pair(sum, dot);
    }

    private static void layerNormInput(float mean, float scale, float shift, float slope, long x, long w, long dy,
            long dx, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector normal = fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER).sub(mean).mul(scale);
            FloatVector dw = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER)
                    .mul(fromMemorySegment(SPECIES, MEMORY, w + 4L * i, ORDER));
            dw.sub(shift).sub(normal.mul(slope)).mul(scale).intoMemorySegment(MEMORY, dx + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector normal = fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER, m).sub(mean).mul(scale);
            FloatVector dw = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER, m)
                    .mul(fromMemorySegment(SPECIES, MEMORY, w + 4L * i, ORDER, m));
            dw.sub(shift).sub(normal.mul(slope)).mul(scale).intoMemorySegment(MEMORY, dx + 4L * i, ORDER, m);
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
