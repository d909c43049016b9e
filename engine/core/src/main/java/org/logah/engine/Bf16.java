package org.logah.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The upper half of a float: weights in half the memory, in files and for reading them when text is generated. */
public final class Bf16 {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfInt PAIR = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong TWO_FLOATS = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final int BLOCK = 4096;
    private static final boolean PAIRED = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private Bf16() {}

    /**
     * Rounds a float to nearest, ties to even; a NaN stays one.
     *
     * @param value the float
     * @return its upper half
     */
    public static short of(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) return (short) ((bits >>> 16) | 0x40);
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    /**
     * The float that an upper half stands for.
     *
     * @param half the upper half; the lower is 0
     * @return the float
     */
    public static float toFloat(short half) { return Float.intBitsToFloat(half << 16); }

    /**
     * Rounds {@code n} floats in native order. Two at a time, as halves of a long: HotSpot makes vectors of loops over longs and
     * ints, but not of those that end in shorts (0.75 ns a number then, 0.15 so).
     *
     * @param floats what is rounded
     * @param halves gets {@code n} numbers of 16 bits in native order
     * @param n how many
     */
    public static void narrow(MemorySegment floats, MemorySegment halves, long n) {
        long done = PAIRED ? narrowPairs(floats, halves, n / 2) : 0;
        for (long i = done; i < n; i++) halves.setAtIndex(HALF, i, of(floats.getAtIndex(FLOAT, i)));
    }

    private static long narrowPairs(MemorySegment floats, MemorySegment halves, long pairs) {
        long[] in = new long[(int) Math.min(BLOCK, pairs)];
        int[] out = new int[in.length];
        for (long from = 0; from < pairs; from += BLOCK) {
            int count = (int) Math.min(BLOCK, pairs - from);
            MemorySegment.copy(floats, TWO_FLOATS, 8 * from, in, 0, count);
            if (anyNaN(in, count)) narrowEach(in, out, count);
            else narrowNumbers(in, out, count);
            MemorySegment.copy(out, 0, halves, PAIR, 4 * from, count);
        }
        return 2 * pairs;
    }

    /** A NaN's bits without the sign are above those of infinity: only then does the sum reach the sign. */
    private static boolean anyNaN(long[] pairs, int count) {
        long signs = 0;
        for (int i = 0; i < count; i++) signs |= (pairs[i] & 0x7fffffff_7fffffffL) + 0x007fffff_007fffffL;
        return (signs & 0x80000000_80000000L) != 0;
    }

    private static void narrowNumbers(long[] pairs, int[] out, int count) {
        for (int i = 0; i < count; i++) {
            long rounded = pairs[i] + 0x00007fff_00007fffL + ((pairs[i] >>> 16) & 0x00000001_00000001L);
            out[i] = (int) (((rounded >>> 16) & 0xffffL) | ((rounded >>> 32) & 0xffff0000L));
        }
    }

    private static void narrowEach(long[] pairs, int[] out, int count) {
        for (int i = 0; i < count; i++) {
            int low = of(Float.intBitsToFloat((int) pairs[i])) & 0xffff;
            out[i] = low | of(Float.intBitsToFloat((int) (pairs[i] >>> 32))) << 16;
        }
    }

    /**
     * The opposite of {@link #narrow}, exact.
     *
     * @param halves {@code n} numbers of 16 bits in native order
     * @param floats gets as many floats in native order
     * @param n how many
     */
    public static void widen(MemorySegment halves, MemorySegment floats, long n) {
        long done = PAIRED ? widenPairs(halves, floats, n / 2) : 0;
        for (long i = done; i < n; i++) floats.setAtIndex(FLOAT, i, toFloat(halves.getAtIndex(HALF, i)));
    }

    private static long widenPairs(MemorySegment halves, MemorySegment floats, long pairs) {
        int[] in = new int[(int) Math.min(BLOCK, pairs)];
        long[] out = new long[in.length];
        for (long from = 0; from < pairs; from += BLOCK) {
            int count = (int) Math.min(BLOCK, pairs - from);
            MemorySegment.copy(halves, PAIR, 4 * from, in, 0, count);
            for (int i = 0; i < count; i++) {
                long pair = in[i];
                out[i] = ((pair & 0xffffL) << 16) | ((pair & 0xffff0000L) << 32);
            }
            MemorySegment.copy(out, 0, floats, TWO_FLOATS, 8 * from, count);
        }
        return 2 * pairs;
    }

    /**
     * A rounded copy that lives until nothing refers to it.
     *
     * @param floats a float tensor in host memory
     * @return a tensor of the same shape and type {@link DType#BF16}
     */
    public static Tensor narrowed(Tensor floats) {
        Tensor out = floats.device().allocate(floats.shape(), DType.BF16);
        narrow(floats.segment(), out.segment(), floats.elements());
        return out;
    }

    /**
     * The same numbers as floats.
     *
     * @param t a tensor in host memory
     * @return the tensor itself, or of one of type {@link DType#BF16} a copy that lives until nothing refers to it
     */
    public static Tensor widened(Tensor t) {
        if (t.type() != DType.BF16) return t;
        Tensor out = t.device().allocate(t.shape(), DType.F32);
        widen(t.segment(), out.segment(), t.elements());
        return out;
    }
}
