package org.logah.engine;

/** A request that makes no sense for the tensors given. The message names the operation, the shapes and the way out. */
public class TensorException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public TensorException(String message) { super(message); }

    public TensorException(String message, Throwable cause) { super(message, cause); }
}
