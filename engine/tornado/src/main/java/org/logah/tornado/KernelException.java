package org.logah.tornado;

import org.logah.engine.TensorException;

/**
 * A kernel did not compile or did not run; nothing else was computed in its place. The message names it and the way out, so
 * commands show it in one line.
 */
public final class KernelException extends TensorException {
    private static final long serialVersionUID = 1L;

    KernelException(String message, Throwable cause) { super(message, cause); }
}
