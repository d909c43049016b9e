package org.logah.engine.cpu.vector;

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
            FloatVector x = Simd.load(in, at + i);
            Simd.store(VectorMath.relu(x), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = Simd.load(in, at + i, m);
            Simd.store(VectorMath.relu(x), out, at + i, m);
        }
    }

    private static void geluErf(MemorySegment in, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = Simd.load(in, at + i);
            Simd.store(VectorMath.geluErf(x), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = Simd.load(in, at + i, m);
            Simd.store(VectorMath.geluErf(x), out, at + i, m);
        }
    }

    private static void geluTanh(MemorySegment in, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = Simd.load(in, at + i);
            Simd.store(VectorMath.geluTanh(x), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = Simd.load(in, at + i, m);
            Simd.store(VectorMath.geluTanh(x), out, at + i, m);
        }
    }

    private static void sigmoid(MemorySegment in, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = Simd.load(in, at + i);
            Simd.store(VectorMath.sigmoid(x), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = Simd.load(in, at + i, m);
            Simd.store(VectorMath.sigmoid(x), out, at + i, m);
        }
    }

    private static void tanh(MemorySegment in, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = Simd.load(in, at + i);
            Simd.store(VectorMath.tanh(x), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = Simd.load(in, at + i, m);
            Simd.store(VectorMath.tanh(x), out, at + i, m);
        }
    }

    private static void exp(MemorySegment in, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = Simd.load(in, at + i);
            Simd.store(VectorMath.exp(x), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = Simd.load(in, at + i, m);
            Simd.store(VectorMath.exp(x), out, at + i, m);
        }
    }

    private static void square(MemorySegment in, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = Simd.load(in, at + i);
            Simd.store(x.mul(x), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = Simd.load(in, at + i, m);
            Simd.store(x.mul(x), out, at + i, m);
        }
    }

    private static void reluGradient(MemorySegment in, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = Simd.load(in, at + i);
            FloatVector g = Simd.load(dy, at + i);
            Simd.store(g.blend(0f, x.compare(VectorOperators.LE, 0f)), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = Simd.load(in, at + i, m);
            FloatVector g = Simd.load(dy, at + i, m);
            Simd.store(g.blend(0f, x.compare(VectorOperators.LE, 0f)), out, at + i, m);
        }
    }

    private static void geluErfGradient(MemorySegment in, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = Simd.load(in, at + i);
            FloatVector g = Simd.load(dy, at + i);
            Simd.store(g.mul(VectorMath.geluErfDerivative(x)), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = Simd.load(in, at + i, m);
            FloatVector g = Simd.load(dy, at + i, m);
            Simd.store(g.mul(VectorMath.geluErfDerivative(x)), out, at + i, m);
        }
    }

    private static void geluTanhGradient(MemorySegment in, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = Simd.load(in, at + i);
            FloatVector g = Simd.load(dy, at + i);
            Simd.store(g.mul(VectorMath.geluTanhDerivative(x)), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = Simd.load(in, at + i, m);
            FloatVector g = Simd.load(dy, at + i, m);
            Simd.store(g.mul(VectorMath.geluTanhDerivative(x)), out, at + i, m);
        }
    }

    private static void sigmoidGradient(MemorySegment in, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = Simd.load(in, at + i);
            FloatVector g = Simd.load(dy, at + i);
            Simd.store(sigmoidSlope(g, VectorMath.sigmoid(x)), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = Simd.load(in, at + i, m);
            FloatVector g = Simd.load(dy, at + i, m);
            Simd.store(sigmoidSlope(g, VectorMath.sigmoid(x)), out, at + i, m);
        }
    }

    private static void tanhGradient(MemorySegment in, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = Simd.load(in, at + i);
            FloatVector g = Simd.load(dy, at + i);
            Simd.store(tanhSlope(g, VectorMath.tanh(x)), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = Simd.load(in, at + i, m);
            FloatVector g = Simd.load(dy, at + i, m);
            Simd.store(tanhSlope(g, VectorMath.tanh(x)), out, at + i, m);
        }
    }

    private static void expGradient(MemorySegment in, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = Simd.load(in, at + i);
            FloatVector g = Simd.load(dy, at + i);
            Simd.store(g.mul(VectorMath.exp(x)), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = Simd.load(in, at + i, m);
            FloatVector g = Simd.load(dy, at + i, m);
            Simd.store(g.mul(VectorMath.exp(x)), out, at + i, m);
        }
    }

    private static void squareGradient(MemorySegment in, MemorySegment dy, MemorySegment out, long at, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = Simd.load(in, at + i);
            FloatVector g = Simd.load(dy, at + i);
            Simd.store(g.mul(x.add(x)), out, at + i);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = Simd.load(in, at + i, m);
            FloatVector g = Simd.load(dy, at + i, m);
            Simd.store(g.mul(x.add(x)), out, at + i, m);
        }
    }
}
