package org.logah.engine.io;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

import org.logah.engine.MemoryBudget;

/** How much room there is on disks. Some file systems, of networks and containers, know no sizes; there is room on those until there is not. */
public final class DiskRoom {
    private DiskRoom() {}

    /**
     * {@return the disk that a file is on, or will be}
     *
     * @param file its name; of its folders some may be missing, too
     * @throws IOException if the disk cannot be asked
     */
    public static FileStore disk(Path file) throws IOException {
        Path folder = file.toAbsolutePath();
        while (folder.getParent() != null && !Files.isDirectory(folder)) folder = folder.getParent();
        return Files.getFileStore(folder);
    }

    /**
     * Refuses what a disk has no room for.
     *
     * @param disk where it is to go
     * @param bytes that it needs
     * @param named the file that a message is about
     * @param need how much that is in words, to stand behind 'needs'
     * @throws FileFormatException if less is free, saying how much
     * @throws IOException if the disk cannot be asked
     */
    public static void require(FileStore disk, double bytes, Path named, String need) throws IOException {
        if (disk.getTotalSpace() > 0 && bytes > disk.getUsableSpace())
            throw new FileFormatException(named, "needs " + need + ", its disk has "
                    + MemoryBudget.format(disk.getUsableSpace()) + " free; make room, or choose another place");
    }
}
