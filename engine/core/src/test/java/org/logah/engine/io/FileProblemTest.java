package org.logah.engine.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileProblemTest {
    @Test
    void noClassIsNamed() {
        for (IOException e : List.of(new AccessDeniedException("a"), new NoSuchFileException("a"),
                new FileAlreadyExistsException("a"), new NotDirectoryException("a"),
                new DirectoryNotEmptyException("a"),
                new FileSystemException("a"), new MalformedInputException(1), new EOFException(), new IOException())) {
            String said = FileProblem.of(e);
            assertFalse(said.isBlank() || said.contains("Exception") || said.equals("a"), said);
        }
    }

    @Test
    void reasonsStandBehindTheName() {
        assertEquals("a: permission denied", FileProblem.line(new AccessDeniedException("a")));
        assertEquals("a: Read-only file system",
                FileProblem.line(new FileSystemException("a", null, "Read-only file system")));
        assertEquals("No space left on device", FileProblem.line(new IOException("No space left on device")));
        assertEquals("a: is short", FileProblem.line(new FileFormatException(Path.of("a"), "is short")));
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertEquals(file + ": the folder cannot be made (a file of that name is there already)",
                assertThrows(FileFormatException.class, () -> OutputFolder.create(file)).getMessage());
        OutputFolder.create(folder.resolve("a/b"));
        OutputFolder.create(folder.resolve("a/b"));
    }
}
