package org.logah.training.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {
    private static final TrainingStep THIRD = new TrainingStep(2, 1.5, 1, 0.1, 8, true);
    private static final String HEADER = "step,loss,validation,gradient_norm,learning_rate,per_second\n";
    @TempDir
    Path folder;

    /** A run that was begun with a version that knew no accuracy. */
    @Test
    void rowsOfFewerColumnsAreKept() throws IOException {
        Path file = folder.resolve("x.csv");
        Files.writeString(file, """
                step,loss,validation,gradient_norm,learning_rate,per_second
                0,2.5,3.5,1.0,0.1,7.0
                1,2.25,,1.0,0.1,7.0
                2,2.0,,1.0,0.1,7.0
                3,2.0,,1
                """);
        try (MetricsFile metrics = new MetricsFile(file, 2, List.of("accuracy"), MetricsFile.Former.UNKNOWN)) {
            metrics.row(THIRD, 1.25, Map.of("accuracy", 0.5), 8);
        }
        assertEquals(List.of("step,loss,validation,accuracy,gradient_norm,learning_rate,per_second",
                "0,2.5,3.5,,1.0,0.1,7.0", "1,2.25,,,1.0,0.1,7.0", "2,1.5,1.25,0.5,1.0,0.1,8.0"),
                Files.readAllLines(file));
    }

    @Test
    void columnsThatThisRunDoesNotHaveAreNotDropped() throws IOException {
        Path file = folder.resolve("x.csv");
        String whole = "step,loss,validation,accuracy,gradient_norm,learning_rate,per_second\n0,2.5,3.5,0.5,1.0,0.1,7.0\n";
        Files.writeString(file, whole);
        assertEquals(
                file + ": has the columns step,loss,validation,accuracy,gradient_norm,learning_rate,per_second, this "
                        + "run writes step,loss,validation,gradient_norm,learning_rate,per_second; choose another file",
                assertThrows(IOException.class, () -> new MetricsFile(file, 1)).getMessage());
        assertEquals(whole, Files.readString(file));
    }

    @Test
    void linesOfJsonHaveWhatThereIs() throws IOException {
        Path file = folder.resolve("x.jsonl");
        Files.writeString(file, "{\"step\":0,\"loss\":2.5}\n{\"step\":1,\"loss\":2.25}\n");
        try (MetricsFile metrics = new MetricsFile(file, 2, List.of("accuracy"), MetricsFile.Former.UNKNOWN)) {
            metrics.row(THIRD, 1.25, Map.of("accuracy", 0.5), 8);
        }
        assertEquals("{\"step\":2,\"loss\":1.5,\"validation\":1.25,\"accuracy\":0.5,\"gradient_norm\":1.0,"
                + "\"learning_rate\":0.1,\"per_second\":8.0}", Files.readAllLines(file).getLast());
    }

    @Test
    void aRunWithNothingLeftToDoLeavesNoEmptyFile() throws IOException {
        Path file = folder.resolve("x.csv");
        new MetricsFile(file, 2).close();
        assertFalse(Files.exists(file));
        try (MetricsFile metrics = new MetricsFile(file, 2)) {
            metrics.row(THIRD, null, Map.of(), 8);
        }
        assertEquals(List.of("step,loss,validation,gradient_norm,learning_rate,per_second", "2,1.5,,1.0,0.1,8.0"),
                Files.readAllLines(file));
    }

    /** Steps before that no row is of: cut off, or of a run that kept none. */
    @Test
    void rowsThatLackAreCounted() throws IOException {
        Path csv = folder.resolve("x.csv");
        Files.writeString(csv, HEADER + "0,2.5,,1.0,0.1,7.0\n1,2.5,,1.0,0.1,7.0\n2,2.5,,1");
        assertEquals(3, lacking(csv, 5));
        Files.writeString(csv, HEADER + "0,2.5,,1.0,0.1,7.0\n1,2.5,,1.0,0.1,7.0\n");
        assertEquals(0, lacking(csv, 2));
        assertEquals(0, lacking(csv, 1), "rows of later steps go");
        Path json = folder.resolve("x.jsonl");
        Files.writeString(json, "{\"step\":0,\"loss\":2.5}\n{\"step\":1,\"lo");
        assertEquals(1, lacking(json, 2));
        assertEquals(7, lacking(folder.resolve("none.csv"), 7));
        assertEquals(0, lacking(folder.resolve("none.csv"), 0));
    }

    /** A row that ends within its last number looks like a whole one with another number. */
    @Test
    void aRowThatIsCutInItsLastColumnIsNone() throws IOException {
        Path csv = folder.resolve("x.csv");
        String kept = HEADER + "0,2.5,,1.0,0.1,7.0\n";
        Files.writeString(csv, kept + "1,2.5,,1.0,0.1,71");
        assertEquals(1, lacking(csv, 2));
        assertEquals(kept, Files.readString(csv));
    }

    /** They would be cut, and gone on with as if they were of this one. */
    @Test
    void metricsOfAnotherTrainingAreRefused() throws IOException {
        Map<String, String> files = Map.of("x.csv",
                HEADER + "0,3.5,,1.0,0.1,7.0\n1,2.5,,1.0,0.1,7.0\n2,2.0,,1.0,0.1,7.0\n",
                "x.jsonl", "{\"step\":0,\"loss\":3.5}\n{\"step\":1,\"loss\":2.5,\"validation\":1.0}\n");
        for (Map.Entry<String, String> e : files.entrySet()) {
            Path file = Files.writeString(folder.resolve(e.getKey()), e.getValue());
            assertEquals(
                    file + ": holds metrics of another training: its loss in step 1 is 2.5, this one's was 2.25; choose another file",
                    assertThrows(IOException.class,
                            () -> new MetricsFile(file, 2, List.of(), new MetricsFile.Former(2.25, null)))
                            .getMessage());
            assertEquals(e.getValue(), Files.readString(file));
            new MetricsFile(file, 2, List.of(), new MetricsFile.Former(2.5, null)).close();
            new MetricsFile(file, 1, List.of(), new MetricsFile.Former(3.5, null)).close();
        }
    }

    private static int lacking(Path file, int firstStep) throws IOException {
        try (MetricsFile metrics = new MetricsFile(file, firstStep)) {
            return metrics.lacking();
        }
    }

    @Test
    void rowsThatAllStayAreNotWrittenAgain() throws IOException {
        Path file = folder.resolve("x.jsonl");
        Files.writeString(file, "{\"step\":0,\"loss\":2.5}\n");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
        new MetricsFile(file, 1).close();
        assertEquals(1000, Files.getLastModifiedTime(file).toMillis());
    }
}
