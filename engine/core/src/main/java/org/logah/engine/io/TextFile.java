package org.logah.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Writes whole files, as {@link ReplacedFile} does. */
public final class TextFile {
    private TextFile() {}

    /**
     * Writes a text in UTF-8.
     *
     * @param file where to
     * @param text what is written
     * @throws FileFormatException if it cannot be written
     */
    public static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes bytes.
     *
     * @param file where to
     * @param content what is written
     * @throws FileFormatException if they cannot be written
     */
    public static void write(Path file, byte[] content) throws IOException {
        try (ReplacedFile out = begin(file, content)) {
            out.rename();
        }
    }

    /**
     * Writes a text that is to get its name later, with something else.
     *
     * @param file where to
     * @param text what is written
     * @return to be {@link ReplacedFile#commit committed} and closed
     * @throws FileFormatException if it cannot be written
     */
    public static ReplacedFile begin(Path file, String text) throws IOException {
        return begin(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static ReplacedFile begin(Path file, byte[] content) throws IOException {
        ReplacedFile out = ReplacedFile.begin(file);
        try {
            out.write(ByteBuffer.wrap(content), 0);
            out.sync(); // only then is there room for it
            return out;
        } catch (IOException e) {
            out.close();
            throw e;
        }
    }
}
