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
    private final boolean overwrites;
    /** The position that the file had when the run went on from it. */
    private int resumedAt = -1;
    /** The position of the state that is in the file now, for the message if the run fails. */
    private int keptAt = -1;

    /** @param overwrites whether a file of another run may be replaced */
    StateFile(Learner learner, Path file, RunHeader header, boolean overwrites) {
        this.learner = learner;
        this.file = file;
        this.header = header;
        this.overwrites = overwrites;
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

    /** The error for a file that was not there when the run began. */
    static FileFormatException writtenMeanwhile(Path file) {
        return new FileFormatException(file, "has been written by another program while this one was training; "
                + "move it away, or choose another file");
    }

    void save(RunHistory history) throws IOException {
        // Not there at the start: another program has written it since.
        if (keptAt < 0 && !overwrites && Files.exists(file))
            throw writtenMeanwhile(file);
        learner.save(file, header.of(history));
        keptAt = learner.position();
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
        return e.with(keptAt < 1 || !Files.exists(file)
                ? "no step of this run is in " + file
                : "step " + keptAt + " is in " + file + ", from where the training can be resumed");
    }
}
