package org.logah.engine.cpu.loop;

/** Functions written so that a loop over them becomes vector code. */
final class LoopMath {
    private static final float LOG2_E = 1.44269504f;
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    /** Adding it leaves the rounded integer in the low bits. */
    private static final float ROUND = 12582912f;
    private static final float LEAST = -87.33f;

    private LoopMath() {}

    /** {@code e^x} for {@code x <= 0}: {@code 2^n e^r} with {@code |r| <= ln 2 / 2}, as in the vector kernels. */
    static float exp(float x) {
        float bounded = Math.max(x, LEAST);
        float t = Math.fma(bounded, LOG2_E, ROUND);
        float n = t - ROUND;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, bounded));
        float p = Math.fma(1.9875691500e-4f, r, 1.3981999507e-3f);
        p = Math.fma(p, r, 8.3334519073e-3f);
        p = Math.fma(p, r, 4.1665795894e-2f);
        p = Math.fma(p, r, 1.6666665459e-1f);
        p = Math.fma(p, r, 5.0000001201e-1f);
        float y = Math.fma(p, r * r, r + 1f);
        return y * Float.intBitsToFloat((Float.floatToRawIntBits(t) << 23) + 0x3F800000);
    }

    /** A quotient of polynomials on [-4, 4], constant beyond, as in the vector kernels. */
    static float erf(float value) {
        float x = Math.min(Math.max(value, -4f), 4f);
        float x2 = x * x;
        float p = -2.72614225801306e-10f;
        p = Math.fma(p, x2, 2.77068142495902e-08f);
        p = Math.fma(p, x2, -2.10102402082508e-06f);
        p = Math.fma(p, x2, -5.69250639462346e-05f);
        p = Math.fma(p, x2, -7.34990630326855e-04f);
        p = Math.fma(p, x2, -2.95459980854025e-03f);
        p = Math.fma(p, x2, -1.60960333262415e-02f);
        float q = -1.45660718464996e-05f;
        q = Math.fma(q, x2, -2.13374052778905e-04f);
        q = Math.fma(q, x2, -1.68282697438203e-03f);
        q = Math.fma(q, x2, -7.37332916720468e-03f);
        q = Math.fma(q, x2, -1.42647390514189e-02f);
        return x * p / q;
    }
}
