package org.logah.engine.io;

import java.io.IOException;

import org.logah.engine.Tensor;

/** Takes announced tensors, in any order, into one file or several. */
public interface TensorWriter extends AutoCloseable {
    /**
     * Stores a tensor in the format announced for it.
     *
     * @param name as announced
     * @param value of the shape announced
     * @throws IOException if it cannot be written
     * @throws IllegalArgumentException if it was announced otherwise, or not at all
     */
    void put(String name, Tensor value) throws IOException;

    /**
     * Stores consecutive elements of a tensor in the format announced for it; several threads may do so side by side.
     *
     * @param name as announced
     * @param first where they begin, counted in elements
     * @param part the elements
     * @throws IOException if they cannot be written
     * @throws IllegalArgumentException if the tensor was not announced, or has not that many elements
     */
    void put(String name, long first, Tensor part) throws IOException;

    /**
     * Says that everything is there: the file gets its name.
     *
     * @throws IOException if that cannot be done
     * @throws IllegalStateException if elements that were announced were not put, naming their tensor; nothing gets its name then
     */
    void finish() throws IOException;

    /**
     * Lets go of the file; without {@link #finish} before, nothing is left behind. Closing a second time does nothing.
     *
     * @throws IOException if that cannot be done
     */
    @Override
    void close() throws IOException;
}
