package org.logah.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The matrix product by tiles in local memory, work-groups of 16 x 16 threads, group z takes matrix z of the batch. Of a larger
 * tile each thread has more results, and reads less for each; of a smaller there are enough for all of a device. Both add the
 * same terms in the same order.
 */
public final class Products {
    /** Rows and columns of a tile, 4 x 4 results a thread. */
    public static final int TILE = 64;
    /** Rows and columns of a large tile, 8 x 8 results a thread. */
    public static final int LARGE = 128;

    private Products() {}

    /** A term of a row of the left operand; zero beyond it. */
    static float leftAt(IntArray a, FloatArray memory, int plane, int row, int term) {
        int m = a.get(0);
        int k = a.get(2);
        int place = a.get(3) == 0 ? row * k + term : term * m + row;
        return within(memory, a.get(6) + plane * m * k + place, row, m, term, k);
    }

    /** A term of a column of the right operand; zero beyond it. */
    static float rightAt(IntArray a, FloatArray memory, int plane, int term, int column) {
        int n = a.get(1);
        int k = a.get(2);
        int place = a.get(4) == 0 ? term * n + column : column * k + term;
        return within(memory, a.get(7) + plane * k * n + place, column, n, term, k);
    }

    /** Into the result, where it has that place, with what is added. */
    static void store(IntArray a, FloatArray memory, int plane, int row, int column, float value) {
        int m = a.get(0);
        int n = a.get(1);
        if (row < m && column < n) {
            int place = a.get(9) + plane * m * n + row * n + column;
            float v = value;
            if (a.get(8) >= 0) v += memory.get(a.get(8) + column);
            if (a.get(5) != 0) v += memory.get(place);
            memory.set(place, v);
        }
    }

    /** A number at a place, which is on a line and of a term; zero where there are not so many. */
    private static float within(FloatArray memory, int place, int line, int lines, int term, int terms) {
        float v = 0f;
        if (line < lines && term < terms) v = memory.get(place);
        return v;
    }

    /** A thread's first line of a chunk, of whose numbers neighbouring threads take neighbours: along the terms, or across. */
    private static int firstLine(int alongTerms, int thread, int lines, int terms) {
        return alongTerms == 1 ? thread / terms : thread - thread / lines * lines;
    }

    /** Its first term. */
    private static int firstTerm(int alongTerms, int thread, int lines, int terms) {
        return alongTerms == 1 ? thread - thread / terms * terms : thread / lines;
    }

    /**
     * a: m, n, k, transposed a, transposed b, accumulate, a, b, bias (-1: none), out. While a chunk of 16 terms is multiplied, the
     * next one is on its way to registers, and then goes to the other half of the local arrays, so that there is one barrier a
     * chunk. A line of 64 numbers takes 66 places: threads that write neighbouring terms do not wait for one another's bank.
     */
    public static void product(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        float[] left = c.allocateFloatLocalArray(2112);
        float[] right = c.allocateFloatLocalArray(2112);
        float[] sum = new float[16];
        float[] u = new float[4];
        float[] v = new float[4];
        float[] nextLeft = new float[4];
        float[] nextRight = new float[4];
        int m = a.get(0);
        int n = a.get(1);
        int k = a.get(2);
        int row = c.groupIdy * 64;
        int column = c.groupIdx * 64;
        int x = c.localIdx;
        int y = c.localIdy;
        int thread = y * 16 + x;

        // Neighbouring threads read neighbouring numbers, whichever way the operand is stored: a thread's first place in the
        // tile, and the step to its next three.
        int alongTerms = a.get(3) == 0 ? 1 : 0;
        int r = firstLine(alongTerms, thread, 64, 16);
        int rStep = alongTerms == 1 ? 16 : 0;
        int t = firstTerm(alongTerms, thread, 64, 16);
        int tStep = alongTerms == 1 ? 0 : 4;
        int ofTerm = alongTerms == 1 ? 1 : m;
        int from = a.get(6) + c.groupIdz * m * k + t * ofTerm + (row + r) * (alongTerms == 1 ? k : 1);
        int fromStep = alongTerms == 1 ? 16 * k : 4 * m;
        int to = t * 66 + r;
        int toStep = tStep * 66 + rStep;

        int alongTermsRight = a.get(4) == 0 ? 0 : 1;
        int s = firstLine(alongTermsRight, thread, 64, 16);
        int sStep = alongTermsRight == 1 ? 16 : 0;
        int tRight = firstTerm(alongTermsRight, thread, 64, 16);
        int tStepRight = alongTermsRight == 1 ? 0 : 4;
        int ofTermRight = alongTermsRight == 1 ? 1 : n;
        int fromRight = a.get(7) + c.groupIdz * k * n + tRight * ofTermRight
                + (column + s) * (alongTermsRight == 1 ? k : 1);
        int fromStepRight = alongTermsRight == 1 ? 16 * k : 4 * n;
        int toRight = tRight * 66 + s;
        int toStepRight = tStepRight * 66 + sStep;

        for (int i = 0; i < 16; i++) sum[i] = 0f;
        for (int l = 0; l < 4; l++) {
            left[to + l * toStep] = within(memory, from + l * fromStep, row + r + l * rStep, m, t + l * tStep, k);
            right[toRight + l * toStepRight] = within(memory, fromRight + l * fromStepRight, column + s + l * sStep, n,
                    tRight + l * tStepRight, k);
        }
        c.localBarrier();
        int half = 0;
        for (int k0 = 0; k0 < k; k0 += 16) {
            int k1 = k0 + 16;
            for (int l = 0; l < 4; l++) {
                nextLeft[l] = within(memory, from + k1 * ofTerm + l * fromStep, row + r + l * rStep, m,
                        k1 + t + l * tStep, k);
                nextRight[l] = within(memory, fromRight + k1 * ofTermRight + l * fromStepRight, column + s + l * sStep, n,
                        k1 + tRight + l * tStepRight, k);
            }
            for (int kk = 0; kk < 16; kk++) {
                for (int i = 0; i < 4; i++) {
                    u[i] = left[half + kk * 66 + y + 16 * i];
                    v[i] = right[half + kk * 66 + x + 16 * i];
                }
                for (int i = 0; i < 4; i++)
                    for (int j = 0; j < 4; j++) sum[i * 4 + j] += u[i] * v[j];
            }
            half = 1056 - half;
            for (int l = 0; l < 4; l++) {
                left[half + to + l * toStep] = nextLeft[l];
                right[half + toRight + l * toStepRight] = nextRight[l];
            }
            c.localBarrier();
        }
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                store(a, memory, c.groupIdz, row + y + 16 * i, column + x + 16 * j, sum[i * 4 + j]);
            }
        }
    }

    /**
     * The same by large tiles. While a chunk of 8 terms is multiplied, the next one is on its way to registers, and then goes to
     * the other half of the local arrays, so that there is one barrier a chunk. A line of 128 numbers takes 132 places: threads
     * that write eight terms of a row do not wait for one another's bank.
     */
    public static void largeProduct(KernelContext c, IntArray a, FloatArray memory, IntArray words) {
        float[] left = c.allocateFloatLocalArray(2112);
        float[] right = c.allocateFloatLocalArray(2112);
        float[] sum = new float[64];
        float[] u = new float[8];
        float[] v = new float[8];
        float[] nextLeft = new float[4];
        float[] nextRight = new float[4];
        int m = a.get(0);
        int n = a.get(1);
        int k = a.get(2);
        int row = c.groupIdy * 128;
        int column = c.groupIdx * 128;
        int x = c.localIdx;
        int y = c.localIdy;
        int thread = y * 16 + x;

        // Neighbouring threads read neighbouring numbers, whichever way the operand is stored: a thread's first place in the
        // tile, and the step to its next three.
        int alongTerms = a.get(3) == 0 ? 1 : 0;
        int r = firstLine(alongTerms, thread, 128, 8);
        int rStep = alongTerms == 1 ? 32 : 0;
        int t = firstTerm(alongTerms, thread, 128, 8);
        int tStep = alongTerms == 1 ? 0 : 2;
        int ofTerm = alongTerms == 1 ? 1 : m;
        int from = a.get(6) + c.groupIdz * m * k + t * ofTerm + (row + r) * (alongTerms == 1 ? k : 1);
        int fromStep = alongTerms == 1 ? 32 * k : 2 * m;
        int to = t * 132 + r;
        int toStep = tStep * 132 + rStep;

        int alongTermsRight = a.get(4) == 0 ? 0 : 1;
        int s = firstLine(alongTermsRight, thread, 128, 8);
        int sStep = alongTermsRight == 1 ? 32 : 0;
        int tRight = firstTerm(alongTermsRight, thread, 128, 8);
        int tStepRight = alongTermsRight == 1 ? 0 : 2;
        int ofTermRight = alongTermsRight == 1 ? 1 : n;
        int fromRight = a.get(7) + c.groupIdz * k * n + tRight * ofTermRight
                + (column + s) * (alongTermsRight == 1 ? k : 1);
        int fromStepRight = alongTermsRight == 1 ? 32 * k : 2 * n;
        int toRight = tRight * 132 + s;
        int toStepRight = tStepRight * 132 + sStep;

        for (int i = 0; i < 64; i++) sum[i] = 0f;
        for (int l = 0; l < 4; l++) {
            left[to + l * toStep] = within(memory, from + l * fromStep, row + r + l * rStep, m, t + l * tStep, k);
            right[toRight + l * toStepRight] = within(memory, fromRight + l * fromStepRight, column + s + l * sStep, n,
                    tRight + l * tStepRight, k);
        }
        c.localBarrier();
        int half = 0;
        for (int k0 = 0; k0 < k; k0 += 8) {
            int k1 = k0 + 8;
            for (int l = 0; l < 4; l++) {
                nextLeft[l] = within(memory, from + k1 * ofTerm + l * fromStep, row + r + l * rStep, m,
                        k1 + t + l * tStep, k);
                nextRight[l] = within(memory, fromRight + k1 * ofTermRight + l * fromStepRight, column + s + l * sStep, n,
                        k1 + tRight + l * tStepRight, k);
            }
            for (int kk = 0; kk < 8; kk++) {
                for (int i = 0; i < 8; i++) {
                    u[i] = left[half + kk * 132 + y + 16 * i];
                    v[i] = right[half + kk * 132 + x + 16 * i];
                }
                for (int i = 0; i < 8; i++)
                    for (int j = 0; j < 8; j++) sum[i * 8 + j] += u[i] * v[j];
            }
            half = 1056 - half;
            for (int l = 0; l < 4; l++) {
                left[half + to + l * toStep] = nextLeft[l];
                right[half + toRight + l * toStepRight] = nextRight[l];
            }
            c.localBarrier();
        }
        for (int i = 0; i < 8; i++) {
            for (int j = 0; j < 8; j++) {
                store(a, memory, c.groupIdz, row + y + 16 * i, column + x + 16 * j, sum[i * 8 + j]);
            }
        }
    }
}
