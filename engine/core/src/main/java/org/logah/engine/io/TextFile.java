package org.logah.engine.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes whole files beside their name and renames them. */
public final class TextFile {
    private TextFile() {}

    /**
     * Writes a text in UTF-8.
     *
     * @param file where to
     * @param text what is written
     * @throws IOException if it cannot be written
     */
    public static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes bytes.
     *
     * @param file where to
     * @param content what is written
     * @throws IOException if they cannot be written
     */
    public static void write(Path file, byte[] content) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.write(partial, content);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new FileFormatException(file, "cannot be written (" + e.getClass().getSimpleName() + ")", e);
        }
    }
}
