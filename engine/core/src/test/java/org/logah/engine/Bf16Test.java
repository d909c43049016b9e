package org.logah.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.random.RandomStream;

class Bf16Test {
    private static final ValueLayout.OfInt BITS = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT;

    /** Every upper half with lower halves around the middle, NaNs and infinities among them, in blocks with and without NaN. */
    @Test
    void blocksAreRoundedLikeSingleNumbers() {
        int[] lower = {0, 1, 0x7fff, 0x8000, 0x8001, 0xffff};
        try (Arena arena = Arena.ofConfined()) {
            int n = lower.length << 16;
            MemorySegment floats = arena.allocate(BITS, n);
            MemorySegment halves = arena.allocate(HALF, n);
            for (int i = 0; i < n; i++) floats.setAtIndex(BITS, i, i / lower.length << 16 | lower[i % lower.length]);
            Bf16.narrow(floats, halves, n);
            for (int i = 0; i < n; i++) {
                float value = Float.intBitsToFloat(floats.getAtIndex(BITS, i));
                short half = halves.getAtIndex(HALF, i);
                assertEquals(Bf16.of(value), half, Float.toHexString(value));
                float back = Bf16.toFloat(half);
                if (Float.isNaN(value)) assertTrue(Float.isNaN(back));
                else
                    assertTrue(Math.abs(back - value) <= Math.abs(value) / 256 || Float.isInfinite(back)
                            || Math.abs(value) < 1e-37, value + " became " + back);
            }
        }
    }

    /** A number halfway between two goes to the one that ends in 0. */
    @Test
    void tiesGoToTheEvenNumber() {
        assertEquals((short) 0x3f80, Bf16.of(Float.intBitsToFloat(0x3f808000)));
        assertEquals((short) 0x3f82, Bf16.of(Float.intBitsToFloat(0x3f818000)));
        assertEquals((short) 0x7f80, Bf16.of(Float.MAX_VALUE), "rounds to infinity");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4095, 8191, 8192, 8193, 8195, 20001})
    void sizesOfAllKindsComeBack(int n) {
        RandomStream random = new RandomStream(n);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment floats = arena.allocate(4L * n + 4, 4);
            MemorySegment halves = arena.allocate(2L * n + 2, 4);
            MemorySegment back = arena.allocate(4L * n + 4, 4);
            for (int i = 0; i < n; i++) floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextNormal());
            halves.setAtIndex(HALF, n, (short) 0x5a5a);
            back.setAtIndex(BITS, n, 0x5a5a5a5a);
            Bf16.narrow(floats, halves, n);
            Bf16.widen(halves, back, n);
            for (int i = 0; i < n; i++) {
                short half = Bf16.of(floats.getAtIndex(ValueLayout.JAVA_FLOAT, i));
                assertEquals(half, halves.getAtIndex(HALF, i));
                assertEquals(Bf16.toFloat(half), back.getAtIndex(ValueLayout.JAVA_FLOAT, i));
            }
            assertEquals((short) 0x5a5a, halves.getAtIndex(HALF, n), "nothing is written behind the end");
            assertEquals(0x5a5a5a5a, back.getAtIndex(BITS, n), "nothing is written behind the end");
        }
    }
}
