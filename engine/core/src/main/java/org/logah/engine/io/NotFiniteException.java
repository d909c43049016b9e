package org.logah.engine.io;

import java.nio.file.Path;

/** A file was not written, since some of its numbers would not be finite: what a training that came apart leaves. */
public final class NotFiniteException extends FileFormatException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception of its own.
     *
     * @param file the file
     * @param tensor the name of the tensor that has such numbers
     */
    public NotFiniteException(Path file, String tensor) {
        super(file, "was not written: '" + tensor + "' has numbers that are not finite; lower the learning rate");
    }
}
