package org.logah.engine.io;

import org.logah.engine.DType;
import org.logah.engine.Shape;

/** One tensor of a file: what its header says of it. */
public record TensorEntry(String name, DType type, Shape shape) {
    public long bytes() { return shape.bytes(type); }
}
