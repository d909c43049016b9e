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
        float v = 0f;
        if (row < m && term < k) {
            int place = a.get(3) == 0 ? row * k + term : term * m + row;
            v = memory.get(a.get(6) + plane * m * k + place);
        }
        return v;
    }

    /** A term of a column of the right operand; zero beyond it. */
    static float rightAt(IntArray a, FloatArray memory, int plane, int term, int column) {
        int n = a.get(1);
        int k = a.get(2);
        float v = 0f;
        if (column < n && term < k) {
            int place = a.get(4) == 0 ? term * n + column : column * k + term;
            v = memory.get(a.get(7) + plane * k * n + place);
        }
        return v;
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

    /** a: m, n, k, transposed a, transposed b, accumulate, a, b, bias (-1: none), out. */
    public static void product(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        float[] left = c.allocateFloatLocalArray(1024);
        float[] right = c.allocateFloatLocalArray(1024);
        float[] sum = new float[16];
        int k = a.get(2);
        int batch = c.groupIdz;
        int row = c.groupIdy * 64;
        int column = c.groupIdx * 64;
        int x = c.localIdx;
        int y = c.localIdy;
        int thread = y * 16 + x;
        for (int i = 0; i < 16; i++) sum[i] = 0f;
        for (int k0 = 0; k0 < k; k0 += 16) {
            for (int l = 0; l < 4; l++) {
                int e = thread + l * 256;
                int shortSide = e / 16;
                int alongK = e - shortSide * 16;
                int kOfLong = e / 64;
                int longSide = e - kOfLong * 64;

                // Neighbouring threads read neighbouring numbers, whichever way the operand is stored.
                int r = a.get(3) == 0 ? shortSide : longSide;
                int kLeft = a.get(3) == 0 ? alongK : kOfLong;
                left[kLeft * 64 + r] = leftAt(a, memory, batch, row + r, k0 + kLeft);

                int s = a.get(4) == 0 ? longSide : shortSide;
                int kRight = a.get(4) == 0 ? kOfLong : alongK;
                right[kRight * 64 + s] = rightAt(a, memory, batch, k0 + kRight, column + s);
            }
            c.localBarrier();
            for (int kk = 0; kk < 16; kk++) {
                float b0 = right[kk * 64 + x];
                float b1 = right[kk * 64 + x + 16];
                float b2 = right[kk * 64 + x + 32];
                float b3 = right[kk * 64 + x + 48];
                for (int i = 0; i < 4; i++) {
                    float u = left[kk * 64 + y + 16 * i];
                    sum[i * 4] += u * b0;
                    sum[i * 4 + 1] += u * b1;
                    sum[i * 4 + 2] += u * b2;
                    sum[i * 4 + 3] += u * b3;
                }
            }
            c.localBarrier();
        }
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                store(a, memory, batch, row + y + 16 * i, column + x + 16 * j, sum[i * 4 + j]);
            }
        }
    }

    /** The same by large tiles. */
    public static void largeProduct(KernelContext c, IntArray a, FloatArray f, FloatArray memory, IntArray words) {
        float[] left = c.allocateFloatLocalArray(1024);
        float[] right = c.allocateFloatLocalArray(1024);
        float[] sum = new float[64];
        float[] u = new float[8];
        float[] v = new float[8];
        int k = a.get(2);
        int batch = c.groupIdz;
        int row = c.groupIdy * 128;
        int column = c.groupIdx * 128;
        int x = c.localIdx;
        int y = c.localIdy;
        int thread = y * 16 + x;
        for (int i = 0; i < 64; i++) sum[i] = 0f;
        for (int k0 = 0; k0 < k; k0 += 8) {
            for (int l = 0; l < 4; l++) {
                int e = thread + l * 256;
                int shortSide = e / 8;
                int alongK = e - shortSide * 8;
                int kOfLong = e / 128;
                int longSide = e - kOfLong * 128;

                int r = a.get(3) == 0 ? shortSide : longSide;
                int kLeft = a.get(3) == 0 ? alongK : kOfLong;
                left[kLeft * 128 + r] = leftAt(a, memory, batch, row + r, k0 + kLeft);

                int s = a.get(4) == 0 ? longSide : shortSide;
                int kRight = a.get(4) == 0 ? kOfLong : alongK;
                right[kRight * 128 + s] = rightAt(a, memory, batch, k0 + kRight, column + s);
            }
            c.localBarrier();
            for (int kk = 0; kk < 8; kk++) {
                for (int i = 0; i < 4; i++) {
                    u[i] = left[kk * 128 + y * 4 + i];
                    u[i + 4] = left[kk * 128 + 64 + y * 4 + i];
                    v[i] = right[kk * 128 + x * 4 + i];
                    v[i + 4] = right[kk * 128 + 64 + x * 4 + i];
                }
                for (int i = 0; i < 8; i++)
                    for (int j = 0; j < 8; j++) sum[i * 8 + j] += u[i] * v[j];
            }
            c.localBarrier();
        }
        for (int i = 0; i < 8; i++) {
            for (int j = 0; j < 8; j++) {
                int r = row + (i < 4 ? y * 4 + i : 60 + y * 4 + i);
                int s = column + (j < 4 ? x * 4 + j : 60 + x * 4 + j);
                store(a, memory, batch, r, s, sum[i * 8 + j]);
            }
        }
    }
}
