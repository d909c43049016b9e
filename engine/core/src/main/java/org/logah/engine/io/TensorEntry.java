package org.logah.engine.io;

import org.logah.engine.DType;
import org.logah.engine.Shape;

/**
 * One tensor of a file: what its header says of it.
 *
 * @param name of the tensor
 * @param type of its elements in the file
 * @param shape of the tensor
 */
public record TensorEntry(String name, DType type, Shape shape) {
    /** {@return how many bytes it takes in the file} */
    public long bytes() { return shape.bytes(type); }
}
