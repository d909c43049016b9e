package org.logah.engine;

/**
 * Element types. {@link #F32} is what kernels compute in, {@link #I32} is for indices, the others are storage formats; tables
 * and matrices in {@link #BF16} can also be read in place ({@link Kernels#gather}, {@link Kernels#product}).
 */
public enum DType {
    /** Floats of 32 bits (IEEE 754). */
    F32(4),
    /** Signed whole numbers of 32 bits. */
    I32(4),
    /** Floats of 16 bits (IEEE 754), in files only. */
    F16(2),
    /** The upper half of a float of 32 bits: its exponent, and 8 bits of precision. */
    BF16(2),
    /** Signed whole numbers of 64 bits, in files only. */
    I64(8),
    /** Floats of 64 bits (IEEE 754), in files only. */
    F64(8),
    /** Signed whole numbers of 16 bits, in files only. */
    I16(2),
    /** Signed whole numbers of 8 bits, in files only. */
    I8(1),
    /** Whole numbers of 8 bits from 0, in files only. */
    U8(1),
    /** Truth values of a byte each, in files only. */
    BOOL(1);

    private final int bytes;

    DType(int bytes) { this.bytes = bytes; }

    /** {@return the bytes of one element} */
    public int bytes() { return bytes; }
}
