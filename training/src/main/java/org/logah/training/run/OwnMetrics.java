package org.logah.training.run;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.SafetensorsReader;

/**
 * Which file has a run's metrics, as its state says it. Rows of two runs can be the same for as long as their rates are, so that a
 * file's contents do not tell whose it is.
 */
final class OwnMetrics {
    private static final String KEY = "metrics";
    /** In place of the state's own name, so that a copy of both under another name is a run with its metrics again. */
    private static final String STEM = "*";
    private static final String NONE = "";
    private final Path state;
    /** Null where the state is of an earlier version. */
    private @Nullable String name = NONE;

    /** @param state the run's state file */
    OwnMetrics(Path state) { this.state = state; }

    void saveTo(Map<String, String> header) { if (name != null) header.put(KEY, name); }

    void restore(SafetensorsReader in) { name = in.metadata(KEY); }

    /** {@return whether the state says that a file is its run's, or says nothing} */
    boolean mayBe(Path file) {
        return name == null || name.equals(nameOf(file));
    }

    /** {@return whether the state says that a file is its run's} */
    boolean are(Path file) {
        return nameOf(file).equals(name);
    }

    /** From now on they are in this file. */
    void set(Path file) { name = nameOf(file); }

    /** {@return where they are, and what to do about another file, in words} */
    String described() {
        String other = "choose a file that is not there";
        if (name == null || name.equals(NONE)) return "this one has written none yet; " + other;
        return "this one's are in " + state.resolveSibling(name.replace(STEM, stem())) + "; go on with those, or "
                + other;
    }

    private String stem() { return new CheckpointNames(state).stem(); }

    /** Seen from the state's folder, so that both may move together. */
    private String nameOf(Path file) {
        Path to = file.toAbsolutePath().normalize();
        Path folder = state.toAbsolutePath().normalize().getParent();
        String path = String
                .valueOf(folder == null || !Objects.equals(folder.getRoot(), to.getRoot()) ? to : folder.relativize(to))
                .replace('\\', '/');
        int last = path.lastIndexOf('/') + 1;
        String own = path.substring(last);
        return own.startsWith(stem()) ? path.substring(0, last) + STEM + own.substring(stem().length()) : path;
    }
}
