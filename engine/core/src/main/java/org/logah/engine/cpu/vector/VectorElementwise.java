package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.logah.engine.Binary;
import org.logah.engine.Kernels.AdamWStep;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Runs of elements: arithmetic of two operands, scaling, sums, optimizer steps. All positions are counted in elements. */
final class VectorElementwise {
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

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
            fromMemorySegment(SPECIES, a, 4 * (ia + i), ORDER).add(fromMemorySegment(SPECIES, b, 4 * (ib + i), ORDER))
                    .intoMemorySegment(out, 4 * (io + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            fromMemorySegment(SPECIES, a, 4 * (ia + i), ORDER, m)
                    .add(fromMemorySegment(SPECIES, b, 4 * (ib + i), ORDER, m))
                    .intoMemorySegment(out, 4 * (io + i), ORDER, m);
        }
    }

    private static void subtract(MemorySegment a, long ia, MemorySegment b, long ib, MemorySegment out, long io,
            int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            fromMemorySegment(SPECIES, a, 4 * (ia + i), ORDER).sub(fromMemorySegment(SPECIES, b, 4 * (ib + i), ORDER))
                    .intoMemorySegment(out, 4 * (io + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            fromMemorySegment(SPECIES, a, 4 * (ia + i), ORDER, m)
                    .sub(fromMemorySegment(SPECIES, b, 4 * (ib + i), ORDER, m))
                    .intoMemorySegment(out, 4 * (io + i), ORDER, m);
        }
    }

    private static void multiply(MemorySegment a, long ia, MemorySegment b, long ib, MemorySegment out, long io,
            int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            fromMemorySegment(SPECIES, a, 4 * (ia + i), ORDER).mul(fromMemorySegment(SPECIES, b, 4 * (ib + i), ORDER))
                    .intoMemorySegment(out, 4 * (io + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            fromMemorySegment(SPECIES, a, 4 * (ia + i), ORDER, m)
                    .mul(fromMemorySegment(SPECIES, b, 4 * (ib + i), ORDER, m))
                    .intoMemorySegment(out, 4 * (io + i), ORDER, m);
        }
    }

    private static void divide(MemorySegment a, long ia, MemorySegment b, long ib, MemorySegment out, long io, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            fromMemorySegment(SPECIES, a, 4 * (ia + i), ORDER).div(fromMemorySegment(SPECIES, b, 4 * (ib + i), ORDER))
                    .intoMemorySegment(out, 4 * (io + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            fromMemorySegment(SPECIES, a, 4 * (ia + i), ORDER, m)
                    .div(fromMemorySegment(SPECIES, b, 4 * (ib + i), ORDER, m))
                    .intoMemorySegment(out, 4 * (io + i), ORDER, m);
        }
    }

    static void affine(float scale, float shift, MemorySegment x, MemorySegment out, long at, int n) {
        FloatVector s = broadcast(SPECIES, scale);
        FloatVector t = broadcast(SPECIES, shift);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER).fma(s, t).intoMemorySegment(out, 4 * (at + i), ORDER);
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER, m).fma(s, t).intoMemorySegment(out, 4 * (at + i), ORDER,
                    m);
        }
    }

    /** {@code y += scale * x}. */
    static void addScaled(float scale, MemorySegment x, long ix, MemorySegment y, long iy, int n) {
        FloatVector s = broadcast(SPECIES, scale);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            fromMemorySegment(SPECIES, x, 4 * (ix + i), ORDER)
                    .fma(s, fromMemorySegment(SPECIES, y, 4 * (iy + i), ORDER))
                    .intoMemorySegment(y, 4 * (iy + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            fromMemorySegment(SPECIES, x, 4 * (ix + i), ORDER, m)
                    .fma(s, fromMemorySegment(SPECIES, y, 4 * (iy + i), ORDER, m))
                    .intoMemorySegment(y, 4 * (iy + i), ORDER, m);
        }
    }

    /** Four sums side by side, so that an addition need not wait for the last one. */
    static float sum(MemorySegment x, long at, int n) {
        FloatVector s = broadcast(SPECIES, 0f);
        FloatVector s1 = s;
        FloatVector s2 = s;
        FloatVector s3 = s;
        int i = 0;
        for (int end = n - 4 * Simd.LANES; i <= end; i += 4 * Simd.LANES) {
            s = s.add(fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER));
            s1 = s1.add(fromMemorySegment(SPECIES, x, 4 * (at + i + Simd.LANES), ORDER));
            s2 = s2.add(fromMemorySegment(SPECIES, x, 4 * (at + i + 2 * Simd.LANES), ORDER));
            s3 = s3.add(fromMemorySegment(SPECIES, x, 4 * (at + i + 3 * Simd.LANES), ORDER));
        }
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            s = s.add(fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER));
        if (i < n) s = s.add(fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER, Simd.tail(i, n)));
        return Simd.sum(s.add(s1).add(s2.add(s3)));
    }

    /** {@code out[to + j] = sum over t of sums[t * stride + from + j]}, in double. */
    static void addColumns(MemorySegment sums, int count, int stride, int from, MemorySegment out, int to, int n) {
        int j = 0;
        for (int end = Simd.bound(n); j < end; j += Simd.LANES) {
            DoubleVector low = DoubleVector.zero(DOUBLES);
            DoubleVector high = low;
            for (int t = 0; t < count; t++) {
                FloatVector v = fromMemorySegment(SPECIES, sums, 4 * ((long) t * stride + from + j), ORDER);
                low = low.add(v.convertShape(VectorOperators.F2D, DOUBLES, 0));
                high = high.add(v.convertShape(VectorOperators.F2D, DOUBLES, 1));
            }
            low.convertShape(VectorOperators.D2F, SPECIES, 0)
                    .reinterpretShape(SPECIES, 0).reinterpretAsFloats()
                    .add(high.convertShape(VectorOperators.D2F, SPECIES, -1))
                    .intoMemorySegment(out, 4 * (to + (long) j), ORDER);
        }
        for (; j < n; j++) {
            double sum = 0;
            for (int t = 0; t < count; t++)
                sum += sums.getAtIndex(ValueLayout.JAVA_FLOAT, (long) t * stride + from + j);
            out.setAtIndex(ValueLayout.JAVA_FLOAT, to + (long) j, (float) sum);
        }
    }

    static float sumOfSquares(MemorySegment x, long at, int n) {
        FloatVector s = broadcast(SPECIES, 0f);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector v = fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER);
            s = v.fma(v, s);
        }
        if (i < n) {
            FloatVector v = fromMemorySegment(SPECIES, x, 4 * (at + i), ORDER, Simd.tail(i, n));
            s = v.fma(v, s);
        }
        return Simd.sum(s);
    }

    static void adamW(AdamWStep s, MemorySegment p, MemorySegment g, MemorySegment m, MemorySegment v, long at, int n) {
        float correction1 = (float) (s.learningRate() / (1 - Math.pow(s.beta1(), s.step())));
        float correction2 = (float) (1 / (1 - Math.pow(s.beta2(), s.step())));
        FloatVector decay = broadcast(SPECIES, (float) (1 - (double) s.learningRate() * s.weightDecay()));
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector d = fromMemorySegment(SPECIES, g, 4 * (at + i), ORDER).mul(s.gradientScale());
            FloatVector first = fromMemorySegment(SPECIES, m, 4 * (at + i), ORDER).mul(s.beta1())
                    .add(d.mul(1 - s.beta1()));
            FloatVector second = fromMemorySegment(SPECIES, v, 4 * (at + i), ORDER).mul(s.beta2())
                    .add(d.mul(d).mul(1 - s.beta2()));
            first.intoMemorySegment(m, 4 * (at + i), ORDER);
            second.intoMemorySegment(v, 4 * (at + i), ORDER);
            FloatVector step = adamWStep(first, second, correction1, correction2, s.eps());
            fromMemorySegment(SPECIES, p, 4 * (at + i), ORDER).mul(decay).sub(step).intoMemorySegment(p, 4 * (at + i),
                    ORDER);
        }
        if (i < n) {
            VectorMask<Float> mask = Simd.tail(i, n);
            FloatVector d = fromMemorySegment(SPECIES, g, 4 * (at + i), ORDER, mask).mul(s.gradientScale());
            FloatVector first = fromMemorySegment(SPECIES, m, 4 * (at + i), ORDER, mask).mul(s.beta1())
                    .add(d.mul(1 - s.beta1()));
            FloatVector second = fromMemorySegment(SPECIES, v, 4 * (at + i), ORDER, mask).mul(s.beta2())
                    .add(d.mul(d).mul(1 - s.beta2()));
            first.intoMemorySegment(m, 4 * (at + i), ORDER, mask);
            second.intoMemorySegment(v, 4 * (at + i), ORDER, mask);
            FloatVector step = adamWStep(first, second, correction1, correction2, s.eps());
            fromMemorySegment(SPECIES, p, 4 * (at + i), ORDER, mask).mul(decay).sub(step).intoMemorySegment(p,
                    4 * (at + i), ORDER, mask);
        }
    }

    private static FloatVector adamWStep(FloatVector first, FloatVector second, float correction1, float correction2,
            float eps) {
        return first.mul(correction1).div(second.mul(correction2).lanewise(VectorOperators.SQRT).add(eps));
    }
}
