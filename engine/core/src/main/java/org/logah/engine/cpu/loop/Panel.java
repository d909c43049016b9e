package org.logah.engine.cpu.loop;

/**
 * The one loop that products and attention are made of: four rows of a result take in four terms each, with sixteen
 * multiplications for eight loads. Of the forms tried, HotSpot's own vectorization is fastest on this one (three quarters of a
 * core's peak with AVX-512). Rows are arrays of their own, since HotSpot cannot see that two ranges of one array do not overlap.
 */
final class Panel {
    /** Rows of the result, and terms, in one round. */
    static final int STEP = 4;

    private Panel() {}

    /**
     * {@code out[row + i][j] += sum over t of left[at + i * stride + t] right[t][j]} for four rows {@code i}; sums run along
     * {@code t} with fused multiplications, as in the vector kernels.
     *
     * @param terms a multiple of four
     */
    static void multiply(float[] left, int at, int stride, float[][] right, int terms, float[][] out, int row,
            int columns) {
        for (int t = 0; t < terms; t += STEP) {
            accumulate(left, at + t, stride, right[t], right[t + 1], right[t + 2], right[t + 3], out[row], out[row + 1],
                    out[row + 2], out[row + 3], columns);
        }
    }

    private static void accumulate(float[] left, int at, int stride, float[] b0, float[] b1, float[] b2, float[] b3,
            float[] c0, float[] c1, float[] c2, float[] c3, int n) {
        float a00 = left[at];
        float a01 = left[at + 1];
        float a02 = left[at + 2];
        float a03 = left[at + 3];
        int second = at + stride;
        float a10 = left[second];
        float a11 = left[second + 1];
        float a12 = left[second + 2];
        float a13 = left[second + 3];
        int third = second + stride;
        float a20 = left[third];
        float a21 = left[third + 1];
        float a22 = left[third + 2];
        float a23 = left[third + 3];
        int fourth = third + stride;
        float a30 = left[fourth];
        float a31 = left[fourth + 1];
        float a32 = left[fourth + 2];
        float a33 = left[fourth + 3];
        for (int j = 0; j < n; j++) {
            float x0 = b0[j];
            float x1 = b1[j];
            float x2 = b2[j];
            float x3 = b3[j];
            c0[j] = Math.fma(a03, x3, Math.fma(a02, x2, Math.fma(a01, x1, Math.fma(a00, x0, c0[j]))));
            c1[j] = Math.fma(a13, x3, Math.fma(a12, x2, Math.fma(a11, x1, Math.fma(a10, x0, c1[j]))));
            c2[j] = Math.fma(a23, x3, Math.fma(a22, x2, Math.fma(a21, x1, Math.fma(a20, x0, c2[j]))));
            c3[j] = Math.fma(a33, x3, Math.fma(a32, x2, Math.fma(a31, x1, Math.fma(a30, x0, c3[j]))));
        }
    }

    /** The next multiple of four. */
    static int padded(int n) { return (n + STEP - 1) / STEP * STEP; }
}
