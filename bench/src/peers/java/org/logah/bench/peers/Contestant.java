package org.logah.bench.peers;

import org.logah.engine.Kernels.Product;

/** Something that computes the same as the others. An operation that it does not have is null. */
interface Contestant extends AutoCloseable {
    String name();

    /** A product of the operands given, ready to run again and again. */
    Operation product(Product p, float[] a, float[] b);

    /** An operation along the rows of {@code x [rows, width]}. */
    default Operation rows(RowOperation operation, int rows, int width, float[] x) { return Operation.NONE; }

    @Override
    void close();

    /** Operations along rows, forward. */
    enum RowOperation {
        SOFTMAX, GELU_TANH, LAYER_NORM
    }

    /** One operation on fixed operands. */
    interface Operation extends AutoCloseable {
        /** Stands for what a contestant does not have. */
        Operation NONE = new Operation() {
            @Override
            public void run() { throw new UnsupportedOperationException(); }

            @Override
            public float[] result() { return new float[0]; }
        };

        void run();

        float[] result();

        @Override
        default void close() {}
    }
}
