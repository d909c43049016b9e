package org.logah.engine.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Keeps a file or folder for one program while it works on it for long: two trainings with one name would each replace what the
 * other has written, and both would say that all went well. It holds among the programs of one machine, and ends with the program,
 * however that ends. What it locks is a file of its own in the system's folder for temporary files.
 */
public final class FileClaim implements AutoCloseable {
    private final @Nullable Path lock;
    private final @Nullable FileChannel channel;

    private FileClaim(@Nullable Path lock, @Nullable FileChannel channel) {
        this.lock = lock;
        this.channel = channel;
    }

    /**
     * Claims a name. Systems without locks, or without a place for them, go without.
     *
     * @param file the file or folder, which need not be there
     * @return to be closed when the work is done
     * @throws FileFormatException if another program has claimed it, or this one has
     */
    public static FileClaim of(Path file) throws FileFormatException {
        try {
            Path lock = Path.of(System.getProperty("java.io.tmpdir"), "logah-"
                    + UUID.nameUUIDFromBytes(real(file).toString().getBytes(StandardCharsets.UTF_8)) + ".lock");
            while (true) {
                FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                try {
                    if (channel.tryLock() == null) throw new OverlappingFileLockException();
                } catch (OverlappingFileLockException e) {
                    channel.close();
                    throw new FileFormatException(file,
                            "another program is writing it; wait until that has ended, or choose another --out", e);
                }
                // Whoever had it before may have removed it between opening and locking.
                if (Files.exists(lock)) return new FileClaim(lock, channel);
                channel.close();
            }
        } catch (FileFormatException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            return new FileClaim(null, null);
        }
    }

    /** One name for each file, whichever way it was written. */
    private static Path real(Path file) throws IOException {
        if (Files.exists(file)) return file.toRealPath();
        Path whole = file.toAbsolutePath().normalize();
        Path folder = whole.getParent();
        return folder == null || !Files.exists(folder) ? whole : folder.toRealPath().resolve(whole.getFileName());
    }

    /** Gives the name free. */
    @Override
    public void close() throws IOException {
        if (lock == null || channel == null) return;
        Files.deleteIfExists(lock);
        channel.close();
    }
}
