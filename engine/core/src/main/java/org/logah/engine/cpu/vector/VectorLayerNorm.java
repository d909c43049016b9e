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
 * wait for each other, several times as long as its arithmetic. So a turn takes the first step of one row, the second of the row before
 * and the third of the one before that: these wait for nothing, and memory is read all the while.
 */
final class VectorLayerNorm {
    private static final ValueLayout.OfFloat F = ValueLayout.JAVA_FLOAT;
    // Vectors that a row leaves to its next step: forward a sum, then two of what is left of it; for a gradient a sum and a dot product.
    private static final int SUM = 0;
    private static final int REST = 1;
    private static final int SQUARES = 2;
    private static final int DOT = 1;
    private static final int LEFT = 3;

    private VectorLayerNorm() {}

    /** Where a row leaves a vector: the next row has another place. */
    private static int place(int row, int which) {
        return row % 2 * LEFT + which;
    }

    /** Normalizes rows of {@code n}; means and reciprocal deviations go to their places. */
    static void forward(float eps, long x, long w, long b, long out, long mean, long rstd, int n, int rows) {
        float[] left = ThreadMemory.vectors(2 * LEFT);
        long next = 4L * n;
        for (int r = 0; r < rows + 2; r++) {
            if (r >= 2) normalize(eps, x + (r - 2) * next, w, b, out + (r - 2) * next, mean, rstd, n, r - 2, left);
            if (r >= 1 && r <= rows) {
                float mu = Simd.sum(left, place(r - 1, SUM)) / n;
                MEMORY.set(F, mean + 4L * (r - 1), mu);
                deviations(mu, x + (r - 1) * next, n, left, place(r - 1, REST));
            }
            if (r < rows) VectorElementwise.sum(x + r * next, n, left, place(r, SUM));
        }
    }

    private static void normalize(float eps, long x, long w, long b, long out, long mean, long rstd, int n, int row,
            float[] left) {
        float mu = MEMORY.get(F, mean + 4L * row);
        // The rounding error of the mean: uncorrected it would shift every element of the row by the same amount, and sums over
        // the row, which ought to cancel, would show it.
        float shift = Simd.sum(left, place(row, REST)) / n;
        double variance = Simd.sum(left, place(row, SQUARES)) / (double) n - (double) shift * shift;
        float scale = (float) (1 / Math.sqrt(variance + eps));
        normalize(mu, shift, scale, x, w, b, out, n);
        MEMORY.set(F, mean + 4L * row, mu + shift);
        MEMORY.set(F, rstd + 4L * row, scale);
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
        float[] left = ThreadMemory.vectors(2 * LEFT);
        long next = 4L * n;
        int whole = Simd.bound(n);
        long tail = 0;
        for (int r = 0; r <= rows; r++) {
            if (r >= 1 && dx != 0)
                input(x + (r - 1) * next, w, mean, rstd, dy + (r - 1) * next, dx + (r - 1) * next, n, r - 1, left,
                        tail);
            if (r == rows) break;
            float mu = MEMORY.get(F, mean + 4L * r);
            float scale = MEMORY.get(F, rstd + 4L * r);
            long at = r * next;
            parameters(mu, scale, x + at, w, dy + at, sums, sums + next, whole, left, place(r, SUM));
            tail = whole == n ? 0 : tail(mu, scale, x + at, w, dy + at, sums, sums + next, whole, n);
        }
    }

    private static void input(long x, long w, long mean, long rstd, long dy, long dx, int n, int row, float[] left,
            long tail) {
        float sum = Simd.sum(left, place(row, SUM)) + first(tail);
        float dot = Simd.sum(left, place(row, DOT)) + second(tail);
        input(MEMORY.get(F, mean + 4L * row), MEMORY.get(F, rstd + 4L * row), sum / n, dot / n, x, w, dy, dx, n);
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
