package org.logah.engine.io;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
    @TempDir
    Path home;

    @Test
    void whatWasMadeAndStayedEmptyGoesAgain() throws IOException {
        try (OutputFolder _ = OutputFolder.open(home.resolve("a/b/c"))) {
            assertTrue(Files.isDirectory(home.resolve("a/b/c")));
        }
        assertFalse(Files.exists(home.resolve("a")));
    }

    @Test
    void ofOneThatCannotBeMadeNothingStays() {
        assertThrows(FileFormatException.class, () -> OutputFolder.open(home.resolve("a/" + "x".repeat(300))));
        assertFalse(Files.exists(home.resolve("a")));
    }

    @Test
    void whatSomethingIsInStays() throws IOException {
        try (OutputFolder _ = OutputFolder.open(home.resolve("a/b/c"))) {
            Files.writeString(home.resolve("a/b/kept"), "");
        }
        assertFalse(Files.exists(home.resolve("a/b/c")));
        assertTrue(Files.exists(home.resolve("a/b/kept")));
    }

    @Test
    void whatWasThereBeforeStaysEmptyOrNot() throws IOException {
        Path empty = Files.createDirectory(home.resolve("empty"));
        Path full = Files.createDirectory(home.resolve("full"));
        Files.writeString(full.resolve("kept"), "");
        OutputFolder.open(empty).close();
        OutputFolder.open(full).close();
        assertTrue(Files.isDirectory(empty));
        assertTrue(Files.exists(full.resolve("kept")));
    }
}
