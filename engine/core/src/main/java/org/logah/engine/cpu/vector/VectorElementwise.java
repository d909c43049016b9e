package org.logah.engine.cpu.vector;

import java.lang.foreign.MemorySegment;

import org.logah.engine.Binary;
import org.logah.engine.Kernels.AdamWStep;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Runs of elements: arithmetic of two operands, scaling, sums, optimizer steps. All positions are counted in elements. */
final class VectorElementwise {
    private VectorElementwise() {}

    static void pair(Binary op, MemorySegment a, long ia, MemorySegment b, long ib, MemorySegment out, long io, int n) {
        switch (op) {
            case ADD -> add(a, ia, b, ib, out, io, n);
            case SUBTRACT -> subtract(a, ia, b, ib, out, io, n);
            case MULTIPLY -> multiply(a, ia, b, ib, out, io, n);
            case DIVIDE -> divide(a, ia, b, ib, out, io, n);
        }
    }

    private static void add(MemorySegment a, long ia, MemorySegment b, long ib, MemorySegment out, long io, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            Simd.store(Simd.load(a, ia + i).add(Simd.load(b, ib + i)), out, io + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            Simd.store(Simd.load(a, ia + i, m).add(Simd.load(b, ib + i, m)), out, io + i, m);
        }
    }

    private static void subtract(MemorySegment a, long ia, MemorySegment b, long ib, MemorySegment out, long io,
            int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            Simd.store(Simd.load(a, ia + i).sub(Simd.load(b, ib + i)), out, io + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            Simd.store(Simd.load(a, ia + i, m).sub(Simd.load(b, ib + i, m)), out, io + i, m);
        }
    }

    private static void multiply(MemorySegment a, long ia, MemorySegment b, long ib, MemorySegment out, long io,
            int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            Simd.store(Simd.load(a, ia + i).mul(Simd.load(b, ib + i)), out, io + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            Simd.store(Simd.load(a, ia + i, m).mul(Simd.load(b, ib + i, m)), out, io + i, m);
        }
    }

    private static void divide(MemorySegment a, long ia, MemorySegment b, long ib, MemorySegment out, long io, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            Simd.store(Simd.load(a, ia + i).div(Simd.load(b, ib + i)), out, io + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            Simd.store(Simd.load(a, ia + i, m).div(Simd.load(b, ib + i, m)), out, io + i, m);
        }
    }

    static void affine(float scale, float shift, MemorySegment x, MemorySegment out, long at, int n) {
        FloatVector s = Simd.broadcast(scale);
        FloatVector t = Simd.broadcast(shift);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) Simd.store(Simd.load(x, at + i).fma(s, t), out, at + i);
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            Simd.store(Simd.load(x, at + i, m).fma(s, t), out, at + i, m);
        }
    }

    /** {@code y += scale * x}. */
    static void addScaled(float scale, MemorySegment x, long ix, MemorySegment y, long iy, int n) {
        FloatVector s = Simd.broadcast(scale);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            Simd.store(Simd.load(x, ix + i).fma(s, Simd.load(y, iy + i)), y, iy + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            Simd.store(Simd.load(x, ix + i, m).fma(s, Simd.load(y, iy + i, m)), y, iy + i, m);
        }
    }

    /** Four sums side by side, so that an addition need not wait for the last one. */
    static float sum(MemorySegment x, long at, int n) {
        FloatVector s = Simd.broadcast(0f);
        FloatVector s1 = s;
        FloatVector s2 = s;
        FloatVector s3 = s;
        int i = 0;
        for (int end = n - 4 * Simd.LANES; i <= end; i += 4 * Simd.LANES) {
            s = s.add(Simd.load(x, at + i));
            s1 = s1.add(Simd.load(x, at + i + Simd.LANES));
            s2 = s2.add(Simd.load(x, at + i + 2 * Simd.LANES));
            s3 = s3.add(Simd.load(x, at + i + 3 * Simd.LANES));
        }
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) s = s.add(Simd.load(x, at + i));
        if (i < n) s = s.add(Simd.load(x, at + i, Simd.tail(i, n)));
        return Simd.sum(s.add(s1).add(s2.add(s3)));
    }

    static float sumOfSquares(MemorySegment x, long at, int n) {
        FloatVector s = Simd.broadcast(0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector v = Simd.load(x, at + i);
            s = v.fma(v, s);
        }
        if (i < n) {
            FloatVector v = Simd.load(x, at + i, Simd.tail(i, n));
            s = v.fma(v, s);
        }
        return Simd.sum(s);
    }

    static void adamW(AdamWStep s, MemorySegment p, MemorySegment g, MemorySegment m, MemorySegment v, long at, int n) {
        float correction1 = (float) (s.learningRate() / (1 - Math.pow(s.beta1(), s.step())));
        float correction2 = (float) (1 / (1 - Math.pow(s.beta2(), s.step())));
        FloatVector decay = Simd.broadcast((float) (1 - (double) s.learningRate() * s.weightDecay()));
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector d = Simd.load(g, at + i).mul(s.gradientScale());
            FloatVector first = Simd.load(m, at + i).mul(s.beta1()).add(d.mul(1 - s.beta1()));
            FloatVector second = Simd.load(v, at + i).mul(s.beta2()).add(d.mul(d).mul(1 - s.beta2()));
            Simd.store(first, m, at + i);
            Simd.store(second, v, at + i);
            FloatVector step = adamWStep(first, second, correction1, correction2, s.eps());
            Simd.store(Simd.load(p, at + i).mul(decay).sub(step), p, at + i);
        }
        if (i < n) {
            VectorMask<Float> mask = Simd.tail(i, n);
            FloatVector d = Simd.load(g, at + i, mask).mul(s.gradientScale());
            FloatVector first = Simd.load(m, at + i, mask).mul(s.beta1()).add(d.mul(1 - s.beta1()));
            FloatVector second = Simd.load(v, at + i, mask).mul(s.beta2()).add(d.mul(d).mul(1 - s.beta2()));
            Simd.store(first, m, at + i, mask);
            Simd.store(second, v, at + i, mask);
            FloatVector step = adamWStep(first, second, correction1, correction2, s.eps());
            Simd.store(Simd.load(p, at + i, mask).mul(decay).sub(step), p, at + i, mask);
        }
    }

    private static FloatVector adamWStep(FloatVector first, FloatVector second, float correction1, float correction2,
            float eps) {
        return first.mul(correction1).div(second.mul(correction2).lanewise(VectorOperators.SQRT).add(eps));
    }
}
