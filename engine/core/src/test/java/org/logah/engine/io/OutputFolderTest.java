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

    /** A disk that is not mounted, say: the link is the user's. */
    @Test
    void aLinkToNothingIsRefusedAndStays() throws IOException {
        Path link = Files.createSymbolicLink(home.resolve("link"), home.resolve("nowhere"));
        assertThrows(FileFormatException.class, () -> OutputFolder.open(link));
        assertThrows(FileFormatException.class, () -> OutputFolder.open(link.resolve("in/it")));
        assertTrue(Files.isSymbolicLink(link));
        assertFalse(Files.exists(home.resolve("nowhere")));
    }

    /** Also one in the other; where the second cannot be made, the first goes. */
    @Test
    void severalFolders() throws IOException {
        try (OutputFolder _ = OutputFolder.open(home.resolve("a/b"), home.resolve("a/b/c"), home.resolve("d"))) {
            Files.writeString(home.resolve("d/kept"), "");
        }
        assertFalse(Files.exists(home.resolve("a")));
        assertTrue(Files.exists(home.resolve("d/kept")));
        assertThrows(FileFormatException.class,
                () -> OutputFolder.open(home.resolve("e"), home.resolve("d/kept/f")));
        assertFalse(Files.exists(home.resolve("e")));
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
