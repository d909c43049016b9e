package org.logah.training.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.ReplacedFile;
import org.logah.engine.io.SafetensorsReader;
import org.logah.training.run.TrainingRun.ValidationPoint;
import org.logah.training.weights.TargetFile;

/** The files of a run's {@link Checkpoints}. Each is written whole before an older one is removed. */
final class CheckpointFiles {
    private static final String BEST = "best";
    private static final String LAST = "last";
    private final Checkpoints kept;
    private final Learner learner;
    private final CheckpointNames names;
    private final Map<String, String> about;

    /** @param about what files of weights say beside that, by name */
    CheckpointFiles(Checkpoints kept, Learner learner, Path state, Map<String, String> about) {
        this.kept = kept;
        this.learner = learner;
        this.names = new CheckpointNames(state);
        this.about = about;
    }

    /**
     * Before the first step: all of it can be written, and replaces nothing else.
     *
     * @param goesOn whether the run goes on from its state
     * @param overwrites whether it may begin anew over what is there; numbered states of the former run go
     * @param steps steps at the run's end
     */
    void require(boolean goesOn, boolean overwrites, int steps) throws IOException {
        if (kept.best()) require(names.best(), BEST, goesOn, overwrites);
        Path weights = kept.weights();
        if (weights != null) {
            if (kept.isBest(names.state(), weights) || kept.isNumbered(names.state(), weights))
                throw new FileFormatException(weights,
                        "is one of those that this run keeps; choose another file for the last weights");
            require(weights, LAST, goesOn, overwrites);
        }
        if (kept.keep() == 0) return;
        ReplacedFile.requireWritable(names.numbered(steps));
        if (goesOn) return;
        for (Path old : names.numbered().values()) {
            if (!overwrites) throw there(old);
            Files.deleteIfExists(old);
        }
    }

    private void require(Path file, String kind, boolean goesOn, boolean overwrites) throws IOException {
        ReplacedFile.requireWritable(file);
        if (!Files.exists(file) || overwrites) return;
        if (!goesOn) throw there(file);
        if (!kind.equals(kind(file)))
            throw new FileFormatException(file, "is there already, and not the " + kind
                    + " weights of a training; choose another file");
    }

    private static @Nullable String kind(Path file) {
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            return in.metadata(TargetFile.CHECKPOINT);
        } catch (IOException e) {
            return null; // no file of weights at all
        }
    }

    private FileFormatException there(Path file) { return there(file, names.state()); }

    /** Of a file that a run which does not go on finds where it is to write. Without its state there is nothing to resume. */
    static FileFormatException there(Path file, @Nullable Path state) {
        return new FileFormatException(file, "is there already, and " + (state == null || Files.exists(state)
                ? "this run does not go on from it; resume it, or choose another file"
                : state + ", from which its run would go on, is not; choose another file, or begin anew over it"));
    }

    /** Keeps the weights where they are the best so far, or the first since they are kept. */
    void validated(ValidationPoint point, boolean better) throws IOException {
        Path file = names.best();
        if (kept.best() && (better || !Files.exists(file)))
            learner.saveWeights(file, header(Map.of(TargetFile.CHECKPOINT, BEST, "step",
                    Integer.toString(point.position()), "validation", Double.toString(point.loss()))));
    }

    /** In an order that is always the same. */
    private Map<String, String> header(Map<String, String> own) {
        Map<String, String> header = new TreeMap<>(own);
        header.putAll(about);
        return header;
    }

    /**
     * Keeps the state under a name of its own, then removes what are too many. States of later steps stay: somebody has gone back to an
     * earlier one, and they are replaced when the run comes to them again.
     *
     * @param header the state's
     * @param known whether the run went on from this state; what is kept of it stays as it is
     */
    void keep(Map<String, String> header, boolean known) throws IOException {
        int position = learner.position();
        if (kept.keep() == 0 || position == 0) return;
        if (!known || !Files.exists(names.numbered(position))) learner.save(names.numbered(position), header);
        NavigableMap<Integer, Path> old = new TreeMap<>(names.numbered().headMap(position, true));
        while (old.size() > kept.keep()) Files.deleteIfExists(old.pollFirstEntry().getValue());
    }

    /** Writes the weights alone, at the run's end. */
    void finish() throws IOException {
        Path file = kept.weights();
        if (file != null)
            learner.saveWeights(file,
                    header(Map.of(TargetFile.CHECKPOINT, LAST, "step", Integer.toString(learner.position()))));
    }
}
