package org.logah.engine.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Keeps a file or folder for one program while it works on it for long: two trainings with one name would each replace what the
 * other has written, and both would say that all went well. It holds among the programs of one user on one machine, and ends with the
 * program, however that ends.
 *
 * <p>A claim is a lock on one place, which the name gives, of a file in the system's folder for temporary files. That file is empty,
 * and stays: one that is removed may be locked by somebody who had opened it before.
 */
public final class FileClaim implements AutoCloseable {
    /** Open as long as the program runs: closing any channel on a file gives all of a program's locks on it free. */
    private static final @Nullable FileChannel CLAIMS = opened();

    private final List<FileLock> locks = new ArrayList<>();

    private FileClaim() {}

    private static @Nullable FileChannel opened() {
        Path file = Path.of(System.getProperty("java.io.tmpdir"), "logah-" + System.getProperty("user.name") + ".lock");
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException | UnsupportedOperationException e) {
            return null;
        }
    }

    /**
     * Claims the name of {@code --out}, as {@link #of(Map)} does.
     *
     * @param file the file or folder, which need not be there
     * @return to be closed when the work is done
     * @throws FileFormatException if another program has claimed it, or this one has
     */
    public static FileClaim of(Path file) throws FileFormatException { return of(List.of(file)); }

    /**
     * Claims names in the folder of {@code --out}, as {@link #of(Map)} does.
     *
     * @param files files, which need not be there
     * @return to be closed when the work is done
     * @throws FileFormatException if another program has claimed one of them, or this one has
     */
    public static FileClaim of(Collection<Path> files) throws FileFormatException {
        Map<Path, String> named = new LinkedHashMap<>();
        files.forEach(file -> named.put(file, "--out"));
        return of(named);
    }

    /**
     * Claims names, all or none, and one that is there twice once. Systems without locks, or without a place for them that this user may
     * write to, go without.
     *
     * @param files files or folders, which need not be there, and the option that names each
     * @return to be closed when the work is done
     * @throws FileFormatException if another program has claimed one of them, or this one has
     */
    public static FileClaim of(Map<Path, String> files) throws FileFormatException {
        FileClaim claim = new FileClaim();
        if (CLAIMS == null) return claim;
        Set<Long> claimed = new HashSet<>();
        for (Map.Entry<Path, String> file : files.entrySet()) {
            try {
                long place = place(file.getKey());
                if (!claimed.add(place)) continue;
                FileLock lock = CLAIMS.tryLock(place, 1, false);
                if (lock == null) throw new OverlappingFileLockException();
                claim.locks.add(lock);
            } catch (OverlappingFileLockException e) {
                claim.giveFree();
                throw new FileFormatException(file.getKey(),
                        "another program is writing it; wait until that has ended, or choose another "
                                + file.getValue(),
                        e);
            } catch (IOException | UnsupportedOperationException e) {
                // This one goes without.
            }
        }
        return claim;
    }

    /** One of 2^62 places, the same whichever way the name was written. */
    private static long place(Path file) throws IOException {
        byte[] name = SameFile.real(file).toString().getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(name).getLeastSignificantBits() & (1L << 62) - 1;
    }

    /** Gives the names free. */
    @Override
    public void close() throws IOException { for (FileLock lock : locks) lock.release(); }

    private void giveFree() {
        try {
            close();
        } catch (IOException e) {
            // The end of the program gives them free.
        }
    }
}
