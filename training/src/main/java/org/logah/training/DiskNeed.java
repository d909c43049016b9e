package org.logah.training;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.MemoryBudget;
import org.logah.engine.io.FileFormatException;

/**
 * How much room on a disk trainings will need at most for what they save. A file is written beside the one that it replaces, so one
 * state more than stays has to fit. What is there already and will be replaced needs no room.
 */
public final class DiskNeed {
    /** Weights, and Adam's two moments. */
    private static final int OF_STATE = 3;
    private final List<Need> needs = new ArrayList<>();
    private double largest;
    private @Nullable Path largestFile;

    /** Bytes in a file's folder. */
    private record Need(Path file, double bytes) {}

    /** No training yet. */
    public DiskNeed() {}

    /**
     * Adds what one training saves.
     *
     * @param state where its state goes, or will go
     * @param parameters numbers that it trains
     * @param average whether it keeps a moving average of them, too
     * @param kept what it keeps beside the state
     * @throws IOException if the state's folder cannot be listed
     */
    public void add(Path state, long parameters, boolean average, Checkpoints kept) throws IOException {
        double weights = (double) parameters * Float.BYTES;
        double whole = weights * (OF_STATE + (average ? 1 : 0));
        CheckpointNames names = new CheckpointNames(state);
        need(state, whole, List.of(state));
        if (kept.keep() > 0) need(state, whole * kept.keep(), List.copyOf(names.numbered().values()));
        if (kept.best()) need(state, weights, List.of(names.best()));
        if (kept.weights() != null) need(kept.weights(), weights, List.of(kept.weights()));
        if (whole <= largest) return;
        largest = whole;
        largestFile = state;
    }

    private void need(Path file, double bytes, List<Path> there) throws IOException {
        double has = 0;
        for (Path f : there) has += Files.isRegularFile(f) ? Files.size(f) : 0;
        needs.add(new Need(file, Math.max(0, bytes - has)));
    }

    /**
     * Refuses trainings whose files a disk has no room for, before the first step.
     *
     * @throws FileFormatException if a disk has too little free, saying how much is needed and how much there is
     * @throws IOException if a disk cannot be asked
     */
    public void require() throws IOException {
        if (largestFile == null) return;
        List<Need> all = new ArrayList<>(needs);
        all.add(new Need(largestFile, largest)); // beside the one that it replaces
        for (Need need : needs) {
            FileStore disk = disk(need.file());
            double bytes = 0;
            for (Need other : all) if (disk(other.file()).equals(disk)) bytes += other.bytes();
            // Some file systems of networks and containers know no sizes.
            if (disk.getTotalSpace() <= 0 || bytes <= disk.getUsableSpace()) continue;
            throw new FileFormatException(need.file(),
                    "needs up to " + MemoryBudget.format((long) bytes) + " for what is saved, its disk has "
                            + MemoryBudget.format(disk.getUsableSpace())
                            + " free; make room, or choose another place");
        }
    }

    private static FileStore disk(Path file) throws IOException {
        Path folder = file.toAbsolutePath();
        while (folder.getParent() != null && !Files.isDirectory(folder)) folder = folder.getParent();
        return Files.getFileStore(folder);
    }
}
