package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

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

    /** Whether {@link #apply} and {@link #gradient} know a function; the plain loops know all. */
    static boolean supports(Unary op) {
        return switch (op) {
            case RELU, GELU_ERF, GELU_TANH, SIGMOID, TANH, EXP, SQUARE -> true;
            default -> false;
        };
    }

    /** {@code n} elements at the addresses given. */
    static void apply(Unary op, long in, long out, int n) {
        switch (op) {
            case RELU -> relu(in, out, n);
            case GELU_ERF -> geluErf(in, out, n);
            case GELU_TANH -> geluTanh(in, out, n);
            case SIGMOID -> sigmoid(in, out, n);
            case TANH -> tanh(in, out, n);
            case EXP -> exp(in, out, n);
            case SQUARE -> square(in, out, n);
            default -> throw new IllegalArgumentException(op + " has no vector loop");
        }
    }

    /** {@code out = dy * op'(in)}. */
    static void gradient(Unary op, long in, long dy, long out, int n) {
        switch (op) {
            case RELU -> reluGradient(in, dy, out, n);
            case GELU_ERF -> geluErfGradient(in, dy, out, n);
            case GELU_TANH -> geluTanhGradient(in, dy, out, n);
            case SIGMOID -> sigmoidGradient(in, dy, out, n);
            case TANH -> tanhGradient(in, dy, out, n);
            case EXP -> expGradient(in, dy, out, n);
            case SQUARE -> squareGradient(in, dy, out, n);
            default -> throw new IllegalArgumentException(op + " has no vector loop");
        }
    }

    private static FloatVector sigmoidSlope(FloatVector g, FloatVector s) { return g.mul(s).mul(s.neg().add(1f)); }

    private static FloatVector tanhSlope(FloatVector g, FloatVector t) { return g.mul(t.mul(t).neg().add(1f)); }

    private static void relu(long in, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER);
            VectorMath.relu(x).intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER, m);
            VectorMath.relu(x).intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void geluErf(long in, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER);
            VectorMath.geluErf(x).intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER, m);
            VectorMath.geluErf(x).intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void geluTanh(long in, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER);
            VectorMath.geluTanh(x).intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER, m);
            VectorMath.geluTanh(x).intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void sigmoid(long in, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER);
            VectorMath.sigmoid(x).intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER, m);
            VectorMath.sigmoid(x).intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void tanh(long in, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER);
            VectorMath.tanh(x).intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER, m);
            VectorMath.tanh(x).intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void exp(long in, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER);
            VectorMath.exp(x).intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER, m);
            VectorMath.exp(x).intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void square(long in, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER);
            x.mul(x).intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER, m);
            x.mul(x).intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void reluGradient(long in, long dy, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER);
            FloatVector g = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER);
            g.blend(0f, x.compare(VectorOperators.LE, 0f)).intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER, m);
            FloatVector g = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER, m);
            g.blend(0f, x.compare(VectorOperators.LE, 0f)).intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void geluErfGradient(long in, long dy, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER);
            FloatVector g = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER);
            g.mul(VectorMath.geluErfDerivative(x)).intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER, m);
            FloatVector g = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER, m);
            g.mul(VectorMath.geluErfDerivative(x)).intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void geluTanhGradient(long in, long dy, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER);
            FloatVector g = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER);
            g.mul(VectorMath.geluTanhDerivative(x)).intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER, m);
            FloatVector g = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER, m);
            g.mul(VectorMath.geluTanhDerivative(x)).intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void sigmoidGradient(long in, long dy, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER);
            FloatVector g = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER);
            sigmoidSlope(g, VectorMath.sigmoid(x)).intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER, m);
            FloatVector g = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER, m);
            sigmoidSlope(g, VectorMath.sigmoid(x)).intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void tanhGradient(long in, long dy, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER);
            FloatVector g = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER);
            tanhSlope(g, VectorMath.tanh(x)).intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER, m);
            FloatVector g = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER, m);
            tanhSlope(g, VectorMath.tanh(x)).intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void expGradient(long in, long dy, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER);
            FloatVector g = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER);
            g.mul(VectorMath.exp(x)).intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER, m);
            FloatVector g = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER, m);
            g.mul(VectorMath.exp(x)).intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }

    private static void squareGradient(long in, long dy, long out, int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER);
            FloatVector g = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER);
            g.mul(x.add(x)).intoMemorySegment(MEMORY, out + 4L * i, ORDER);
        }
        if (i < n) {
            VectorMask<Float> m = Simd.tail(i, n);
            FloatVector x = fromMemorySegment(SPECIES, MEMORY, in + 4L * i, ORDER, m);
            FloatVector g = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER, m);
            g.mul(x.add(x)).intoMemorySegment(MEMORY, out + 4L * i, ORDER, m);
        }
    }
}
