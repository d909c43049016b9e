package org.logah.engine.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.logah.engine.DType;

/** Looks for infinities and for what is no number, by the bits of exponents. */
public final class FiniteNumbers {
    private static final int F32_EXPONENT = 0x7f800000;
    private static final int F16_EXPONENT = 0x7c00;
    private static final int BF16_EXPONENT = 0x7f80;
    private static final long F64_EXPONENT = 0x7ff0000000000000L;

    private FiniteNumbers() {}

    /**
     * {@return whether all numbers are finite}
     *
     * @param type how they are stored; integers are finite
     * @param values where they stand
     * @param count how many
     */
    public static boolean areAll(DType type, MemorySegment values, long count) {
        return switch (type) {
            case F32 -> ints(values, count);
            case F16 -> shorts(values, count, F16_EXPONENT);
            case BF16 -> shorts(values, count, BF16_EXPONENT);
            case F64 -> longs(values, count);
            default -> true;
        };
    }

    /** Where all bits of the exponent are set, one more of the lowest overflows into the sign. */
    private static boolean ints(MemorySegment values, long count) {
        int signs = 0;
        for (long i = 0; i < count; i++)
            signs |= (values.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i) & F32_EXPONENT)
                    + Integer.lowestOneBit(F32_EXPONENT);
        return signs >= 0;
    }

    private static boolean longs(MemorySegment values, long count) {
        long signs = 0;
        for (long i = 0; i < count; i++)
            signs |= (values.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i) & F64_EXPONENT)
                    + Long.lowestOneBit(F64_EXPONENT);
        return signs >= 0;
    }

    private static boolean shorts(MemorySegment values, long count, int exponent) {
        int carried = 0;
        for (long i = 0; i < count; i++)
            carried |= (values.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i) & exponent)
                    + Integer.lowestOneBit(exponent);
        return (carried & 0x8000) == 0;
    }
}
