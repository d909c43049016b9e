package org.logah.training.run;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.logah.engine.MemoryBudget;
import org.logah.engine.io.DiskRoom;
import org.logah.engine.io.FileFormatException;
import org.logah.training.weights.TargetFile;

/**
 * The most disk space that trainings need for what they save. A file is written beside the one that it replaces, so a disk's
 * largest has to fit once more. Files that will be replaced count as free space.
 */
public final class DiskNeed {
    /** Weights, and Adam's two moments. */
    private static final int OF_STATE = 3;
    private final Set<Path> states = new HashSet<>();
    private final Map<FileStore, OfDisk> disks = new LinkedHashMap<>();

    /** What goes to one disk. */
    private static final class OfDisk {
        final Path first;
        double stays;
        double largest;

        OfDisk(Path first) { this.first = first; }
    }

    /** No training yet. */
    public DiskNeed() {}

    /**
     * Adds what one training saves; one whose state is among them already adds nothing.
     *
     * @param state where its state goes, or will go
     * @param parameters numbers that it trains
     * @param average whether it keeps a moving average of them, too
     * @param kept what it keeps beside the state
     * @throws IOException if the state's folder cannot be listed, or a disk cannot be asked
     */
    public void add(Path state, long parameters, boolean average, Checkpoints kept) throws IOException {
        if (!states.add(state)) return;
        double weights = (double) parameters * Float.BYTES;
        double whole = weights * (OF_STATE + (average ? 1 : 0));
        CheckpointNames names = new CheckpointNames(state);
        add(state, whole, 1, List.of(state));
        if (kept.keep() > 0)
            add(state, whole, kept.keep(), names.numbered().values().stream().filter(TargetFile::isTraining).toList());
        if (kept.best()) add(names.best(), weights, 1, List.of(names.best()));
        if (kept.weights() != null) add(kept.weights(), weights, 1, List.of(kept.weights()));
    }

    /** {@return whether no training is among them} */
    boolean isNone() { return states.isEmpty(); }

    /** Adds files of one size. */
    private void add(Path file, double bytes, int count, List<Path> there) throws IOException {
        double has = 0;
        for (Path f : there) has += Files.isRegularFile(f) ? Files.size(f) : 0;
        OfDisk disk = disks.computeIfAbsent(DiskRoom.disk(file), _ -> new OfDisk(file));
        disk.stays += Math.max(0, bytes * count - has);
        disk.largest = Math.max(disk.largest, bytes);
    }

    /**
     * Refuses trainings whose files a disk has no room for, before the first step.
     *
     * @throws FileFormatException if a disk has too little free, saying how much is needed and how much there is
     * @throws IOException if a disk cannot be asked
     */
    public void require() throws IOException {
        for (Map.Entry<FileStore, OfDisk> e : disks.entrySet()) {
            double bytes = e.getValue().stays + e.getValue().largest;
            DiskRoom.require(e.getKey(), bytes, e.getValue().first,
                    "up to " + MemoryBudget.format((long) bytes) + " for what is saved");
        }
    }
}
