package org.logah.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.engine.cpu.Processor;
import org.logah.engine.io.FileFormatException;

class BaselineTest {
    private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();
    @TempDir
    Path folder;

    @Test
    void thisMachineHasAKind() {
        assertTrue(Baseline.here().startsWith(Processor.here().describe() + ", "), Baseline::here);
    }

    @Test
    void tablesOfOthersStay() {
        Baseline baseline = new Baseline();
        baseline.put("one", RatiosTest.example());
        Ratios more = new Ratios();
        more.put(1, "product 2 x 2", "A", 9);
        baseline.put("two", more);
        baseline.put("one", more);
        assertEquals(9, baseline.of("one").at(1, "product 2 x 2").get("A"));
        assertEquals(0.8, baseline.of("one").at(1, "product 2 x 2").get("B"));
        assertTrue(baseline.table().startsWith("### one\n\n") && baseline.table().contains("\n### two\n"),
                baseline::table);
        assertTrue(baseline.summary().contains("On two:\n\n"), baseline::summary);
    }

    @Test
    void whatWasHeldToNarrowerVectorsIsNoPartOfTheSummary() {
        Baseline baseline = new Baseline();
        for (String width : new String[]{"256", "512"})
            baseline.put("one, vector (" + width + " bits)", RatiosTest.example());
        baseline.put("two, vector (128 bits)", RatiosTest.example());
        assertTrue(baseline.table().contains("one, vector (256 bits)"), baseline::table);
        assertFalse(baseline.summary().contains("one, vector (256 bits)"), baseline::summary);
        assertTrue(baseline.summary().contains("On one, vector (512 bits):"), baseline::summary);
        assertTrue(baseline.summary().contains("On two, vector (128 bits):"), baseline::summary);
    }

    @Test
    void filesKeepEveryRatio() throws IOException {
        Path file = folder.resolve("r.json");
        Baseline baseline = new Baseline();
        baseline.put("one", RatiosTest.example());
        baseline.put("two", new Ratios());
        baseline.write(file);
        assertEquals(Set.of("one", "two"), Baseline.read(file).processors());
        assertTrue(Baseline.read(file).of("three").threads().isEmpty());
        Ratios back = Baseline.read(file).of("one");
        assertEquals(RatiosTest.example().table(), back.table());
        assertEquals(0.8, back.at(1, "product 2 x 2").get("B"));
        assertTrue(back.at(3, "product 2 x 2").isEmpty());
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Path file = folder.resolve("r.json");
        Map<String, String> wrong = Map.of("[1]", "it is [1], not an object", "{", "is no JSON",
                "{\"p\": {\"one\": {\"a\": {\"A\": 1}}}}",
                "'one' is no number of threads", "{\"p\": {\"1\": {\"a\": null}}}", "'p.1.a' is null, not an object",
                "{\"p\": {\"1\": {\"a\": {\"A\": \"rch\"}}}}", "'p.1.a.A' is \"rch\", not a finite number");
        for (Map.Entry<String, String> w : wrong.entrySet()) {
            Files.writeString(file, w.getKey());
            String message = assertThrows(FileFormatException.class, () -> Baseline.read(file)).getMessage();
            assertTrue(message.startsWith(file + ": holds no ratios: " + w.getValue()), message);
        }
        Files.write(file, new byte[]{'{', (byte) 0xe9, '}'});
        assertEquals(file + ": is no UTF-8 text",
                assertThrows(FileFormatException.class, () -> Baseline.read(file)).getMessage());
        Files.delete(file);
        assertEquals(file + ": no such file; --save makes bench/baseline.json",
                assertThrows(FileFormatException.class, () -> Baseline.read(file)).getMessage());
    }

    @Test
    void pagesShowTheBaseline() throws IOException {
        Baseline baseline = Baseline.read(PROJECT.resolve("bench/baseline.json"));
        String readme = Files.readString(PROJECT.resolve("README.md"));
        assertEquals(Ratios.replaced(readme, "ratios", baseline.summary()), readme);
        String page = Files.readString(PROJECT.resolve("docs/performance.md"));
        assertEquals(Ratios.replaced(page, "ratios", baseline.table()), page);
    }
}
