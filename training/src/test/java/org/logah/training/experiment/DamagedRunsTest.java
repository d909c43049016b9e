package org.logah.training.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.logah.engine.io.FileFormatException;
import org.logah.training.damage.Damage;

/** What an experiment makes of damaged runs of before. */
@Timeout(60)
class DamagedRunsTest {
    private static final Curve CURVE = new Curve(1, "random", 0.001, List.of(0, 5),
            List.of(5.5, 4.25), true, "before", "after", List.of(), "");
    @TempDir
    Path folder;

    private Path kept() throws IOException {
        Files.createDirectories(folder.resolve("runs"));
        new RunFolder(new StartComparison.Folders(folder, null)).keep(CURVE);
        return folder.resolve("runs/random-0.001-1.json");
    }

    @Test
    void curves() throws IOException {
        Path file = kept();
        Damage.check(Files.readAllBytes(file), file, 300,
                _ -> new RunFolder(new StartComparison.Folders(folder, null)).curve(1, "random", 0.001, ""));
    }

    /** Of a start whose first validation was no number. */
    @Test
    void aCurveThatEndedBeforeItsFirstPointIsKept() throws IOException {
        Files.createDirectories(folder.resolve("runs"));
        RunFolder runs = new RunFolder(new StartComparison.Folders(folder, null));
        Curve none = new Curve(1, "random", 0.001, List.of(), List.of(), false, "before", "", List.of(), "");
        runs.keep(none);
        assertEquals(none, runs.curve(1, "random", 0.001, ""));
    }

    @Test
    void aCurveWithoutALossIsNone() throws IOException {
        Path file = kept();
        Files.writeString(file, Files.readString(file).replaceAll("(?s)\\[[^]]*]", "[]"));
        String message = assertThrows(FileFormatException.class,
                () -> new RunFolder(new StartComparison.Folders(folder, null)).curve(1, "random", 0.001, ""))
                .getMessage();
        assertTrue(message.endsWith("; delete it, and it is made anew"), message);
    }
}
