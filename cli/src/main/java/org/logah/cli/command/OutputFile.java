package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.ReplacedFile;
import org.logah.engine.io.SameFile;
import org.logah.training.weights.TargetFile;

import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Checks of a file or folder that a command will write, made before the work whose result is to go there. */
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
            if (that != null && SameFile.are(file, that))
                throw new TensorException(option + " and " + other.getKey() + " are the same file, " + file
                        + "; it would be lost: choose another " + option);
        }
    }

    /**
     * Refuses to replace what a training came to, its state or its weights: what else is written can be made again in a moment.
     *
     * @param file named by {@code --out}
     * @param what would replace it
     * @param exported whether a copy of such weights is refused, too
     */
    static void requireNoTraining(Path file, String what, boolean exported) throws FileFormatException {
        if (TargetFile.isTrained(file, exported))
            throw new FileFormatException(file, "holds a training, which " + what
                    + " would replace; choose another --out, or remove it");
    }

    /**
     * Refuses a name with a slash behind it where a file is written: the file would take the place of the folder that was meant.
     *
     * @param typed what was typed
     * @param options those that name files
     */
    static void requireFiles(ParseResult typed, String... options) {
        for (String option : options) {
            OptionSpec matched = typed.matchedOption(option);
            if (matched == null) continue;
            String name = matched.originalStringValues().getLast();
            if (name.endsWith("/"))
                throw new TensorException(option + " " + name + ": the slash says a folder, and this writes a file; "
                        + "name one in it, or leave the slash out");
        }
    }

    /** Refuses a file where {@code --out} names a folder. */
    static void requireFolder(Path folder) throws FileFormatException {
        requireFolder(folder, "--out names a folder");
    }

    /**
     * Refuses a file where a folder is meant.
     *
     * @param folder which need not be there
     * @param meant the way out, for the message
     */
    static void requireFolder(Path folder, String meant) throws FileFormatException {
        if (Files.exists(folder) && !Files.isDirectory(folder))
            throw new FileFormatException(folder, "is a file; " + meant);
    }
}
