package org.logah.engine.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

import org.logah.engine.Bf16;
import org.logah.engine.DType;

/** Converts between what files hold (little-endian, any {@link DType}) and what the engine computes with. */
final class StorageFormat {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private static final boolean NATIVE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final int BLOCK = 4096;

    private StorageFormat() {}

    /** Loops over arrays are what HotSpot makes vectors of. */
    private interface Block {
        void convert(short[] halves, float[] floats, long at, int count);
    }

    private static void blocks(long n, Block block) {
        short[] halves = new short[(int) Math.min(BLOCK, n)];
        float[] floats = new float[halves.length];
        for (long at = 0; at < n; at += BLOCK) block.convert(halves, floats, at, (int) Math.min(BLOCK, n - at));
    }

    static boolean isFloat(DType type) {
        return type == DType.F32 || type == DType.F16 || type == DType.BF16 || type == DType.F64;
    }

    static void toFloats(DType from, MemorySegment source, MemorySegment target, long n) {
        switch (from) {
            case F32 -> MemorySegment.copy(source, F32, 0, target, FLOAT, 0, n);
            case F16 -> blocks(n, (halves, floats, at, count) -> {
                MemorySegment.copy(source, HALF, 2 * at, halves, 0, count);
                for (int i = 0; i < count; i++) floats[i] = Float.float16ToFloat(halves[i]);
                MemorySegment.copy(floats, 0, target, FLOAT, 4 * at, count);
            });
            case BF16 -> {
                if (NATIVE) Bf16.widen(source, target, n);
                else
                    for (long i = 0; i < n; i++)
                        target.setAtIndex(FLOAT, i, Bf16.toFloat(source.getAtIndex(HALF, i)));
            }
            case F64 -> {
                for (long i = 0; i < n; i++) target.setAtIndex(FLOAT, i, (float) source.getAtIndex(F64, i));
            }
            default -> throw new IllegalArgumentException(from + " is not a float format");
        }
    }

    static void fromFloats(DType to, MemorySegment source, MemorySegment target, long n) {
        switch (to) {
            case F32 -> MemorySegment.copy(source, FLOAT, 0, target, F32, 0, n);
            case F16 -> blocks(n, (halves, floats, at, count) -> {
                MemorySegment.copy(source, FLOAT, 4 * at, floats, 0, count);
                for (int i = 0; i < count; i++) halves[i] = Float.floatToFloat16(floats[i]);
                MemorySegment.copy(halves, 0, target, HALF, 2 * at, count);
            });
            case BF16 -> {
                if (NATIVE) Bf16.narrow(source, target, n);
                else
                    for (long i = 0; i < n; i++)
                        target.setAtIndex(HALF, i, Bf16.of(source.getAtIndex(FLOAT, i)));
            }
            default -> throw new IllegalArgumentException(to + " is not a float format");
        }
    }

    static long integer(DType from, MemorySegment source, long i) {
        return switch (from) {
            case I32 -> source.getAtIndex(I32, i);
            case I64 -> source.getAtIndex(I64, i);
            case I16 -> source.getAtIndex(HALF, i);
            case I8 -> source.get(ValueLayout.JAVA_BYTE, i);
            case U8, BOOL -> source.get(ValueLayout.JAVA_BYTE, i) & 0xff;
            default -> throw new IllegalArgumentException(from + " is not an integer format");
        };
    }

    /** From a tensor's own format to a file's. */
    static void convert(DType from, MemorySegment source, DType to, MemorySegment target, long n) {
        if (from == DType.F32) {
            fromFloats(to, source, target, n);
            return;
        }
        for (long i = 0; i < n; i++) putInteger(to, target, i, source.getAtIndex(ValueLayout.JAVA_INT, i));
    }

    private static void putInteger(DType to, MemorySegment target, long i, int value) {
        switch (to) {
            case I32 -> target.setAtIndex(I32, i, value);
            case I64 -> target.setAtIndex(I64, i, (long) value);
            default -> throw new IllegalArgumentException(to + " is not an integer format");
        }
    }
}
