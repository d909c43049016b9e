package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.ReplacedFile;

/** Checks of a file that a command will write, made before the work whose result is to go there. */
final class OutputFile {
    private OutputFile() {}

    /**
     * Refuses what cannot be written, and what the command reads or writes under another option.
     *
     * @param option the option that names the file
     * @param file the file
     * @param others what other options name; null for options that were not given
     */
    static void check(String option, Path file, Map<String, @Nullable Path> others) throws IOException {
        ReplacedFile.requireWritable(file);
        for (Map.Entry<String, @Nullable Path> other : others.entrySet()) {
            Path that = other.getValue();
            if (that != null && same(file, that))
                throw new TensorException(option + " and " + other.getKey() + " are the same file, " + file
                        + "; it would be lost: choose another " + option);
        }
    }

    private static boolean same(Path a, Path b) throws IOException {
        return Files.exists(a) && Files.exists(b)
                ? Files.isSameFile(a, b)
                : a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
    }
}
