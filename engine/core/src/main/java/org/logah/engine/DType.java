package org.logah.engine;

/** Element types. {@link #F32} is what kernels compute in, {@link #I32} is for indices, the others are storage formats. */
public enum DType {
    F32(4), I32(4), F16(2), BF16(2), I64(8);

    private final int bytes;

    DType(int bytes) { this.bytes = bytes; }

    /** Bytes of one element. */
    public int bytes() { return bytes; }
}
