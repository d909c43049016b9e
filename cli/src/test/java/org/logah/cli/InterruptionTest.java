package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the program does when it is told to end: by Ctrl-C, or by the same signal's twin that services get. */
class InterruptionTest {
    @TempDir
    Path folder;

    private List<String> command(String name) {
        return List.of("train-ghn", "--batch", "2", "--meta-batch", "2", "--steps", "60", "--save-every", "1000",
                "--out", folder.resolve(name + ".safetensors").toString(), "--metrics",
                folder.resolve(name + ".csv").toString());
    }

    @Test
    void aTrainingSavesWhatItHasAndGoesOnToTheSameBits() throws Exception {
        List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-Xmx512m", "-cp",
                System.getProperty("java.class.path"), Main.class.getName()));
        line.addAll(command("part"));
        Path err = folder.resolve("err.txt");
        Process process = new ProcessBuilder(line).redirectError(err.toFile())
                .redirectOutput(folder.resolve("out.txt").toFile()).start();
        try {
            while (rows("part").size() < 3 && process.isAlive()) Thread.sleep(5);
            process.destroy();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the program does not end");
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(err);
        int done = rows("part").size() - 1;
        assertTrue(done < 60, "it was done before it was told to end");
        assertTrue(said.contains("interrupted at step " + done + "; the same command with --resume goes on"), said);
        run("part", "--resume");
        run("whole");
        assertEquals(-1, Files.mismatch(folder.resolve("whole.safetensors"), folder.resolve("part.safetensors")));
        assertEquals(rows("whole"), rows("part"));
    }

    /** The metrics file as it is now, without its last column, the rate. */
    private List<String> rows(String name) throws IOException {
        Path file = folder.resolve(name + ".csv");
        if (!Files.exists(file)) return List.of();
        return Files.readAllLines(file).stream().map(l -> l.replaceFirst(",[^,]*$", "")).toList();
    }

    private void run(String name, String... more) {
        StringWriter err = new StringWriter();
        List<String> args = new ArrayList<>(command(name));
        args.addAll(List.of(more));
        assertEquals(0, Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true),
                args.toArray(String[]::new)), err.toString());
    }
}
