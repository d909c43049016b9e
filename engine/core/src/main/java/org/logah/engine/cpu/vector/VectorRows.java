package org.logah.engine.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.jspecify.annotations.Nullable;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** One row at a time: softmax, layer norm, cross-entropy. Positions are counted in elements. */
final class VectorRows {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;

    private VectorRows() {}

    static float max(MemorySegment x, long at, int n) {
        FloatVector m = Simd.broadcast(Float.NEGATIVE_INFINITY);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) m = m.max(Simd.load(x, at + i));
        float most = m.reduceLanes(VectorOperators.MAX);
        for (; i < n; i++) most = Math.max(most, x.getAtIndex(F, at + i));
        return most;
    }

    /** {@code out = exp(scale * x - shift)}; returns the sum. */
    static float exponentials(float scale, float shift, MemorySegment x, long ix, MemorySegment out, long io, int n) {
        FloatVector s = Simd.broadcast(scale);
        FloatVector t = Simd.broadcast(-shift);
        FloatVector sum = Simd.broadcast(0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector e = VectorMath.exp(Simd.load(x, ix + i).fma(s, t));
            Simd.store(e, out, io + i);
            sum = sum.add(e);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector e = VectorMath.exp(Simd.load(x, ix + i, m).fma(s, t));
            Simd.store(e, out, io + i, m);
            sum = sum.add(e, m);
        }
        return Simd.sum(sum);
    }

    /** The sum of {@code exp(x - shift)}. */
    static float sumOfExponentials(float shift, MemorySegment x, long at, int n) {
        FloatVector t = Simd.broadcast(shift);
        FloatVector sum = Simd.broadcast(0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            sum = sum.add(VectorMath.exp(Simd.load(x, at + i).sub(t)));
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            sum = sum.add(VectorMath.exp(Simd.load(x, at + i, m).sub(t)), m);
        }
        return Simd.sum(sum);
    }

    static void softmax(MemorySegment x, MemorySegment out, long at, int n) {
        float sum = exponentials(1f, max(x, at, n), x, at, out, at, n);
        VectorElementwise.affine(1f / sum, 0f, out, out, at, n);
    }

    static float dot(MemorySegment a, long ia, MemorySegment b, long ib, int n) {
        FloatVector s = Simd.broadcast(0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) s = Simd.load(a, ia + i).fma(Simd.load(b, ib + i), s);
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            s = Simd.load(a, ia + i, m).fma(Simd.load(b, ib + i, m), s);
        }
        return Simd.sum(s);
    }

    /** {@code out = y (dy - shift)}. */
    static void softmaxGradient(float shift, MemorySegment y, MemorySegment dy, MemorySegment out, long at, int n) {
        for (int i = 0; i < n; i += Simd.LANES) {
            VectorMask<Float> m = Simd.tail(i, n);
            Simd.store(Simd.load(y, at + i, m).mul(Simd.load(dy, at + i, m).sub(shift)), out, at + i, m);
        }
    }

    /** Normalizes one row and returns nothing; mean and reciprocal deviation go to their places. */
    static void layerNorm(float eps, MemorySegment x, MemorySegment w, MemorySegment b, MemorySegment out,
            MemorySegment mean,
            MemorySegment rstd, long row, int n) {
        long at = row * n;
        float mu = VectorElementwise.sum(x, at, n) / n;
        FloatVector centre = Simd.broadcast(mu);
        FloatVector squares = Simd.broadcast(0f);
        FloatVector rest = Simd.broadcast(0f);
        int end = Simd.bound(n);
        int i = 0;
        for (; i < end; i += Simd.LANES) {
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
        // What rounding left of the mean: without it every element of the row is off by the same bit, and sums over the
        // row, which cancel, show it.
        float shift = Simd.sum(rest) / n;
        double variance = Simd.sum(squares) / (double) n - (double) shift * shift;
        float scale = (float) (1 / Math.sqrt(variance + eps));
        for (i = 0; i < end; i += Simd.LANES) {
            FloatVector normal = Simd.load(x, at + i).sub(centre).sub(shift).mul(scale);
            Simd.store(normal.fma(Simd.load(w, i), Simd.load(b, i)), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector normal = Simd.load(x, at + i, m).sub(centre).sub(shift).mul(scale);
            Simd.store(normal.fma(Simd.load(w, i, m), Simd.load(b, i, m)), out, at + i, m);
        }
        mean.setAtIndex(F, row, mu + shift);
        rstd.setAtIndex(F, row, scale);
    }

    /** One row's gradient; adds its part of the weight's and bias' gradients to {@code sums[0..n)} and {@code sums[n..2n)}. */
    static void layerNormGradient(MemorySegment x, MemorySegment w, MemorySegment mean, MemorySegment rstd,
            MemorySegment dy,
            @Nullable MemorySegment dx, float[] sums, int offset, long row, int n) {
        long at = row * n;
        FloatVector centre = Simd.broadcast(mean.getAtIndex(F, row));
        float scale = rstd.getAtIndex(F, row);
        FloatVector sum = Simd.broadcast(0f);
        FloatVector dot = Simd.broadcast(0f);
        for (int i = 0; i < n; i += Simd.LANES) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector normal = Simd.load(x, at + i, m).sub(centre).mul(scale);
            FloatVector d = Simd.load(dy, at + i, m);
            d.fma(normal, FloatVector.fromArray(Simd.SPECIES, sums, offset + i, m)).intoArray(sums, offset + i, m);
            d.add(FloatVector.fromArray(Simd.SPECIES, sums, offset + n + i, m)).intoArray(sums, offset + n + i, m);
            FloatVector dw = d.mul(Simd.load(w, i, m));
            sum = sum.add(dw);
            dot = dw.fma(normal, dot);
        }
        if (dx == null) return;
        float shift = Simd.sum(sum) / n;
        float slope = Simd.sum(dot) / n;
        for (int i = 0; i < n; i += Simd.LANES) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector normal = Simd.load(x, at + i, m).sub(centre).mul(scale);
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
