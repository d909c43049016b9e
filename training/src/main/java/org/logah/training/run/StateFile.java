package org.logah.training.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;

/** A run's state file: saves and restores the learner's state and what the header says of the run. */
final class StateFile {
    private final Learner learner;
    private final Path file;
    private final RunHeader header;
    /** The position that the file had when the run went on from it. */
    private int resumedAt = -1;
    /** The position of the state that is kept now, for the message if the run fails. */
    private int keptAt = -1;
    /** Where that state is. */
    private Path keptIn;
    private final KnownFile known;
    private final CheckpointNames names;

    StateFile(Learner learner, Path file, RunHeader header) {
        this.learner = learner;
        this.file = file;
        this.keptIn = file;
        this.known = new KnownFile(file);
        this.names = new CheckpointNames(file);
        this.header = header;
    }

    Path file() { return file; }

    /**
     * Restores the state from the file, which must exist.
     *
     * @param history gets the history in the state
     * @return the kernels that computed it, if known and not the current ones; else null
     * @throws OtherRunException if it is of something else than what is trained here
     * @throws FileFormatException if it is no state
     */
    @Nullable
    String restore(RunHistory history) throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            requireOwn(in);
            history.restore(in);
            learner.restore(file);
            resumedAt = learner.position();
            keptAt = resumedAt;
            take();
            return header.otherKernels(in);
        }
    }

    private void requireOwn(SafetensorsReader in) throws IOException {
        try {
            learner.requireOwn(in);
            header.requireSame(in);
        } catch (FileFormatException e) {
            throw new OtherRunException(e);
        }
    }

    /** The file may be replaced as it is now. */
    void take() { known.take(); }

    void save(RunHistory history) throws IOException {
        if (known.isOfAnother(this::isOwn)) throw onceSavedBeside(history, known.writtenMeanwhile());
        learner.save(file, header.of(history));
        take();
        kept(file);
    }

    private void kept(Path in) {
        keptIn = in;
        keptAt = learner.position();
    }

    /** The state is kept as it is now under the name of its step. */
    void keptBeside() {
        if (keptAt < learner.position()) kept(names.numbered(learner.position()));
    }

    private boolean isOwn() throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            requireOwn(in);
            return true;
        }
    }

    /** Keeps the steps of a run whose file was taken from it, under the name of a numbered state. */
    private FileFormatException onceSavedBeside(RunHistory history, FileFormatException e) {
        if (keptIn.equals(file)) keptAt = -1; // what was kept there is gone
        if (keptAt == learner.position()) return e;
        try {
            Path beside = names.free(learner.position());
            learner.save(beside, header.of(history));
            kept(beside);
        } catch (IOException again) {
            e.addSuppressed(again);
        }
        return e;
    }

    /** Whether the file holds the current state: the run resumed from it, has done no step since, and found nothing better. */
    boolean isUnchanged(RunHistory history) throws IOException {
        if (resumedAt != learner.position()) return false;
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            return header.isIn(in, history);
        }
    }

    /** The same, naming the step to resume from. */
    FileFormatException sayingWhatIsKept(FileFormatException e) {
        if (keptAt < 1 || !Files.exists(keptIn)) return e.with("no step of this run is in " + file);
        return e.with("step " + keptAt + " is in " + keptIn + (keptIn.equals(file)
                ? ", from where the training can be resumed"
                : "; the training can be resumed once that is called " + file.getFileName()));
    }
}
