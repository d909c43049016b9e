package org.logah.engine.io;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads whole small texts, such as an index or a table of results. */
public final class Utf8 {
    /** The longest array that Java is sure to make. */
    private static final long MOST = Integer.MAX_VALUE - 8L;

    private Utf8() {}

    /**
     * {@return the text of a file}
     *
     * @param file a UTF-8 text of less than 2 GB
     * @throws FileFormatException if it is missing, a folder, too large, or no UTF-8
     * @throws IOException if it cannot be read
     */
    public static String read(Path file) throws IOException {
        if (Files.isDirectory(file)) throw new FileFormatException(file, "is a folder, not a file");
        if (Files.exists(file) && !Files.isRegularFile(file))
            throw new FileFormatException(file, "is a device or a pipe, not a file");
        try {
            long size = Files.size(file);
            if (size > MOST)
                throw new FileFormatException(file, size + " bytes are too many; at most " + MOST + " are read");
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new FileFormatException(file, "no such file", e);
        } catch (CharacterCodingException e) {
            throw new FileFormatException(file, "is no UTF-8 text", e);
        }
    }
}
