package org.logah.training.run;

import org.logah.engine.io.FileFormatException;

/** A state is sound, or seems so, and of another run than the one that was to go on from it. */
public final class OtherRunException extends FileFormatException {
    private static final long serialVersionUID = 1L;

    OtherRunException(FileFormatException same) { super(same); }
}
