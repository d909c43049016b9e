package org.logah.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.engine.io.FileFormatException;

class RatiosTest {
    private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();
    @TempDir
    Path folder;

    private static Ratios example() {
        Ratios r = new Ratios();
        r.put(1, "product 2 x 2", "A", 1.5);
        r.put(1, "product 2 x 2", "B", 0.804);
        r.put(1, "product 4 x 4", "A", 1.25);
        r.put(2, "step of this", "A", 2);
        return r;
    }

    @Test
    void filesKeepEveryRatio() throws IOException {
        Path file = folder.resolve("r.json");
        example().write(file);
        Ratios back = Ratios.read(file);
        assertEquals(example().table(), back.table());
        assertEquals(0.8, back.at(1, "product 2 x 2").get("B"));
        assertTrue(back.at(3, "product 2 x 2").isEmpty());
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Path file = folder.resolve("r.json");
        Map<String, String> wrong = Map.of("[1]", "it is [1], not an object", "{", "is no JSON",
                "{\"one\": {\"a\": {\"A\": 1}}}",
                "'one' is no number of threads", "{\"1\": {\"a\": null}}", "'1.a' is null, not an object",
                "{\"1\": {\"a\": {\"A\": \"rch\"}}}", "'1.a.A' is \"rch\", not a finite number");
        for (Map.Entry<String, String> w : wrong.entrySet()) {
            Files.writeString(file, w.getKey());
            String message = assertThrows(FileFormatException.class, () -> Ratios.read(file)).getMessage();
            assertTrue(message.startsWith(file + ": holds no ratios: " + w.getValue()), message);
        }
        Files.write(file, new byte[]{'{', (byte) 0xe9, '}'});
        assertEquals(file + ": is no UTF-8 text",
                assertThrows(FileFormatException.class, () -> Ratios.read(file)).getMessage());
        Files.delete(file);
        assertEquals(file + ": no such file; --save makes bench/baseline.json",
                assertThrows(FileFormatException.class, () -> Ratios.read(file)).getMessage());
    }

    @Test
    void onlyLossesBeyondTheShareAreReported() {
        Ratios now = new Ratios();
        now.put(1, "product 2 x 2", "A", 1.36);
        now.put(1, "product 2 x 2", "B", 0.7);
        now.put(1, "product 8 x 8", "A", 0.1);
        now.put(2, "step of this", "A", 3);
        assertEquals("[product 2 x 2 on 1 thread: 0.70 of B, was 0.80]",
                now.lossesSince(example(), 0.1).toString());
    }

    @Test
    void aSummaryGivesEachKindItsMedianAndLeast() { assertEquals("""
            | | 1 thread: A | 1 thread: B | 2 threads: A |
            |---|---:|---:|---:|
            | product | 1.38 (least 1.25) | 0.80 |  |
            | step of this |  |  | 2.00 |
            """, example().summary()); }

    @Test
    void aPageKeepsWhatStandsAroundATable() throws IOException {
        String page = "a\n<!-- x -->\n\nold\n\n<!-- end -->\nb\n";
        assertEquals("a\n<!-- x -->\n\nnew\n\n<!-- end -->\nb\n", Ratios.replaced(page, "x", "new\n"));
        assertThrows(IOException.class, () -> Ratios.replaced(page, "y", "new\n"));
    }

    @Test
    void pagesShowTheBaseline() throws IOException {
        Ratios baseline = Ratios.read(PROJECT.resolve("bench/baseline.json"));
        String readme = Files.readString(PROJECT.resolve("README.md"));
        assertEquals(Ratios.replaced(readme, "ratios", baseline.summary()), readme);
        String page = Files.readString(PROJECT.resolve("docs/performance.md"));
        assertEquals(Ratios.replaced(page, "ratios", baseline.table()), page);
    }
}
