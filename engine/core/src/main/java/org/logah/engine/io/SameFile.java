package org.logah.engine.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether two names are of one file. */
public final class SameFile {
    private static final int MOST_LINKS = 40;

    private SameFile() {}

    /**
     * {@return whether two names are of one file, through links too, also where it is not there yet}
     *
     * @param a a name
     * @param b another
     * @throws IOException if the files cannot be looked at
     */
    public static boolean are(Path a, Path b) throws IOException {
        if (Files.exists(a) && Files.exists(b)) return Files.isSameFile(a, b);
        return real(a).equals(real(b));
    }

    /** Where links lead, also to nothing yet. */
    static Path followed(Path file) throws IOException {
        Path at = file;
        for (int i = 0; Files.isSymbolicLink(at); i++) {
            if (i == MOST_LINKS)
                throw new FileFormatException(file, "cannot be written (its links lead in a circle)");
            at = at.resolveSibling(Files.readSymbolicLink(at));
        }
        return at;
    }

    /**
     * {@return where a name leads: the part of it that is there, without links, and the rest behind}
     *
     * @param file a name
     * @throws IOException if its folders cannot be looked at
     */
    public static Path real(Path file) throws IOException {
        Path whole = followed(file.toAbsolutePath());
        for (Path there = whole; there != null; there = there.getParent()) {
            if (Files.exists(there)) return there.toRealPath().resolve(there.relativize(whole)).normalize();
        }
        return whole.normalize();
    }
}
