package org.logah.tornado;

/** A kernel did not compile or did not run; nothing else was computed in its place. */
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KernelException(String message, Throwable cause) { super(message, cause); }
}
