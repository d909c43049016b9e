package org.logah.engine.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether two names are of one file. */
public final class SameFile {
    private SameFile() {}

    /**
     * {@return whether two names are of one file, through links too where it is there}
     *
     * @param a a name
     * @param b another
     * @throws IOException if the files cannot be looked at
     */
    public static boolean are(Path a, Path b) throws IOException {
        if (Files.exists(a) && Files.exists(b)) return Files.isSameFile(a, b);
        return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
    }
}
