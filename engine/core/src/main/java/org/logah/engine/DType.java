package org.logah.engine;

/**
 * Element types. {@link #F32} is what kernels compute in, {@link #I32} is for indices, the others are storage formats; tables and matrices
 * in {@link #BF16} can also be read in place ({@link Kernels#gather}, {@link Kernels#product}).
 */
public enum DType {
    F32(4), I32(4), F16(2), BF16(2), I64(8);

    private final int bytes;

    DType(int bytes) { this.bytes = bytes; }

    /** Bytes of one element. */
    public int bytes() { return bytes; }
}
