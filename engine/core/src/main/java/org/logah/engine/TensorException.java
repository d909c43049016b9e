package org.logah.engine;

/** A request that makes no sense for the tensors given. The message names the operation, the shapes and the way out. */
public class TensorException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception of its own.
     *
     * @param message names the operation, the shapes and the way out in one line
     */
    public TensorException(String message) { super(OneLine.of(message)); }

    /**
     * An exception that another led to.
     *
     * @param message names what was wrong and the way out in one line
     * @param cause what led to it
     */
    public TensorException(String message, Throwable cause) { super(OneLine.of(message), cause); }
}
