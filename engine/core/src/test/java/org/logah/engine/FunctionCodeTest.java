package org.logah.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Functions as devices know them: each has a code that is its own, a formula, and a slope that differences confirm. */
class FunctionCodeTest {
    @Test
    void codesAreDistinct() {
        Map<Integer, Unary> unary = new HashMap<>();
        for (Unary op : Unary.values()) assertNull(unary.put(op.code(), op), op + " has the code of another function");
        Map<Integer, Binary> binary = new HashMap<>();
        for (Binary op : Binary.values())
            assertNull(binary.put(op.code(), op), op + " has the code of another function");
    }

    @ParameterizedTest
    @EnumSource(Unary.class)
    void derivativesAgreeWithDifferences(Unary op) {
        assertFalse(op.formula().isBlank() || op.derivativeFormula().isBlank(), op + " has no formula");
        for (double x : new double[]{-3.1, -1, -0.4, 0.3, 1, 2.7}) {
            double at = op.definedEverywhere() ? x : Math.abs(x);
            double difference = (op.apply(at + 1e-5) - op.apply(at - 1e-5)) / 2e-5;
            assertEquals(difference, op.derivative(at), 1e-7 * Math.max(1, Math.abs(difference)), op + " at " + at);
        }
    }

    /** Tests draw their inputs by this. */
    @ParameterizedTest
    @EnumSource(Unary.class)
    void whatIsDefinedEverywhereIsFinite(Unary op) {
        for (double x : new double[]{-2, -1, 0, 1, 2}) {
            boolean finite = Double.isFinite(op.apply(x)) && Double.isFinite(op.derivative(x));
            if (op.definedEverywhere() || x > 0) assertTrue(finite, op + " at " + x);
        }
    }
}
