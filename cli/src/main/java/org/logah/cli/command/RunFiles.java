package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.OutputFolder;
import org.logah.engine.io.SameFile;
import org.logah.training.run.Checkpoints;

import picocli.CommandLine.Model.CommandSpec;

/**
 * What a training writes, or, for several trainings, the folders with what each writes.
 *
 * @param out the state
 * @param metrics rows of its steps; null for none
 * @param weights its weights at the end; null for none
 */
record RunFiles(Path out, @Nullable Path metrics, @Nullable Path weights) {

    private static final String WEIGHTS = "--out-weights";

    /** Refuses a folder's name where one training is to write a file. */
    static void requireFiles(CommandSpec spec) {
        OutputFile.requireFiles(spec.commandLine().getParseResult(), "--out", "--metrics", WEIGHTS);
    }

    /** Each by the option that names it. */
    private Map<String, Path> named() {
        Map<String, Path> named = new LinkedHashMap<>(Map.of("--out", out));
        if (metrics != null) named.put("--metrics", metrics);
        if (weights != null) named.put(WEIGHTS, weights);
        return named;
    }

    /**
     * What a program keeps for itself while it writes them, and the option that names each.
     *
     * @param kept what is kept beside the state
     */
    Map<Path, String> claims(Checkpoints kept) {
        Map<Path, String> claims = new LinkedHashMap<>();
        named().forEach((option, file) -> claims.putIfAbsent(file, option));
        Path best = kept.best(out);
        if (best != null) claims.putIfAbsent(best, "--out");
        return claims;
    }

    /** The files of one of several trainings, in these folders. */
    RunFiles of(String name) {
        return new RunFiles(out.resolve(name + ".safetensors"),
                metrics == null ? null : metrics.resolve(name + ".jsonl"),
                weights == null ? null : weights.resolve(name + ".safetensors"));
    }

    /** Makes the folders, where there are none; those that nothing was written to go again at the end. */
    OutputFolder openFolders() throws IOException {
        for (Path folder : named().values())
            OutputFile.requireFolder(folder,
                    "with several learning rates or seeds, name a folder for the files of each");
        if (weights != null && SameFile.are(weights, out))
            throw new TensorException("--out-weights and --out are the same folder, " + out
                    + "; its files would have the same names: choose another --out-weights");
        return OutputFolder.open(named().values().toArray(new Path[0]));
    }

    /**
     * Refuses what cannot be written, and what the command reads or writes under another option.
     *
     * @param inputs what the command reads, by option
     * @param kept what is kept beside the state, under names that no option says
     * @param goesOn whether what is there may be gone on from
     * @param overwrites whether it may be begun anew over
     */
    void check(Map<String, @Nullable Path> inputs, Checkpoints kept, boolean goesOn, boolean overwrites)
            throws IOException {
        Map<String, @Nullable Path> others = new LinkedHashMap<>(inputs);
        for (Map.Entry<String, Path> file : named().entrySet()) {
            OutputFile.check(file.getKey(), file.getValue(), others);
            others.put(file.getKey(), file.getValue());
        }
        checkKept(kept, others);
        if (overwrites) return;
        for (Map.Entry<Path, String> file : claims(kept).entrySet())
            if (Files.exists(file.getKey())) requireReplaceable(file.getValue(), file.getKey(), goesOn);
    }

    private void requireReplaceable(String option, Path file, boolean goesOn) throws FileFormatException {
        if (!Files.exists(out))
            throw new FileFormatException(file, "is there already, and " + out
                    + ", from which its run would go on, is not; move it away, choose another " + option + (goesOn
                            ? ", or begin anew over it with --force in place of --resume"
                            : ", or --force begins anew over it"));
        if (!goesOn)
            throw new FileFormatException(file, option.equals(WEIGHTS)
                    ? "is there already; --force writes over it, or choose another --out-weights"
                    : "is there already; --resume goes on from it, --force begins anew over it");
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
