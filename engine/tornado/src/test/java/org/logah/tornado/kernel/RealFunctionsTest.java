package org.logah.tornado.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.logah.engine.Binary;
import org.logah.engine.Unary;

/** The device's own functions, run as Java: what a code selects is the function that has it. */
class RealFunctionsTest {
    private static final double[] VALUES = {-3.1, -1, -0.4, 0.3, 1, 2.7};

    private static void assertCode(Enum<?> op, int code) {
        try {
            assertEquals(code, RealFunctions.class.getDeclaredField(op.name()).getInt(null), "code of " + op);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("RealFunctions has no code for " + op, e);
        }
    }

    private static void assertClose(double expected, float actual, Enum<?> op) {
        assertEquals(expected, actual, 2e-6 * Math.max(1, Math.abs(expected)), () -> op + " on the GPU");
    }

    @ParameterizedTest
    @EnumSource(Unary.class)
    void functionsOfOneNumber(Unary op) {
        assertCode(op, op.code());
        for (double v : VALUES) {
            float x = (float) (op.definedEverywhere() ? v : Math.abs(v));
            assertClose(op.apply(x), RealFunctions.value(op.code(), x), op);
            assertClose(op.derivative(x), RealFunctions.derivative(op.code(), x), op);
        }
    }

    @ParameterizedTest
    @EnumSource(Binary.class)
    void functionsOfTwoNumbers(Binary op) {
        assertCode(op, op.code());
        for (double a : VALUES)
            for (double b : VALUES)
                assertClose(op.apply((float) a, (float) b), RealFunctions.value(op.code(), (float) a, (float) b), op);
    }

    /** A code that no function has gives the number itself: the comparison above would notice that. */
    @Test
    void anUnknownCodeIsTheIdentity() { assertEquals(0.3f, RealFunctions.value(-1, 0.3f)); }
}
