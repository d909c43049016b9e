package org.logah.engine.cpu.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static org.logah.engine.cpu.vector.Simd.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Transcendental functions on whole vectors, within a few units in the last place of float. */
final class VectorMath {
    private static final float LOG2_E = 1.44269504f;
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    /** Adding it leaves the rounded integer in the low bits. */
    private static final float ROUND = 12582912f;
    private static final float EXP_MOST = 88.72f;
    private static final float EXP_LEAST = -87.33f;

    private VectorMath() {}

    /**
     * {@code 2^n * e^r} with {@code |r| <= ln 2 / 2} by a polynomial of degree 6; 0 and infinity beyond the float range. Values
     * out of range are computed like all others and replaced at the end: Java's {@code min} and {@code max} cost six
     * instructions each for the sake of NaN and -0.
     */
    static FloatVector exp(FloatVector x) {
        return expOfSmall(x).blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_MOST));
    }

    /** The same for arguments that do not reach the upper end, as after subtracting a row's largest. */
    static FloatVector expOfSmall(FloatVector x) {
        FloatVector t = x.fma(broadcast(SPECIES, LOG2_E), broadcast(SPECIES, ROUND));
        FloatVector n = t.sub(ROUND);
        FloatVector r = n.fma(broadcast(SPECIES, -LN2_HIGH), x);
        r = n.fma(broadcast(SPECIES, -LN2_LOW), r);
        FloatVector p = broadcast(SPECIES, 1.9875691500e-4f);
        p = p.fma(r, broadcast(SPECIES, 1.3981999507e-3f));
        p = p.fma(r, broadcast(SPECIES, 8.3334519073e-3f));
        p = p.fma(r, broadcast(SPECIES, 4.1665795894e-2f));
        p = p.fma(r, broadcast(SPECIES, 1.6666665459e-1f));
        p = p.fma(r, broadcast(SPECIES, 5.0000001201e-1f));
        FloatVector y = p.fma(r.mul(r), r.add(1f));
        // Added to the exponent: 2^128 has no float, its product with a number below 1 has.
        IntVector power = t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        FloatVector e = y.reinterpretAsInts().add(power).reinterpretAsFloats();
        // Bits of what is not a number must not count as an exponent.
        return e.blend(0f, x.compare(VectorOperators.LT, EXP_LEAST)).blend(x, x.compare(VectorOperators.NE, x));
    }

    /** The larger of two, {@code a} where either is not a number. */
    static FloatVector larger(FloatVector a, FloatVector b) {
        return a.blend(b, b.compare(VectorOperators.GT, a));
    }

    static FloatVector sigmoid(FloatVector x) {
        FloatVector one = broadcast(SPECIES, 1f);
        return one.div(exp(x.neg()).add(1f));
    }

    /** An odd polynomial near zero, {@code 1 - 2/(e^2x + 1)} elsewhere. */
    static FloatVector tanh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector x2 = x.mul(x);
        FloatVector p = broadcast(SPECIES, -5.70498872745e-3f);
        p = p.fma(x2, broadcast(SPECIES, 2.06390887954e-2f));
        p = p.fma(x2, broadcast(SPECIES, -5.37397155531e-2f));
        p = p.fma(x2, broadcast(SPECIES, 1.33314422036e-1f));
        p = p.fma(x2, broadcast(SPECIES, -3.33332819422e-1f));
        FloatVector small = p.mul(x2).fma(x, x);
        FloatVector big = broadcast(SPECIES, 1f).sub(broadcast(SPECIES, 2f).div(exp(a.add(a)).add(1f)));
        FloatVector signed = big.blend(big.neg(), x.compare(VectorOperators.LT, 0f));
        return signed.blend(small, a.compare(VectorOperators.LT, 0.625f));
    }

    /** A quotient of polynomials on [-4, 4] (coefficients as published for Eigen's and XLA's erf), constant beyond. */
    static FloatVector erf(FloatVector value) {
        FloatVector x = value.blend(-4f, value.compare(VectorOperators.LT, -4f))
                .blend(4f, value.compare(VectorOperators.GT, 4f));
        FloatVector x2 = x.mul(x);
        FloatVector p = broadcast(SPECIES, -2.72614225801306e-10f);
        p = p.fma(x2, broadcast(SPECIES, 2.77068142495902e-08f));
        p = p.fma(x2, broadcast(SPECIES, -2.10102402082508e-06f));
        p = p.fma(x2, broadcast(SPECIES, -5.69250639462346e-05f));
        p = p.fma(x2, broadcast(SPECIES, -7.34990630326855e-04f));
        p = p.fma(x2, broadcast(SPECIES, -2.95459980854025e-03f));
        p = p.fma(x2, broadcast(SPECIES, -1.60960333262415e-02f));
        FloatVector q = broadcast(SPECIES, -1.45660718464996e-05f);
        q = q.fma(x2, broadcast(SPECIES, -2.13374055278905e-04f));
        q = q.fma(x2, broadcast(SPECIES, -1.68282697438203e-03f));
        q = q.fma(x2, broadcast(SPECIES, -7.37332916720468e-03f));
        q = q.fma(x2, broadcast(SPECIES, -1.42647390514189e-02f));
        return x.mul(p).div(q);
    }

    static FloatVector relu(FloatVector x) { return x.blend(0f, x.compare(VectorOperators.LE, 0f)); }

    static FloatVector geluErf(FloatVector x) { return x.mul(0.5f).mul(erf(x.mul(0.70710678f)).add(1f)); }

    static FloatVector geluErfDerivative(FloatVector x) {
        FloatVector density = exp(x.mul(x).mul(-0.5f)).mul(0.39894228f);
        return density.fma(x, erf(x.mul(0.70710678f)).add(1f).mul(0.5f));
    }

    private static FloatVector geluArgument(FloatVector x) {
        return x.mul(x).fma(broadcast(SPECIES, 0.044715f * 0.79788456f), broadcast(SPECIES, 0.79788456f)).mul(x);
    }

    /** {@code (1 + tanh u) / 2} is the logistic function of {@code 2u}: one exponential, no cancellation. */
    static FloatVector geluTanh(FloatVector x) {
        FloatVector u = geluArgument(x);
        return x.div(exp(u.mul(-2f)).add(1f));
    }

    static FloatVector geluTanhDerivative(FloatVector any) {
        // Beyond this it is 0 or 1 to the last bit, and beyond 1e13 the cube would be infinite, times a rise of zero.
        FloatVector x = any.max(-100f).min(100f);
        FloatVector s = sigmoid(geluArgument(x).mul(2f));
        FloatVector slope = x.mul(x).fma(broadcast(SPECIES, 6 * 0.044715f * 0.79788456f),
                broadcast(SPECIES, 2 * 0.79788456f));
        FloatVector rise = s.sub(s.mul(s));
        return x.mul(slope).fma(rise, s);
    }
}
