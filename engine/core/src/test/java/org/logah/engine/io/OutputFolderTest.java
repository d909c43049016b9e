package org.logah.engine.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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
        Path there = Files.createDirectory(home.resolve("there"));
        try (OutputFolder _ = OutputFolder.open(there)) {
            assertEquals(List.of(), Files.list(there).toList());
        }
        assertTrue(Files.isDirectory(there));
    }
}
