package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.jspecify.annotations.Nullable;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * One row at a time: softmax, layer norm, cross-entropy. Positions are counted in elements. One method, one loop (and its
 * tail): the compiler makes a third of the speed out of several loops in one method.
 */
final class VectorRows {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;

    private VectorRows() {}

    /** Not a number where the row holds one only if it comes first; the exponentials show it then. */
    static float max(MemorySegment x, long at, int n) {
        FloatVector m = broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector m2 = m;
        int i = 0;
        for (int end = n - 2 * Simd.LANES; i <= end; i += 2 * Simd.LANES) {
            m = VectorMath.larger(m, fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER));
            m2 = VectorMath.larger(m2, fromMemorySegment(SPECIES, x, 4 * (at + i + Simd.LANES), ORDER));
        }
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            m = VectorMath.larger(m, fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER));
        float most = m.max(m2).reduceLanes(VectorOperators.MAX);
        for (; i < n; i++) most = Math.max(most, x.getAtIndex(F, at + i));
        return most;
    }

    /** {@code out = exp(x - shift)} with a shift no smaller than any element; returns the sum. */
    static float exponentials(float shift, MemorySegment x, long ix, MemorySegment out, long io, int n) {
        FloatVector sum = broadcast(SPECIES, 0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector e = VectorMath.expOfSmall(fromMemorySegment(SPECIES, x, 4 * (ix + i), ORDER).sub(shift));
            e.intoMemorySegment(out, 4 * (io + i), ORDER);
            sum = sum.add(e);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector e = VectorMath.expOfSmall(fromMemorySegment(SPECIES, x, 4 * (ix + i), ORDER, m).sub(shift));
            e.intoMemorySegment(out, 4 * (io + i), ORDER, m);
            sum = sum.add(e, m);
        }
        return Simd.sum(sum);
    }

    /** The sum of {@code exp(x - shift)} with a shift no smaller than any element. */
    static float sumOfExponentials(float shift, MemorySegment x, long at, int n) {
        FloatVector sum = broadcast(SPECIES, 0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            sum = sum.add(VectorMath.expOfSmall(fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER).sub(shift)));
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            sum = sum.add(VectorMath.expOfSmall(fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER, m).sub(shift)), m);
        }
        return Simd.sum(sum);
    }

    static void softmax(MemorySegment x, MemorySegment out, long at, int n) {
        float sum = exponentials(max(x, at, n), x, at, out, at, n);
        VectorElementwise.affine(1f / sum, 0f, out, out, at, n);
    }

    static float dot(MemorySegment a, long ia, MemorySegment b, long ib, int n) {
        FloatVector s = broadcast(SPECIES, 0f);
        FloatVector s1 = s;
        FloatVector s2 = s;
        FloatVector s3 = s;
        int i = 0;
        for (int end = n - 4 * Simd.LANES; i <= end; i += 4 * Simd.LANES) {
            s = fromMemorySegment(SPECIES, a, 4 * (ia + i), ORDER)
                    .fma(fromMemorySegment(SPECIES, b, 4 * (ib + i), ORDER), s);
            s1 = fromMemorySegment(SPECIES, a, 4 * (ia + i + Simd.LANES), ORDER)
                    .fma(fromMemorySegment(SPECIES, b, 4 * (ib + i + Simd.LANES), ORDER), s1);
            s2 = fromMemorySegment(SPECIES, a, 4 * (ia + i + 2 * Simd.LANES), ORDER)
                    .fma(fromMemorySegment(SPECIES, b, 4 * (ib + i + 2 * Simd.LANES), ORDER), s2);
            s3 = fromMemorySegment(SPECIES, a, 4 * (ia + i + 3 * Simd.LANES), ORDER)
                    .fma(fromMemorySegment(SPECIES, b, 4 * (ib + i + 3 * Simd.LANES), ORDER), s3);
        }
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            s = fromMemorySegment(SPECIES, a, 4 * (ia + i), ORDER)
                    .fma(fromMemorySegment(SPECIES, b, 4 * (ib + i), ORDER), s);
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            s = fromMemorySegment(SPECIES, a, 4 * (ia + i), ORDER, m)
                    .fma(fromMemorySegment(SPECIES, b, 4 * (ib + i), ORDER, m), s);
        }
        return Simd.sum(s.add(s1).add(s2.add(s3)));
    }

    /** {@code out = y (dy - shift)}. */
    static void softmaxGradient(float shift, MemorySegment y, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            fromMemorySegment(SPECIES, y, 4 * (at + i), ORDER)
                    .mul(fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER).sub(shift))
                    .intoMemorySegment(out, 4 * (at + i), ORDER);
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            fromMemorySegment(SPECIES, y, 4 * (at + i), ORDER, m)
                    .mul(fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER, m).sub(shift))
                    .intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }

    /** Normalizes one row; mean and reciprocal deviation go to their places. */
    static void layerNorm(float eps, MemorySegment x, MemorySegment w, MemorySegment b, MemorySegment out,
            MemorySegment mean, MemorySegment rstd, long row, int n) {
        long at = row * n;
        float mu = VectorElementwise.sum(x, at, n) / n;
        long sums = deviations(mu, x, at, n);
        // What rounding left of the mean: without it every element of the row is off by the same bit, and sums over the
        // row, which cancel, show it.
        float shift = first(sums) / n;
        double variance = second(sums) / (double) n - (double) shift * shift;
        float scale = (float) (1 / Math.sqrt(variance + eps));
        normalize(mu, shift, scale, x, w, b, out, at, n);
        mean.setAtIndex(F, row, mu + shift);
        rstd.setAtIndex(F, row, scale);
    }

    /** Two floats as one value, which is returned without an object. */
    private static long pair(float first, float second) {
        return (long) Float.floatToRawIntBits(second) << 32 | Float.floatToRawIntBits(first) & 0xFFFFFFFFL;
    }

    private static float first(long pair) { return Float.intBitsToFloat((int) pair); }

    private static float second(long pair) { return Float.intBitsToFloat((int) (pair >>> 32)); }

    /** The sums of {@code x - mean} and of its square. */
    private static long deviations(float mean, MemorySegment x, long at, int n) {
        FloatVector centre = broadcast(SPECIES, mean);
        FloatVector squares = broadcast(SPECIES, 0f);
        FloatVector rest = broadcast(SPECIES, 0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector d = fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER).sub(centre);
            squares = d.fma(d, squares);
            rest = rest.add(d);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector d = fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER, m).sub(centre, m);
            squares = d.fma(d, squares);
            rest = rest.add(d);
        }
        return pair(Simd.sum(rest), Simd.sum(squares));
    }

    /** {@code out = (x - mean - shift) scale w + b}. */
    private static void normalize(float mean, float shift, float scale, MemorySegment x, MemorySegment w,
            MemorySegment b, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector normal = fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER).sub(mean).sub(shift).mul(scale);
            normal.fma(fromMemorySegment(SPECIES, w, 4L * i, ORDER), fromMemorySegment(SPECIES, b, 4L * i, ORDER))
                    .intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector normal = fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER, m).sub(mean).sub(shift).mul(scale);
            normal.fma(fromMemorySegment(SPECIES, w, 4L * i, ORDER, m), fromMemorySegment(SPECIES, b, 4L * i, ORDER, m))
                    .intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }

    /** One row's gradient; adds its part of the weight's and bias' gradients to {@code sums[0..n)} and {@code sums[n..2n)}. */
    static void layerNormGradient(MemorySegment x, MemorySegment w, MemorySegment mean, MemorySegment rstd,
            MemorySegment dy, @Nullable MemorySegment dx, MemorySegment sums, long offset, long row, int n) {
        float mu = mean.getAtIndex(F, row);
        float scale = rstd.getAtIndex(F, row);
        layerNormParameters(mu, scale, x, dy, sums, offset, row * n, n);
        if (dx == null) return;
        long both = layerNormSums(mu, scale, x, w, dy, row * n, n);
        layerNormInput(mu, scale, first(both) / n, second(both) / n, x, w, dy, dx, row * n, n);
    }

    private static void layerNormParameters(float mean, float scale, MemorySegment x, MemorySegment dy,
            MemorySegment sums, long offset, long at, int n) {
        long o = offset;
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES, o += Simd.LANES) {
            FloatVector normal = fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER).sub(mean).mul(scale);
            FloatVector d = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER);
            d.fma(normal, fromMemorySegment(SPECIES, sums, 4 * o, ORDER)).intoMemorySegment(sums, 4 * o, ORDER);
            d.add(fromMemorySegment(SPECIES, sums, 4 * (o + n), ORDER)).intoMemorySegment(sums, 4 * (o + n), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector normal = fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER, m).sub(mean).mul(scale);
            FloatVector d = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER, m);
            d.fma(normal, fromMemorySegment(SPECIES, sums, 4 * o, ORDER, m)).intoMemorySegment(sums, 4 * o, ORDER, m);
            d.add(fromMemorySegment(SPECIES, sums, 4 * (o + n), ORDER, m)).intoMemorySegment(sums, 4 * (o + n), ORDER,
                    m);
        }
    }

    /** The sums of {@code dy w} and of its product with the normalized row. */
    private static long layerNormSums(float mean, float scale, MemorySegment x, MemorySegment w, MemorySegment dy,
            long at, int n) {
        FloatVector sum = broadcast(SPECIES, 0f);
        FloatVector dot = broadcast(SPECIES, 0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector dw = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER)
                    .mul(fromMemorySegment(SPECIES, w, 4L * i, ORDER));
            sum = sum.add(dw);
            dot = dw.fma(fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER).sub(mean).mul(scale), dot);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector dw = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER, m)
                    .mul(fromMemorySegment(SPECIES, w, 4L * i, ORDER, m));
            sum = sum.add(dw);
            dot = dw.fma(fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER, m).sub(mean).mul(scale), dot);
        }
        return pair(Simd.sum(sum), Simd.sum(dot));
    }

    private static void layerNormInput(float mean, float scale, float shift, float slope, MemorySegment x,
            MemorySegment w, MemorySegment dy, MemorySegment dx, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector normal = fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER).sub(mean).mul(scale);
            FloatVector dw = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER)
                    .mul(fromMemorySegment(SPECIES, w, 4L * i, ORDER));
            dw.sub(shift).sub(normal.mul(slope)).mul(scale).intoMemorySegment(dx, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector normal = fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER, m).sub(mean).mul(scale);
            FloatVector dw = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER, m)
                    .mul(fromMemorySegment(SPECIES, w, 4L * i, ORDER, m));
            dw.sub(shift).sub(normal.mul(slope)).mul(scale).intoMemorySegment(dx, 4 * (at + i), ORDER, m);
        }
    }

    /** {@code out = scale (exp(x - lse) - even)}; the target's own share is the caller's. */
    static void crossEntropyGradient(float scale, float lse, float even, MemorySegment x, MemorySegment out, long at,
            int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            VectorMath.exp(fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER).sub(lse)).sub(even).mul(scale)
                    .intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            VectorMath.exp(fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER, m).sub(lse)).sub(even).mul(scale)
                    .intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }
}
