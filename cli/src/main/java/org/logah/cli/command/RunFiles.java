package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileClaim;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.OutputFolder;
import org.logah.training.run.Checkpoints;

/**
 * What a training writes, or, for several trainings, the folders with what each writes.
 *
 * @param out the state
 * @param metrics rows of its steps; null for none
 * @param weights its weights at the end; null for none
 */
record RunFiles(Path out, @Nullable Path metrics, @Nullable Path weights) {
    /** Each with the option that names it. */
    private Map<Path, String> all() {
        Map<Path, String> all = new LinkedHashMap<>(Map.of(out, "--out"));
        if (metrics != null) all.putIfAbsent(metrics, "--metrics");
        if (weights != null) all.putIfAbsent(weights, "--out-weights");
        return all;
    }

    /**
     * Keeps all of them for this program, until it is closed.
     *
     * @param kept what is kept beside them
     */
    FileClaim claim(Checkpoints kept) throws FileFormatException { return FileClaim.of(all(kept)); }

    /**
     * Keeps the folders for this program, and all files of the trainings in them.
     *
     * @param names of the trainings
     * @param kept what each keeps beside
     * @param summary a file of all of them
     */
    FileClaim claim(List<String> names, Checkpoints kept, Path summary) throws FileFormatException {
        Map<Path, String> all = all();
        all.put(summary, "--out");
        for (String name : names) all.putAll(of(name).all(kept));
        return FileClaim.of(all);
    }

    private Map<Path, String> all(Checkpoints kept) {
        Map<Path, String> all = all();
        Path best = kept.best(out);
        if (best != null) all.putIfAbsent(best, "--out");
        return all;
    }

    /** The files of one of several trainings, in these folders. */
    RunFiles of(String name) {
        return new RunFiles(out.resolve(name + ".safetensors"),
                metrics == null ? null : metrics.resolve(name + ".jsonl"),
                weights == null ? null : weights.resolve(name + ".safetensors"));
    }

    /** Makes the folders, where there are none. */
    void makeFolders() throws IOException {
        for (Path folder : all().keySet()) {
            OutputFile.requireFolder(folder,
                    "with several learning rates or seeds, name a folder for the files of each");
            OutputFolder.create(folder);
        }
        if (weights != null && Files.isSameFile(weights, out))
            throw new TensorException("--out-weights and --out are the same folder, " + out
                    + "; its files would have the same names: choose another --out-weights");
    }

    /**
     * Refuses what cannot be written, and what the command reads or writes under another option.
     *
     * @param inputs what the command reads, by option
     * @param kept what is kept beside the state, under names that no option says
     * @param replaces whether what is there may be gone on from, or begun anew over
     */
    void check(Map<String, @Nullable Path> inputs, Checkpoints kept, boolean replaces) throws IOException {
        Map<String, @Nullable Path> others = new LinkedHashMap<>(inputs);
        OutputFile.check("--out", out, others);
        others.put("--out", out);
        if (metrics != null) OutputFile.check("--metrics", metrics, others);
        others.put("--metrics", metrics);
        if (weights != null) OutputFile.check("--out-weights", weights, others);
        others.put("--out-weights", weights);
        checkKept(kept, others);
        if (replaces) return;
        for (Path file : all().keySet()) {
            if (Files.exists(file))
                throw new FileFormatException(file, file.equals(weights)
                        ? "is there already; --force writes over it, or choose another --out-weights"
                        : "is there already; --resume goes on from it, --force begins anew over it");
        }
    }

    private void checkKept(Checkpoints kept, Map<String, @Nullable Path> others) throws IOException {
        for (Map.Entry<String, @Nullable Path> other : others.entrySet()) {
            Path that = other.getValue();
            if (that == null) continue;
            String option = kept.isBest(out, that) ? "--best" : kept.isNumbered(out, that) ? "--keep" : null;
            if (option != null)
                throw new FileFormatException(that, option + " would replace it, and it is the file of "
                        + other.getKey() + "; choose another --out");
        }
    }
}
