package org.logah.engine.io;

import java.io.IOException;

import org.logah.engine.Tensor;

/** Takes announced tensors, in any order, into one file or several. */
public interface TensorWriter extends AutoCloseable {
    /** Stores a tensor in the format announced for it. */
    void put(String name, Tensor value) throws IOException;

    /**
     * Stores consecutive elements of a tensor in the format announced for it; several threads may do so side by side.
     *
     * @param first where they begin, counted in elements
     */
    void put(String name, long first, Tensor part) throws IOException;

    /** Everything is there: gives it its name. */
    void finish() throws IOException;

    /** Without {@link #finish}, leaves nothing behind. */
    @Override
    void close() throws IOException;
}
