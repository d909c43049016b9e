package org.logah.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The upper half of a float: weights in half the memory, for reading them when text is generated. */
public final class Bf16 {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT;

    private Bf16() {}

    /** Rounds to nearest, ties to even; a NaN stays one. */
    public static short of(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) return (short) ((bits >>> 16) | 0x40);
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    public static float toFloat(short half) { return Float.intBitsToFloat(half << 16); }

    /** A rounded copy that lives until nothing refers to it. */
    public static Tensor narrowed(Tensor floats) {
        Tensor out = floats.device().allocate(floats.shape(), DType.BF16);
        MemorySegment from = floats.segment();
        MemorySegment to = out.segment();
        for (long i = 0, n = floats.elements(); i < n; i++) to.setAtIndex(HALF, i, of(from.getAtIndex(FLOAT, i)));
        return out;
    }

    /** The same numbers as floats: the tensor itself where it holds such, else a copy that lives until nothing refers to it. */
    public static Tensor widened(Tensor t) {
        if (t.type() != DType.BF16) return t;
        Tensor out = t.device().allocate(t.shape(), DType.F32);
        MemorySegment from = t.segment();
        MemorySegment to = out.segment();
        for (long i = 0, n = t.elements(); i < n; i++) to.setAtIndex(FLOAT, i, toFloat(from.getAtIndex(HALF, i)));
        return out;
    }
}
