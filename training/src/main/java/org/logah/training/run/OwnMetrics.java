package org.logah.training.run;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SameFile;

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

    /** {@return whether the state says that a file is its run's} */
    boolean isNamed(Path file) throws IOException {
        return nameOf(file).equals(name);
    }

    /** {@return whether the state says nothing that a file could be told by: only its rows can say whose it is} */
    boolean isUnknown() throws IOException {
        Path named = named();
        return name == null || (named != null && !Files.exists(named));
    }

    /** From now on they are in this file. */
    void set(Path file) throws IOException { name = nameOf(file); }

    /** {@return why another file may be another run's, and what to do} */
    String refusal() throws IOException {
        Path named = named();
        String other = "choose a file that is not there";
        String problem = "may hold metrics of another training; ";
        if (name == null) return problem + "the state does not say where this one's are; " + other;
        if (named == null) return problem + "the state knows of none of this one; " + other;
        return problem + "this one's are in " + named + (Files.exists(named)
                ? "; go on with those, or " + other
                : ", which is not there; " + other);
    }

    private @Nullable Path named() throws IOException {
        if (name == null || name.equals(NONE)) return null;
        int last = name.lastIndexOf('/') + 1;
        String own = name.substring(last);
        String whole = own.startsWith(STEM) ? name.substring(0, last) + stem() + own.substring(STEM.length()) : name;
        return SameFile.real(state).resolveSibling(whole).normalize();
    }

    private String stem() { return new CheckpointNames(state).stem(); }

    /** Seen from the state's folder, whatever links lead to either, so that both may move together. */
    private String nameOf(Path file) throws IOException {
        Path to = SameFile.real(file);
        Path folder = SameFile.real(state).getParent();
        Path seen = folder == null || !Objects.equals(folder.getRoot(), to.getRoot()) ? to : folder.relativize(to);
        String path = seen.toString().replace(File.separatorChar, '/');
        int last = path.lastIndexOf('/') + 1;
        String own = path.substring(last);
        return own.startsWith(stem()) ? path.substring(0, last) + STEM + own.substring(stem().length()) : path;
    }
}
