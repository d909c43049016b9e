package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static org.logah.engine.cpu.vector.Simd.MEMORY;
import static org.logah.engine.cpu.vector.Simd.ORDER;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import java.lang.foreign.ValueLayout;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Layer norm of some rows and its gradient; operands are byte addresses. What a row needs of its own sums is a chain of steps that
 * wait for each other, several times as long as its arithmetic: so each step is done for all rows before the next one, and the
 * processor works on several rows at a time.
 */
final class VectorLayerNorm {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    /** Rows of a step: they stay in the first-level cache if they are not long. */
    private static final int TOGETHER = VectorRows.TOGETHER;

    private VectorLayerNorm() {}

    /** Normalizes rows of {@code n}; means and reciprocal deviations go to their places. */
    static void forward(float eps, long x, long w, long b, long out, long mean, long rstd, int n, int rows) {
        float[] sums = ThreadMemory.vectors(2 * TOGETHER);
        float[] shifts = new float[TOGETHER];
        for (int r = 0; r < rows; r += TOGETHER) {
            long at = 4L * r * n;
            int some = Math.min(TOGETHER, rows - r);
            moments(eps, x + at, mean + 4L * r, rstd + 4L * r, n, some, sums, shifts);
            normalize(x + at, w, b, out + at, mean + 4L * r, rstd + 4L * r, n, some, shifts);
        }
    }

    /** The mean of each row, what corrects it, and the reciprocal deviation. */
    private static void moments(float eps, long x, long mean, long rstd, int n, int rows, float[] sums,
            float[] shifts) {
        for (int r = 0; r < rows; r++) VectorElementwise.sum(x + 4L * r * n, n, sums, r);
        for (int r = 0; r < rows; r++) MEMORY.set(F, mean + 4L * r, Simd.sum(sums, r) / n);
        for (int r = 0; r < rows; r++) deviations(MEMORY.get(F, mean + 4L * r), x + 4L * r * n, n, sums, 2 * r);
        for (int r = 0; r < rows; r++) {
            // The rounding error of the mean: uncorrected it would shift every element of the row by the same amount, and sums
            // over the row, which ought to cancel, would show it.
            float shift = Simd.sum(sums, 2 * r) / n;
            double variance = Simd.sum(sums, 2 * r + 1) / (double) n - (double) shift * shift;
            shifts[r] = shift;
            MEMORY.set(F, rstd + 4L * r, (float) (1 / Math.sqrt(variance + eps)));
        }
    }

    private static void normalize(long x, long w, long b, long out, long mean, long rstd, int n, int rows,
            float[] shifts) {
        for (int r = 0; r < rows; r++) {
            float mu = MEMORY.get(F, mean + 4L * r);
            normalize(mu, shifts[r], MEMORY.get(F, rstd + 4L * r), x + 4L * r * n, w, b, out + 4L * r * n, n);
            MEMORY.set(F, mean + 4L * r, mu + shifts[r]);
        }
    }

    /** Two floats as one value, which is returned without an object. */
    private static long pair(float first, float second) {
        return (long) Float.floatToRawIntBits(second) << 32 | Float.floatToRawIntBits(first) & 0xFFFFFFFFL;
    }

    private static float first(long pair) { return Float.intBitsToFloat((int) pair); }

    private static float second(long pair) { return Float.intBitsToFloat((int) (pair >>> 32)); }

    /** Leaves what adds up to the sums of {@code x - mean} and of its square. */
    private static void deviations(float mean, long x, int n, float[] sums, int vector) {
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
        rest.add(rest1).intoArray(sums, vector * Simd.LANES);
        squares.add(squares1).intoArray(sums, (vector + 1) * Simd.LANES);
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
     * The gradient of rows of {@code n}; adds their part of the weight's and bias' gradients to the {@code 2 n} sums.
     *
     * @param dx where the input's gradient goes, 0 where nobody wants it
     */
    static void gradient(long x, long w, long mean, long rstd, long dy, long dx, long sums, int n, int rows) {
        float[] lanes = ThreadMemory.vectors(2 * TOGETHER);
        long[] tails = new long[TOGETHER];
        for (int r = 0; r < rows; r += TOGETHER) {
            long at = 4L * r * n;
            int some = Math.min(TOGETHER, rows - r);
            parameters(x + at, w, mean + 4L * r, rstd + 4L * r, dy + at, sums, n, some, lanes, tails);
            if (dx != 0) input(x + at, w, mean + 4L * r, rstd + 4L * r, dy + at, dx + at, n, some, lanes, tails);
        }
    }

    /** Adds to the parameters' gradients; leaves, as vectors and as a pair, the sums that {@link #input} needs of each row. */
    private static void parameters(long x, long w, long mean, long rstd, long dy, long sums, int n, int rows,
            float[] lanes, long[] tails) {
        int whole = Simd.bound(n);
        for (int r = 0; r < rows; r++) {
            float mu = MEMORY.get(F, mean + 4L * r);
            float scale = MEMORY.get(F, rstd + 4L * r);
            long at = 4L * r * n;
            parameters(mu, scale, x + at, w, dy + at, sums, sums + 4L * n, whole, lanes, 2 * r);
            tails[r] = whole == n ? 0 : tail(mu, scale, x + at, w, dy + at, sums, sums + 4L * n, whole, n);
        }
    }

    private static void input(long x, long w, long mean, long rstd, long dy, long dx, int n, int rows, float[] lanes,
            long[] tails) {
        for (int r = 0; r < rows; r++) {
            float sum = Simd.sum(lanes, 2 * r) + first(tails[r]);
            float dot = Simd.sum(lanes, 2 * r + 1) + second(tails[r]);
            long at = 4L * r * n;
            input(MEMORY.get(F, mean + 4L * r), MEMORY.get(F, rstd + 4L * r), sum / n, dot / n, x + at, w, dy + at,
                    dx + at,
                    n);
        }
    }

    /** Whole vectors of a row: leaves what adds up to the sums of {@code dy w} and of its product with the normalized row. */
    private static void parameters(float mean, float scale, long x, long w, long dy, long dWeight, long dBias, int n,
            float[] sums, int vector) {
        FloatVector sum = broadcast(SPECIES, 0f);
        FloatVector dot = broadcast(SPECIES, 0f);
        for (int i = 0; i < n; i += Simd.LANES) {
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
        sum.intoArray(sums, vector * Simd.LANES);
        dot.intoArray(sums, (vector + 1) * Simd.LANES);
    }

    /**
     * The same for the rest of a row, one number after the other: with masked vectors the method would be too large for HotSpot's first
     * compiler.
     */
    private static long tail(float mean, float scale, long x, long w, long dy, long dWeight, long dBias,
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

    private static void input(float mean, float scale, float shift, float slope, long x, long w, long dy, long dx,
            int n) {
        int i = 0;
        for (int end = Simd.bound(n); i < end; i += Simd.LANES) {
            FloatVector normal = fromMemorySegment(SPECIES, MEMORY, x + 4L * i, ORDER).sub(mean).mul(scale);
            FloatVector dw = fromMemorySegment(SPECIES, MEMORY, dy + 4L * i, ORDER)
                    .mul(fromMemorySegment(SPECIES, MEMORY, w + 4L * i, ORDER));
            dw.sub(shift).sub(normal.mul(slope)).mul(scale).intoMemorySegment(MEMORY, dx + 4L * i, ORDER);
        }
        if (i < n) inputTail(mean, scale, shift, slope, x + 4L * i, w + 4L * i, dy + 4L * i, dx + 4L * i, n - i);
    }

    /** The last part of a vector: together with the loop, its mask would be an object where the loop was compiled first. */
    private static void inputTail(float mean, float scale, float shift, float slope, long x, long w, long dy, long dx,
            int n) {
        VectorMask<Float> m = Simd.tail(0, n);
        FloatVector normal = fromMemorySegment(SPECIES, MEMORY, x, ORDER, m).sub(mean).mul(scale);
        FloatVector dw = fromMemorySegment(SPECIES, MEMORY, dy, ORDER, m)
                .mul(fromMemorySegment(SPECIES, MEMORY, w, ORDER, m));
        dw.sub(shift).sub(normal.mul(slope)).mul(scale).intoMemorySegment(MEMORY, dx, ORDER, m);
    }
}
