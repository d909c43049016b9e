package org.logah.training.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.optim.TrainingState;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.FileProblem;
import org.logah.engine.io.ReplacedFile;
import org.logah.engine.io.SafetensorsReader;
import org.logah.training.run.TrainingRun.ValidationPoint;
import org.logah.training.weights.TargetFile;

/** The files of a run's {@link Checkpoints}. Each is written whole before an older one is removed. */
final class CheckpointFiles {
    private static final String BEST = "best";
    private static final String LAST = "last";
    private static final String VALIDATION = "validation";
    private final Checkpoints kept;
    private final Learner learner;
    private final CheckpointNames names;
    private final RunHeader run;
    /** Numbered states and best weights of a former run, which this one begins anew over. */
    private final List<Path> former = new ArrayList<>();
    /** Weights that may be replaced, as they were left: this run's, or what it begins anew over. */
    private final Map<Path, KnownFile> mine = new HashMap<>();

    CheckpointFiles(Checkpoints kept, Learner learner, Path state, RunHeader run) {
        this.kept = kept;
        this.learner = learner;
        this.names = new CheckpointNames(state);
        this.run = run;
    }

    /**
     * Checks before the first step that all of it can be written and replaces nothing else. Changes nothing.
     *
     * @param goesOn whether the run resumes from its state
     * @param overwrites whether it may replace what is there; see {@link #removeFormer}
     * @param steps steps at the run's end
     * @param validation at which states are kept; null for none
     */
    void require(boolean goesOn, boolean overwrites, int steps, @Nullable Validation validation) throws IOException {
        former.clear();
        if (kept.best()) require(names.best(), BEST, goesOn, overwrites);
        if (kept.best() && overwrites && !goesOn) former.add(names.best());
        Path weights = kept.weights();
        if (weights != null) {
            if (kept.isBest(names.state(), weights) || kept.isNumbered(names.state(), weights))
                throw new FileFormatException(weights,
                        "is one of those that this run keeps; choose another file for the last weights");
            require(weights, LAST, goesOn, overwrites);
        }
        if (kept.keep() == 0) return;
        ReplacedFile.requireWritable(names.numbered(steps));
        for (Map.Entry<Integer, Path> old : names.numbered().entrySet()) {
            int step = old.getKey();
            boolean willBeKept = validation != null && step >= Math.max(1, learner.position()) && step <= steps
                    && validation.isAt(step, steps);
            if (isState(old.getValue(), step, goesOn)) {
                if (goesOn) continue;
                if (!overwrites) throw there(old.getValue());
                former.add(old.getValue());
            } else if (willBeKept) {
                throw notMine(old.getValue());
            }
        }
    }

    /** Removes the numbered states and best weights of a former run, once nothing speaks against beginning anew any more. */
    void removeFormer() throws IOException {
        for (Path file : former) delete(file);
        former.clear();
    }

    private static FileFormatException notMine(Path file) {
        return new FileFormatException(file,
                "is there already, where this training would keep a state, and is none of its; move it away");
    }

    /** Whether a file is the state of a step, of this run alone or of any run of this learner. Others are left alone. */
    private boolean isState(Path file, int step, boolean ofThisRun) {
        return isOwn(file, ofThisRun, in -> TrainingState.step(in) == step);
    }

    /** What a file of one's own must be beside that. */
    @FunctionalInterface
    private interface Kind { boolean is(SafetensorsReader in) throws IOException; }

    private boolean isOwn(Path file, boolean ofThisRun, Kind kind) {
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            learner.requireOwn(in);
            if (ofThisRun) run.requireSame(in);
            return kind.is(in);
        } catch (IOException e) {
            return false; // of something else, or none that can be read
        }
    }

    private void require(Path file, String kind, boolean goesOn, boolean overwrites) throws IOException {
        ReplacedFile.requireWritable(file);
        if (!Files.exists(file)) return;
        known(file).take();
        if (overwrites) return;
        if (!goesOn) throw there(file);
        if (!isWeights(file, kind))
            throw new FileFormatException(file, "is there already, and not the " + kind
                    + " weights of this training; move it away");
    }

    /** Whether a file has weights that this run kept. Earlier versions' do not name their run and pass. */
    private boolean isWeights(Path file, String kind) {
        return isOwn(file, true, in -> kind.equals(in.metadata(TargetFile.CHECKPOINT)));
    }

    private FileFormatException there(Path file) { return there(file, names.state()); }

    /** The error for an existing file if the run does not resume; the way out depends on whether its state exists. */
    static FileFormatException there(Path file, @Nullable Path state) {
        return new FileFormatException(file, "is there already, and " + (state == null || Files.exists(state)
                ? "this run does not go on from it; resume it, or choose another file"
                : state + ", from which its run would go on, is not; move it away, choose another file, or begin anew over it"));
    }

    /**
     * Keeps the weights where their loss is below that of the ones that are kept. Those need not be the run's best: it may have come
     * to that when no weights were kept.
     */
    void validated(ValidationPoint point) throws IOException {
        Path file = names.best();
        if (!kept.best()) return;
        requireOwn(file, BEST);
        double there = lossIn(file);
        if (Double.isNaN(there) || point.loss() < there)
            saveWeights(file, Map.of(TargetFile.CHECKPOINT, BEST, "step", Integer.toString(point.position()),
                    VALIDATION, Double.toString(point.loss())));
    }

    /** The validation loss of weights that are kept; not a number where there are none, or it is none. */
    private static double lossIn(Path file) throws IOException {
        if (!Files.exists(file)) return Double.NaN;
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            String said = in.metadata(VALIDATION);
            return said == null ? Double.NaN : Double.parseDouble(said);
        } catch (FileFormatException | NumberFormatException e) {
            return Double.NaN; // another program's, which is not written over
        }
    }

    private void saveWeights(Path file, Map<String, String> own) throws IOException {
        requireOwn(file, String.valueOf(own.get(TargetFile.CHECKPOINT)));
        learner.saveWeights(file, header(own));
        known(file).take();
    }

    private void requireOwn(Path file, String kind) throws FileFormatException {
        if (known(file).isOfAnother(() -> isWeights(file, kind))) throw known(file).writtenMeanwhile();
    }

    private KnownFile known(Path file) { return mine.computeIfAbsent(file, KnownFile::new); }

    /** In an order that is always the same. */
    private Map<String, String> header(Map<String, String> own) {
        Map<String, String> header = new TreeMap<>(own);
        header.putAll(run.ofWeights());
        return header;
    }

    /**
     * Saves the state under its step's name, then removes the oldest ones beyond the number kept. States of later steps stay;
     * they are replaced when the run comes to them again.
     *
     * @param header the state's
     * @param known whether the run resumed from this state; an existing file then stays as it is
     * @return whether this step's state is one that is kept
     */
    boolean keep(Map<String, String> header, boolean known) throws IOException {
        int position = learner.position();
        if (kept.keep() == 0 || position == 0) return false;
        Path file = names.numbered(position);
        boolean there = Files.exists(file);
        if (there && !isState(file, position, true)) throw notMine(file);
        if (!known || !there) learner.save(file, header);
        NavigableMap<Integer, Path> old = new TreeMap<>();
        for (Map.Entry<Integer, Path> e : names.numbered().headMap(position, true).entrySet())
            if (isState(e.getValue(), e.getKey(), true)) old.put(e.getKey(), e.getValue());
        while (old.size() > kept.keep()) delete(old.pollFirstEntry().getValue());
        return true;
    }

    private static void delete(Path file) throws FileFormatException {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new FileFormatException(file, "cannot be removed (" + FileProblem.of(e) + ")", e);
        }
    }

    /** Writes the weights alone, at the run's end. */
    void finish() throws IOException {
        Path file = kept.weights();
        if (file != null)
            saveWeights(file, Map.of(TargetFile.CHECKPOINT, LAST, "step", Integer.toString(learner.position())));
    }
}
