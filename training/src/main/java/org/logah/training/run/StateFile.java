package org.logah.training.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.FileIdentity;
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
    /** The file as this run left it, or found it and may replace it. */
    private Optional<FileIdentity> mine = Optional.empty();

    StateFile(Learner learner, Path file, RunHeader header) {
        this.learner = learner;
        this.file = file;
        this.keptIn = file;
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

    /** The file may be replaced as it is now; what is written there later, by another program, may not. */
    void take() {
        mine = FileIdentity.of(file);
    }

    /** The error for a file that another program has written since this run last knew it. */
    static FileFormatException writtenMeanwhile(Path file) {
        return new FileFormatException(file, "has been written by another program while this one was training; "
                + "move it away, or choose another file");
    }

    void save(RunHistory history) throws IOException {
        if (isOfAnother()) {
            saveBeside(history);
            throw writtenMeanwhile(file);
        }
        learner.save(file, header.of(history));
        take();
        kept(file);
    }

    private void kept(Path in) {
        keptIn = in;
        keptAt = learner.position();
    }

    /** The state is kept as it is now under the name of its step. */
    void isKeptBeside() {
        if (keptAt < learner.position()) kept(new CheckpointNames(file).numbered(learner.position()));
    }

    /** Whether another program has written the file. A state of this run that somebody put back is none of another's. */
    private boolean isOfAnother() {
        Optional<FileIdentity> now = FileIdentity.of(file);
        if (now.isEmpty() || now.equals(mine)) return false;
        if (mine.isEmpty()) return true;
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            requireOwn(in);
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Keeps the steps of a run whose file was taken from it, under the name of a numbered state. */
    private void saveBeside(RunHistory history) throws IOException {
        Path beside = new CheckpointNames(file).numbered(learner.position());
        if (Files.exists(beside)) return;
        learner.save(beside, header.of(history));
        kept(beside);
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
