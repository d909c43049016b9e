package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.ValueLayout;

import org.logah.engine.Binary;
import org.logah.engine.Kernels.AdamWStep;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Runs of elements: arithmetic of two operands, scaling, sums, optimizer steps. Operands are byte addresses. */
final class VectorElementwise {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

    private VectorElementwise() {}

    static void pair(Binary op, long a, long b, long out, int n) {
        switch (op) {
            case ADD -> add(a, b, out, n);
            case SUBTRACT -> subtract(a, b, out, n);
            case MULTIPLY -> multiply(a, b, out, n);
            case DIVIDE -> divide(a, b, out, n);
        }
    }

    /** Four vectors of each operand at a time: long runs of one stream keep the memory's pages open. */
    private static void add(long a, long b, long out, int n) {
        int w = Simd.LANES;
        int i = 0;
        for (int end = n - 4 * w; i <= end; i += 4 * w) {
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, a + 4L * i, ORDER);
            FloatVector x1 = fromMemorySegment(SPECIES, MEMORY, a + 4L * (i + w), ORDER);
            FloatVector x2 = fromMemorySegment(SPECIES, MEMORY, a + 4L * (i + 2 * w), ORDER);
            FloatVector x3 = fromMemorySegment(SPECIES, MEMORY, a + 4L * (i + 3 * w), ORDER);
            x = x.add(fromMemorySegment(SPECIES, MEMORY, b + 4L * i, ORDER));
            x1 = x1.add(fromMemorySegment(SPECIES, MEMORY, b + 4L * (i + w), ORDER));
            x2 = x2.add(fromMemorySegment(SPECIES, MEMORY, b + 4L * (i + 2 * w), ORDER));
            x3 = x3.add(fromMemorySegment(SPECIES, MEMORY, b + 4L * (i + 3 * w), ORDER));
            x.intoMemorySegment(MEMORY, out + 4L * i, ORDER);
            x1.intoMemorySegment(MEMORY, out + 4L * (i + w), ORDER);
            x2.intoMemorySegment(MEMORY, out + 4L * (i + 2 * w), ORDER);
            x3.intoMemorySegment(MEMORY, out + 4L * (i + 3 * w), ORDER);
        }
        for (; i < n; i += w) {
            VectorMask<Float> m = Simd.tail(i, n);
            fromMemorySegment(SPECIES, MEMORY, a + 4L * i, ORDER, m)
                    .add(fromMemorySegment(SPECIES, MEMORY, b + 4L * i, ORDER, m))
                    .intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void subtract(long a, long b, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            fromMemorySegment(SPECIES, MEMORY, a + 4L * i, ORDER)
                    .sub(fromMemorySegment(SPECIES, MEMORY, b + 4L * i, ORDER))
                    .intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            fromMemorySegment(SPECIES, MEMORY, a + 4L * i, ORDER, m)
                    .sub(fromMemorySegment(SPECIES, MEMORY, b + 4L * i, ORDER, m))
                    .intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void multiply(long a, long b, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            fromMemorySegment(SPECIES, MEMORY, a + 4L * i, ORDER)
                    .mul(fromMemorySegment(SPECIES, MEMORY, b + 4L * i, ORDER))
                    .intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            fromMemorySegment(SPECIES, MEMORY, a + 4L * i, ORDER, m)
                    .mul(fromMemorySegment(SPECIES, MEMORY, b + 4L * i, ORDER, m))
                    .intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void divide(long a, long b, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            fromMemorySegment(SPECIES, MEMORY, a + 4L * i, ORDER)
                    .div(fromMemorySegment(SPECIES, MEMORY, b + 4L * i, ORDER))
                    .intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            fromMemorySegment(SPECIES, MEMORY, a + 4L * i, ORDER, m)
                    .div(fromMemorySegment(SPECIES, MEMORY, b + 4L * i, ORDER, m))
                    .intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    static void affine(float scale, float shift, long x, long out, int n) {
        FloatVector s = broadcast(SPECIES, scale);
        FloatVector t = broadcast(SPECIES, shift);
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER).fma(s, t).intoMemorySegment(MEMORY, out + 4L * i,
                    ORDER);
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER, m).fma(s, t).intoMemorySegment(MEMORY, out + 4L * i,
                    ORDER,
                    m);
        }
    }

    /**
     * {@code y += scale * x}, four vectors at a time. The length of the method keeps HotSpot from inlining it into the loop over
     * tasks, where it would be three times as slow.
     */
    static void addScaled(float scale, long x, long y, int n) {
        FloatVector s = broadcast(SPECIES, scale);
        int w = Simd.LANES;
        int i = 0;
        for (int end = n - 4 * w; i <= end; i += 4 * w) {
            FloatVector y0 = fromMemorySegment(SPECIES, MEMORY, y + 4L * i, ORDER);
            FloatVector y1 = fromMemorySegment(SPECIES, MEMORY, y + 4L * (i + w), ORDER);
            FloatVector y2 = fromMemorySegment(SPECIES, MEMORY, y + 4L * (i + 2 * w), ORDER);
            FloatVector y3 = fromMemorySegment(SPECIES, MEMORY, y + 4L * (i + 3 * w), ORDER);
            y0 = fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER).fma(s, y0);
            y1 = fromMemorySegment(SPECIES, MEMORY, x + 4L * (i + w), ORDER).fma(s, y1);
            y2 = fromMemorySegment(SPECIES, MEMORY, x + 4L * (i + 2 * w), ORDER).fma(s, y2);
            y3 = fromMemorySegment(SPECIES, MEMORY, x + 4L * (i + 3 * w), ORDER).fma(s, y3);
            y0.intoMemorySegment(MEMORY, y + 4L * i, ORDER);
            y1.intoMemorySegment(MEMORY, y + 4L * (i + w), ORDER);
            y2.intoMemorySegment(MEMORY, y + 4L * (i + 2 * w), ORDER);
            y3.intoMemorySegment(MEMORY, y + 4L * (i + 3 * w), ORDER);
        }
        for (; i < n; i += w) {
            VectorMask<Float> m = Simd.tail(i, n);
            fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER, m)
                    .fma(s, fromMemorySegment(SPECIES, MEMORY, y + 4L * i, ORDER, m))
                    .intoMemorySegment(MEMORY, y + 4L * i, ORDER, m);
        }
    }

    static float sum(long x, int n) {
        float[] room = ThreadMemory.vectors(1);
        sum(x, n, room, 0);
        return Simd.sum(room, 0);
    }

    /**
     * Leaves a vector in the array that adds up to the sum. Four sums side by side, so that an addition need not wait for the last one.
     */
    static void sum(long x, int n, float[] sums, int vector) {
        FloatVector s = broadcast(SPECIES, 0f);
        FloatVector s1 = s;
        FloatVector s2 = s;
        FloatVector s3 = s;
        int i = 0;
        for (int end = n - 4 * Simd.LANES; i <= end; i += 4 * Simd.LANES) {
            s = s.add(fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER));
            s1 = s1.add(fromMemorySegment(SPECIES, MEMORY, x + 4L * (i + Simd.LANES), ORDER));
            s2 = s2.add(fromMemorySegment(SPECIES, MEMORY, x + 4L * (i + 2 * Simd.LANES), ORDER));
            s3 = s3.add(fromMemorySegment(SPECIES, MEMORY, x + 4L * (i + 3 * Simd.LANES), ORDER));
        }
        for (int end = Simd.bound(n); i < end; i += Simd.LANES)
            s = s.add(fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER));
        if (i < n) s = s.add(fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER, Simd.tail(i, n)));
        s.add(s1).add(s2.add(s3)).intoArray(sums, vector * Simd.LANES);
    }

    /** {@code out[j] = sum over t of sums[t * stride + j]}, in double. */
    static void addColumns(long sums, int count, int stride, long out, int n) {
        int j = 0;
        for (int end = Simd.bound(n); j < end; j += Simd.LANES) {
            DoubleVector low = DoubleVector.zero(DOUBLES);
            DoubleVector high = low;
            long at = sums + 4L * j;
            for (int t = 0; t < count; t++, at += 4L * stride) {
                FloatVector v = fromMemorySegment(SPECIES, MEMORY, at, ORDER);
                low = low.add(v.convertShape(VectorOperators.F2D, DOUBLES, 0));
                high = high.add(v.convertShape(VectorOperators.F2D, DOUBLES, 1));
            }
            low.convertShape(VectorOperators.D2F, SPECIES, 0)
                    .reinterpretShape(SPECIES, 0).reinterpretAsFloats()
                    .add(high.convertShape(VectorOperators.D2F, SPECIES, -1))
                    .intoMemorySegment(MEMORY, out + 4L * j, ORDER);
        }
        for (; j < n; j++) {
            double sum = 0;
            for (int t = 0; t < count; t++) sum += MEMORY.get(F, sums + 4L * (j + (long) t * stride));
            MEMORY.set(F, out + 4L * j, (float) sum);
        }
    }

    static float sumOfSquares(long x, int n) {
        float[] room = ThreadMemory.vectors(1);
        sumOfSquares(x, n, room);
        return Simd.sum(room, 0);
    }

    private static void sumOfSquares(long x, int n, float[] room) {
        FloatVector s = broadcast(SPECIES, 0f);
        FloatVector s1 = s;
        FloatVector s2 = s;
        FloatVector s3 = s;
        int i = 0;
        for (int end = n - 4 * Simd.LANES; i <= end; i += 4 * Simd.LANES) {
            FloatVector v = fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER);
            FloatVector v1 = fromMemorySegment(SPECIES, MEMORY, x + 4L * (i + Simd.LANES), ORDER);
            FloatVector v2 = fromMemorySegment(SPECIES, MEMORY, x + 4L * (i + 2 * Simd.LANES), ORDER);
            FloatVector v3 = fromMemorySegment(SPECIES, MEMORY, x + 4L * (i + 3 * Simd.LANES), ORDER);
            s = v.fma(v, s);
            s1 = v1.fma(v1, s1);
            s2 = v2.fma(v2, s2);
            s3 = v3.fma(v3, s3);
        }
        for (; i < n; i += Simd.LANES) {
            FloatVector v = fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER, Simd.tail(i, n));
            s = v.fma(v, s);
        }
        s.add(s1).add(s2.add(s3)).intoArray(room, 0);
    }

    static void adamW(AdamWStep s, long p, long g, long m, long v, int n) {
        float correction1 = (float) (s.learningRate() / (1 - Math.pow(s.beta1(), s.step())));
        float correction2 = (float) (1 / (1 - Math.pow(s.beta2(), s.step())));
        FloatVector decay = broadcast(SPECIES, (float) (1 - (double) s.learningRate() * s.weightDecay()));
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector d = fromMemorySegment(SPECIES, MEMORY, g + 4L * i, ORDER).mul(s.gradientScale());
            FloatVector first = fromMemorySegment(SPECIES, MEMORY, m + 4L * i, ORDER).mul(s.beta1())
                    .add(d.mul(1 - s.beta1()));
            FloatVector second = fromMemorySegment(SPECIES, MEMORY, v + 4L * i, ORDER).mul(s.beta2())
                    .add(d.mul(d).mul(1 - s.beta2()));
            first.intoMemorySegment(MEMORY, m + 4L * i, ORDER);
            second.intoMemorySegment(MEMORY, v + 4L * i, ORDER);
            FloatVector step = adamWStep(first, second, correction1, correction2, s.eps());
            fromMemorySegment(SPECIES, MEMORY, p + 4L * i, ORDER).mul(decay).sub(step).intoMemorySegment(MEMORY,
                    p + 4L * i, ORDER);
        }
        if (i < n) adamWTail(s, p, g, m, v, i, n);
    }

    /** A method of its own: together with the loop it would be too large for HotSpot's first compiler. */
    private static void adamWTail(AdamWStep s, long p, long g, long m, long v, int i, int n) {
        float correction1 = (float) (s.learningRate() / (1 - Math.pow(s.beta1(), s.step())));
        float correction2 = (float) (1 / (1 - Math.pow(s.beta2(), s.step())));
        float decay = (float) (1 - (double) s.learningRate() * s.weightDecay());
        VectorMask<Float> mask = Simd.tail(i, n);
        FloatVector d = fromMemorySegment(SPECIES, MEMORY, g + 4L * i, ORDER, mask).mul(s.gradientScale());
        FloatVector first = fromMemorySegment(SPECIES, MEMORY, m + 4L * i, ORDER, mask).mul(s.beta1())
                .add(d.mul(1 - s.beta1()));
        FloatVector second = fromMemorySegment(SPECIES, MEMORY, v + 4L * i, ORDER, mask).mul(s.beta2())
                .add(d.mul(d).mul(1 - s.beta2()));
        first.intoMemorySegment(MEMORY, m + 4L * i, ORDER, mask);
        second.intoMemorySegment(MEMORY, v + 4L * i, ORDER, mask);
        FloatVector step = adamWStep(first, second, correction1, correction2, s.eps());
        fromMemorySegment(SPECIES, MEMORY, p + 4L * i, ORDER, mask).mul(decay).sub(step)
                .intoMemorySegment(MEMORY, p + 4L * i, ORDER, mask);
    }

    private static FloatVector adamWStep(FloatVector first, FloatVector second, float correction1, float correction2,
            float eps) {
        return first.mul(correction1).div(second.mul(correction2).lanewise(VectorOperators.SQRT).add(eps));
    }
}
