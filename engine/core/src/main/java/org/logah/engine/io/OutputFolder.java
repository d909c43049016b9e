package org.logah.engine.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Folders that results go into. */
public final class OutputFolder {
    private OutputFolder() {}

    /**
     * Makes a folder, and those that it is in, where they are not there.
     *
     * @param folder the folder
     * @throws FileFormatException if it cannot be made, saying why
     */
    public static void create(Path folder) throws FileFormatException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new FileFormatException(folder, "the folder cannot be made (" + FileProblem.of(e) + ")", e);
        }
    }
}
