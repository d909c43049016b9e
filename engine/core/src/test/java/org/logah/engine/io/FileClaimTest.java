package org.logah.engine.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileClaimTest {
    @TempDir
    Path home;

    @Test
    void oneAtATimeWhicheverWayItIsNamed() throws IOException {
        Path file = home.resolve("model.safetensors");
        Path other = home.resolve("x/../model.safetensors");
        try (FileClaim _ = FileClaim.of(file)) {
            FileFormatException e = assertThrows(FileFormatException.class, () -> FileClaim.of(other));
            assertTrue(
                    e.getMessage().contains(
                            "another program is writing it; wait until that has ended, or choose another --out"),
                    e.getMessage());
            FileClaim.of(home.resolve("another")).close();
        }
        FileClaim.of(other).close();
    }

    @Test
    void ofSeveralNamesAllAreClaimedOrNone() throws IOException {
        Path state = home.resolve("model.safetensors");
        Path metrics = home.resolve("m.csv");
        Map<Path, String> both = new LinkedHashMap<>(Map.of(state, "--out"));
        both.put(metrics, "--metrics");
        try (FileClaim _ = FileClaim.of(metrics)) {
            FileFormatException e = assertThrows(FileFormatException.class, () -> FileClaim.of(both));
            assertTrue(e.getMessage().contains("m.csv: another program is writing it"), e.getMessage());
            assertTrue(e.getMessage().endsWith("choose another --metrics"), e.getMessage());
            FileClaim.of(state).close();
        }
        both.put(home.resolve("x/../m.csv"), "--out-weights");
        try (FileClaim _ = FileClaim.of(both)) {
            for (Path file : both.keySet()) assertThrows(FileFormatException.class, () -> FileClaim.of(file));
        }
        for (Path file : both.keySet()) FileClaim.of(file).close();
    }

    @Test
    void aNameThroughALinkIsTheSameBeforeItsFolderIsThereAndAfter() throws IOException {
        Path real = Files.createDirectory(home.resolve("real"));
        Path link = Files.createSymbolicLink(home.resolve("link"), real);
        try (FileClaim _ = FileClaim.of(link.resolve("later/model.safetensors"))) {
            Files.createDirectory(real.resolve("later"));
            for (Path folder : List.of(link, real)) {
                assertThrows(FileFormatException.class, () -> FileClaim.of(folder.resolve("later/model.safetensors")));
            }
        }
    }

    /** A program that is killed gives nothing free by itself. */
    @Test
    void aKilledProgramLeavesNoClaim() throws IOException, InterruptedException {
        Path file = home.resolve("model.safetensors");
        Process holder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"), "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(), file.toString()).redirectErrorStream(true).start();
        try (var out = holder.inputReader(StandardCharsets.UTF_8)) {
            assertEquals("claimed", out.readLine());
            assertThrows(FileFormatException.class, () -> FileClaim.of(file));
            assertThrows(FileFormatException.class, () -> FileClaim.of(file), "a refusal gives nothing free");
            FileClaim.of(home.resolve("another")).close();
            assertThrows(FileFormatException.class, () -> FileClaim.of(file), "nor does the end of another claim");
        } finally {
            holder.destroyForcibly().waitFor();
        }
        FileClaim.of(file).close();
        assertEquals(List.of(), Files.list(home).toList(), "nothing lies beside the file");
    }

    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws IOException, InterruptedException {
            try (FileClaim _ = FileClaim.of(Path.of(args[0]))) {
                System.out.println("claimed");
                Thread.sleep(60_000);
            }
        }
    }
}
