package org.logah.engine.cpu.vector;

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
        FloatVector m = Simd.broadcast(Float.NEGATIVE_INFINITY);
        FloatVector m2 = m;
        int i = 0;
        for (int end = n - 2 * Simd.LANES; i <= end; i += 2 * Simd.LANES) {
            m = VectorMath.larger(m, Simd.load(x, at + i));
            m2 = VectorMath.larger(m2, Simd.load(x, at + i + Simd.LANES));
        }
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) m = VectorMath.larger(m, Simd.load(x, at + i));
        float most = m.max(m2).reduceLanes(VectorOperators.MAX);
        for (; i < n; i++) most = Math.max(most, x.getAtIndex(F, at + i));
        return most;
    }

    /** {@code out = exp(x - shift)} with a shift no smaller than any element; returns the sum. */
    static float exponentials(float shift, MemorySegment x, long ix, MemorySegment out, long io, int n) {
        FloatVector sum = Simd.broadcast(0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector e = VectorMath.expOfSmall(Simd.load(x, ix + i).sub(shift));
            Simd.store(e, out, io + i);
            sum = sum.add(e);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector e = VectorMath.expOfSmall(Simd.load(x, ix + i, m).sub(shift));
            Simd.store(e, out, io + i, m);
            sum = sum.add(e, m);
        }
        return Simd.sum(sum);
    }

    /** The sum of {@code exp(x - shift)} with a shift no smaller than any element. */
    static float sumOfExponentials(float shift, MemorySegment x, long at, int n) {
        FloatVector sum = Simd.broadcast(0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            sum = sum.add(VectorMath.expOfSmall(Simd.load(x, at + i).sub(shift)));
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            sum = sum.add(VectorMath.expOfSmall(Simd.load(x, at + i, m).sub(shift)), m);
        }
        return Simd.sum(sum);
    }

    static void softmax(MemorySegment x, MemorySegment out, long at, int n) {
        float sum = exponentials(max(x, at, n), x, at, out, at, n);
        VectorElementwise.affine(1f / sum, 0f, out, out, at, n);
    }

    static float dot(MemorySegment a, long ia, MemorySegment b, long ib, int n) {
        FloatVector s = Simd.broadcast(0f);
        FloatVector s1 = s;
        FloatVector s2 = s;
        FloatVector s3 = s;
        int i = 0;
        for (int end = n - 4 * Simd.LANES; i <= end; i += 4 * Simd.LANES) {
            s = Simd.load(a, ia + i).fma(Simd.load(b, ib + i), s);
            s1 = Simd.load(a, ia + i + Simd.LANES).fma(Simd.load(b, ib + i + Simd.LANES), s1);
            s2 = Simd.load(a, ia + i + 2 * Simd.LANES).fma(Simd.load(b, ib + i + 2 * Simd.LANES), s2);
            s3 = Simd.load(a, ia + i + 3 * Simd.LANES).fma(Simd.load(b, ib + i + 3 * Simd.LANES), s3);
        }
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) s = Simd.load(a, ia + i).fma(Simd.load(b, ib + i), s);
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            s = Simd.load(a, ia + i, m).fma(Simd.load(b, ib + i, m), s);
        }
        return Simd.sum(s.add(s1).add(s2.add(s3)));
    }

    /** {@code out = y (dy - shift)}. */
    static void softmaxGradient(float shift, MemorySegment y, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            Simd.store(Simd.load(y, at + i).mul(Simd.load(dy, at + i).sub(shift)), out, at + i);
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            Simd.store(Simd.load(y, at + i, m).mul(Simd.load(dy, at + i, m).sub(shift)), out, at + i, m);
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
        FloatVector centre = Simd.broadcast(mean);
        FloatVector squares = Simd.broadcast(0f);
        FloatVector rest = Simd.broadcast(0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector d = Simd.load(x, at + i).sub(centre);
            squares = d.fma(d, squares);
            rest = rest.add(d);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector d = Simd.load(x, at + i, m).sub(centre, m);
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
            FloatVector normal = Simd.load(x, at + i).sub(mean).sub(shift).mul(scale);
            Simd.store(normal.fma(Simd.load(w, i), Simd.load(b, i)), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector normal = Simd.load(x, at + i, m).sub(mean).sub(shift).mul(scale);
            Simd.store(normal.fma(Simd.load(w, i, m), Simd.load(b, i, m)), out, at + i, m);
        }
    }

    /** One row's gradient; adds its part of the weight's and bias' gradients to {@code sums[0..n)} and {@code sums[n..2n)}. */
    static void layerNormGradient(MemorySegment x, MemorySegment w, MemorySegment mean, MemorySegment rstd,
            MemorySegment dy, @Nullable MemorySegment dx, float[] sums, int offset, long row, int n) {
        float mu = mean.getAtIndex(F, row);
        float scale = rstd.getAtIndex(F, row);
        layerNormParameters(mu, scale, x, dy, sums, offset, row * n, n);
        if (dx == null) return;
        long both = layerNormSums(mu, scale, x, w, dy, row * n, n);
        layerNormInput(mu, scale, first(both) / n, second(both) / n, x, w, dy, dx, row * n, n);
    }

    private static void layerNormParameters(float mean, float scale, MemorySegment x, MemorySegment dy, float[] sums,
            int offset, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector normal = Simd.load(x, at + i).sub(mean).mul(scale);
            FloatVector d = Simd.load(dy, at + i);
            d.fma(normal, FloatVector.fromArray(Simd.SPECIES, sums, offset + i)).intoArray(sums, offset + i);
            d.add(FloatVector.fromArray(Simd.SPECIES, sums, offset + n + i)).intoArray(sums, offset + n + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector normal = Simd.load(x, at + i, m).sub(mean).mul(scale);
            FloatVector d = Simd.load(dy, at + i, m);
            d.fma(normal, FloatVector.fromArray(Simd.SPECIES, sums, offset + i, m)).intoArray(sums, offset + i, m);
            d.add(FloatVector.fromArray(Simd.SPECIES, sums, offset + n + i, m)).intoArray(sums, offset + n + i, m);
        }
    }

    /** The sums of {@code dy w} and of its product with the normalized row. */
    private static long layerNormSums(float mean, float scale, MemorySegment x, MemorySegment w, MemorySegment dy,
            long at, int n) {
        FloatVector sum = Simd.broadcast(0f);
        FloatVector dot = Simd.broadcast(0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector dw = Simd.load(dy, at + i).mul(Simd.load(w, i));
            sum = sum.add(dw);
            dot = dw.fma(Simd.load(x, at + i).sub(mean).mul(scale), dot);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector dw = Simd.load(dy, at + i, m).mul(Simd.load(w, i, m));
            sum = sum.add(dw);
            dot = dw.fma(Simd.load(x, at + i, m).sub(mean).mul(scale), dot);
        }
        return pair(Simd.sum(sum), Simd.sum(dot));
    }

    private static void layerNormInput(float mean, float scale, float shift, float slope, MemorySegment x,
            MemorySegment w, MemorySegment dy, MemorySegment dx, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector normal = Simd.load(x, at + i).sub(mean).mul(scale);
            FloatVector dw = Simd.load(dy, at + i).mul(Simd.load(w, i));
            Simd.store(dw.sub(shift).sub(normal.mul(slope)).mul(scale), dx, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector normal = Simd.load(x, at + i, m).sub(mean).mul(scale);
            FloatVector dw = Simd.load(dy, at + i, m).mul(Simd.load(w, i, m));
            Simd.store(dw.sub(shift).sub(normal.mul(slope)).mul(scale), dx, at + i, m);
        }
    }

    /** {@code out = scale (exp(x - lse) - even)}; the target's own share is the caller's. */
    static void crossEntropyGradient(float scale, float lse, float even, MemorySegment x, MemorySegment out, long at,
            int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            Simd.store(VectorMath.exp(Simd.load(x, at + i).sub(lse)).sub(even).mul(scale), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            Simd.store(VectorMath.exp(Simd.load(x, at + i, m).sub(lse)).sub(even).mul(scale), out, at + i, m);
        }
    }
}
