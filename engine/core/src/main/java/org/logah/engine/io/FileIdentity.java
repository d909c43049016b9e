package org.logah.engine.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/**
 * Which file a name leads to, and how it was when somebody looked: another one for another file of the same name, and for the same one
 * once it was written to.
 *
 * @param key the system's own name of the file, where it has one
 * @param modified when it was last written to
 * @param size bytes
 */
public record FileIdentity(Optional<Object> key, FileTime modified, long size) {

    /**
     * {@return what a name leads to now; empty for nothing that can be looked at}
     *
     * @param file the name; links are followed
     */
    public static Optional<FileIdentity> of(Path file) {
        try {
            BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(new FileIdentity(Optional.ofNullable(a.fileKey()), a.lastModifiedTime(), a.size()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
