package org.logah.training.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.FileIdentity;

/** A file that a run writes again and again, and how it was when the run last knew it. */
final class KnownFile {
    private final Path file;
    /** Nothing as long as the run neither found it nor wrote it. */
    private Optional<FileIdentity> known = Optional.empty();

    KnownFile(Path file) { this.file = file; }

    /** Tells by a file's content whose it is. */
    @FunctionalInterface
    interface Ownership { boolean isOwn() throws IOException; }

    /** The file may be replaced as it is now; what is written there later, by another program, may not. */
    void take() {
        known = FileIdentity.of(file);
    }

    /**
     * Whether another program has written the file. One of this run's that somebody put back is none of another's.
     *
     * @param content asked where the file is not as it was
     */
    boolean isOfAnother(Ownership content) {
        Optional<FileIdentity> now = FileIdentity.of(file);
        if (now.isEmpty() || now.equals(known)) return false;
        try {
            return known.isEmpty() || !content.isOwn();
        } catch (IOException e) {
            return true; // it cannot be read
        }
    }

    /** The error for a file that another program has written. */
    FileFormatException writtenMeanwhile() {
        return new FileFormatException(file, "has been written by another program while this one was training; "
                + "move it away, or choose another file");
    }
}
