package org.logah.training.run;

import org.logah.engine.io.FileFormatException;

/** Thrown if a state belongs to another run than the one that resumes from it, or does not say to which. */
public final class OtherRunException extends FileFormatException {
    private static final long serialVersionUID = 1L;

    OtherRunException(FileFormatException same) { super(same); }
}
