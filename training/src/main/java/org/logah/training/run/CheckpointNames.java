package org.logah.training.run;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.logah.engine.io.SameFile;

/**
 * What the files beside a state are called: {@code run.best.safetensors} of {@code run.safetensors}.
 *
 * @param state the state's file
 */
record CheckpointNames(Path state) {
    private static final String SUFFIX = ".safetensors";
    private static final String STEP = "step-";

    private String end() { return String.valueOf(state.getFileName()).endsWith(SUFFIX) ? SUFFIX : ""; }

    /** The state's name without its end, with the dot that its other files have there. */
    String stem() {
        String name = String.valueOf(state.getFileName());
        return name.substring(0, name.length() - end().length()) + ".";
    }

    private Path beside(String what) { return state.resolveSibling(stem() + what + end()); }

    /** Where the best weights go. */
    Path best() { return beside("best"); }

    /** Where the state of a step goes. */
    Path numbered(int position) { return beside(STEP + position); }

    /** The same, or with a further number where something is there already. */
    Path free(int position) {
        Path free = numbered(position);
        for (int i = 2; Files.exists(free); i++) free = beside(STEP + position + "-" + i);
        return free;
    }

    /** Whether a file is, or would be, one of the numbered states. */
    boolean isNumbered(Path file) throws IOException {
        for (Path there : numbered().values()) if (SameFile.are(there, file)) return true;
        String name = String.valueOf(file.getFileName());
        return numbers().matcher(name).matches() && SameFile.are(state.resolveSibling(name), file);
    }

    private Pattern numbers() {
        return Pattern.compile(Pattern.quote(stem() + STEP) + "(\\d{1,9})" + Pattern.quote(end()));
    }

    /** What is there under the names of numbered states, by step; it may be something else. */
    NavigableMap<Integer, Path> numbered() throws IOException {
        Pattern wanted = numbers();
        NavigableMap<Integer, Path> found = new TreeMap<>();
        Path folder = state.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) return found;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path p : all) {
                Matcher m = wanted.matcher(String.valueOf(p.getFileName()));
                if (m.matches()) found.put(Integer.parseInt(m.group(1)), p);
            }
        }
        return found;
    }
}
