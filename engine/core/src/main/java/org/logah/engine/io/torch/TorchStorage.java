package org.logah.engine.io.torch;

import org.logah.engine.DType;

/**
 * A run of numbers that tensors of a file are views of; several may share one.
 *
 * @param key its name in the file
 * @param type of its elements
 * @param elements how many there are
 */
public record TorchStorage(String key, DType type, long elements) {
    /** {@return how many bytes it takes; the numbers of elements that are read can be counted in bytes too} */
    public long bytes() {
        return elements * type.bytes();
    }
}
