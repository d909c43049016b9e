package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.MemorySegment;

import org.logah.engine.Unary;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Elementwise functions. Each has a loop of its own: a function passed into one shared loop is not inlined, and then every
 * vector is boxed.
 */
final class VectorUnary {
    private VectorUnary() {}

    /** Whether {@link #apply} and {@link #gradient} know a function. */
    static boolean supports(Unary op) {
        return switch (op) {
            case RELU, GELU_ERF, GELU_TANH, SIGMOID, TANH, EXP, SQUARE -> true;
            case LOG, SQRT, RECIPROCAL -> false;
        };
    }

    /** {@code n} elements from {@code at} on. */
    static void apply(Unary op, MemorySegment in, MemorySegment out, long at, int n) {
        switch (op) {
            case RELU -> relu(in, out, at, n);
            case GELU_ERF -> geluErf(in, out, at, n);
            case GELU_TANH -> geluTanh(in, out, at, n);
            case SIGMOID -> sigmoid(in, out, at, n);
            case TANH -> tanh(in, out, at, n);
            case EXP -> exp(in, out, at, n);
            case SQUARE -> square(in, out, at, n);
            case LOG, SQRT, RECIPROCAL -> throw new IllegalArgumentException(op.name());
        }
    }

    /** {@code out = dy * op'(in)}. */
    static void gradient(Unary op, MemorySegment in, MemorySegment dy, MemorySegment out, long at, int n) {
        switch (op) {
            case RELU -> reluGradient(in, dy, out, at, n);
            case GELU_ERF -> geluErfGradient(in, dy, out, at, n);
            case GELU_TANH -> geluTanhGradient(in, dy, out, at, n);
            case SIGMOID -> sigmoidGradient(in, dy, out, at, n);
            case TANH -> tanhGradient(in, dy, out, at, n);
            case EXP -> expGradient(in, dy, out, at, n);
            case SQUARE -> squareGradient(in, dy, out, at, n);
            case LOG, SQRT, RECIPROCAL -> throw new IllegalArgumentException(op.name());
        }
    }

    private static FloatVector sigmoidSlope(FloatVector g, FloatVector s) { return g.mul(s).mul(s.neg().add(1f)); }

    private static FloatVector tanhSlope(FloatVector g, FloatVector t) { return g.mul(t.mul(t).neg().add(1f)); }

    private static void relu(MemorySegment in, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER);
            VectorMath.relu(x).intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER, m);
            VectorMath.relu(x).intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }

    private static void geluErf(MemorySegment in, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER);
            VectorMath.geluErf(x).intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER, m);
            VectorMath.geluErf(x).intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }

    private static void geluTanh(MemorySegment in, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER);
            VectorMath.geluTanh(x).intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER, m);
            VectorMath.geluTanh(x).intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }

    private static void sigmoid(MemorySegment in, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER);
            VectorMath.sigmoid(x).intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER, m);
            VectorMath.sigmoid(x).intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }

    private static void tanh(MemorySegment in, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER);
            VectorMath.tanh(x).intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER, m);
            VectorMath.tanh(x).intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }

    private static void exp(MemorySegment in, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER);
            VectorMath.exp(x).intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER, m);
            VectorMath.exp(x).intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }

    private static void square(MemorySegment in, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER);
            x.mul(x).intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER, m);
            x.mul(x).intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }

    private static void reluGradient(MemorySegment in, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER);
            FloatVector g = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER);
            g.blend(0f, x.compare(VectorOperators.LE, 0f)).intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER, m);
            FloatVector g = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER, m);
            g.blend(0f, x.compare(VectorOperators.LE, 0f)).intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }

    private static void geluErfGradient(MemorySegment in, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER);
            FloatVector g = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER);
            g.mul(VectorMath.geluErfDerivative(x)).intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER, m);
            FloatVector g = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER, m);
            g.mul(VectorMath.geluErfDerivative(x)).intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }

    private static void geluTanhGradient(MemorySegment in, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER);
            FloatVector g = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER);
            g.mul(VectorMath.geluTanhDerivative(x)).intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER, m);
            FloatVector g = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER, m);
            g.mul(VectorMath.geluTanhDerivative(x)).intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }

    private static void sigmoidGradient(MemorySegment in, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER);
            FloatVector g = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER);
            sigmoidSlope(g, VectorMath.sigmoid(x)).intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER, m);
            FloatVector g = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER, m);
            sigmoidSlope(g, VectorMath.sigmoid(x)).intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }

    private static void tanhGradient(MemorySegment in, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER);
            FloatVector g = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER);
            tanhSlope(g, VectorMath.tanh(x)).intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER, m);
            FloatVector g = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER, m);
            tanhSlope(g, VectorMath.tanh(x)).intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }

    private static void expGradient(MemorySegment in, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER);
            FloatVector g = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER);
            g.mul(VectorMath.exp(x)).intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER, m);
            FloatVector g = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER, m);
            g.mul(VectorMath.exp(x)).intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }

    private static void squareGradient(MemorySegment in, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER);
            FloatVector g = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER);
            g.mul(x.add(x)).intoMemorySegment(out, 4 * (at + i), ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, in, 4 * (at + i), ORDER, m);
            FloatVector g = fromMemorySegment(SPECIES, dy, 4 * (at + i), ORDER, m);
            g.mul(x.add(x)).intoMemorySegment(out, 4 * (at + i), ORDER, m);
        }
    }
}
