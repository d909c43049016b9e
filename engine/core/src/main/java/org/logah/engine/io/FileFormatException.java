package org.logah.engine.io;

import java.io.IOException;
import java.nio.file.Path;

import org.logah.engine.OneLine;

/** A file is not what it should be. The message names the file and what is wrong with it. */
public class FileFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception of its own.
     *
     * @param file the file
     * @param problem what is wrong with it, in one line
     */
    public FileFormatException(Path file, String problem) { super(OneLine.of(file + ": " + problem)); }

    /**
     * An exception that another led to.
     *
     * @param file the file
     * @param problem what is wrong with it, in one line
     * @param cause what led to it
     */
    public FileFormatException(Path file, String problem, Throwable cause) {
        super(OneLine.of(file + ": " + problem), cause);
    }

    /**
     * The same of another kind.
     *
     * @param same what is wrong with which file
     */
    protected FileFormatException(FileFormatException same) { this(String.valueOf(same.getMessage()), same); }

    private FileFormatException(String message, Throwable cause) { super(OneLine.of(message), cause); }

    /**
     * {@return the same with more behind it}
     *
     * @param wayOut what can be done about it
     */
    public final FileFormatException with(String wayOut) {
        return new FileFormatException(getMessage() + "; " + wayOut, this);
    }
}
