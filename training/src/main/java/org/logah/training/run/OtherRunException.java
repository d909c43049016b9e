package org.logah.training.run;

import org.logah.engine.io.FileFormatException;

/** The header of a state says another run than the one that was to go on from it, or cannot say which it is of. */
public final class OtherRunException extends FileFormatException {
    private static final long serialVersionUID = 1L;

    OtherRunException(FileFormatException same) { super(same); }
}
