package org.logah.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.logah.engine.MemoryBudget;

/**
 * The one way in which files are written here: beside their name, synced to the disk, and renamed once they are whole. Whoever reads
 * the name finds the old content or the new, whatever happens in between.
 *
 * <ul>
 * <li>The file beside has a name that nobody else has, in this program or another.
 * <li>A link stays a link, to the new content; a replaced file's mode and owner stay as far as the system allows.
 * <li>Folders, devices and pipes are refused.
 * <li>The file beside goes when the program ends. One that was left by a program that was killed goes when the next one
 * writes the same name, or another file of the same set: it is locked as long as its writer lives.
 * </ul>
 */
public final class ReplacedFile implements AutoCloseable {
    private static final String BESIDE = ".part-";
    private static final int RANDOM_BYTES = 8;
    /** Of the part of a name beside that is the name itself. */
    private static final int MOST_BYTES = 200;
    /** This program's part of the names beside; two programs may have the same process number, in containers for example. */
    private static final String MINE = BESIDE + random();
    /** Held while files get their names. */
    private static final ReentrantLock NAMES = new ReentrantLock();
    /** Files beside that this program is writing. */
    private static final Set<Path> BEING_WRITTEN = new HashSet<>();

    static {
        ShutdownHook.add(new Thread(ReplacedFile::settle, "files get their names"));
    }

    private final Path named;
    private final Path target;
    private final Path beside;
    private final FileChannel channel;
    private boolean closed;

    private ReplacedFile(Path named, Path target, Path beside, FileChannel channel) {
        this.named = named;
        this.target = target;
        this.beside = beside;
        this.channel = channel;
    }

    /**
     * Begins a file.
     *
     * @param file the name that it will have
     * @return to be {@link #write written}, {@link #commit}ted and closed
     * @throws FileFormatException if nothing can be written there, saying why
     */
    public static ReplacedFile begin(Path file) throws IOException { return begin(file, null, 0); }

    /**
     * Begins a file of a set: what is left of any file of the set goes with the next one that is begun.
     *
     * @param set the set's name, which the name beside begins with; null for a file that is none's
     * @param bytes of the content, as far as they are known
     * @throws FileFormatException if nothing can be written there, or its disk has not so much free
     */
    static ReplacedFile begin(Path file, @Nullable String set, long bytes) throws IOException {
        Path target = writable(file);
        try {
            if (bytes > 0) DiskRoom.require(DiskRoom.disk(target), bytes, file, MemoryBudget.format(bytes));
            Path folder = folder(target).toRealPath();
            String name = stem(set == null ? target.getFileName().toString() : set);
            removeLeft(folder, name);
            Path beside = beside(folder, name + MINE);
            FileChannel channel = opened(beside);
            if (Files.exists(target)) takeOver(target, beside);
            return new ReplacedFile(file, target, beside, channel);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** A name, short enough for what is added to it: systems allow 255 bytes. */
    private static String stem(String name) {
        String stem = name;
        while (stem.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES)
            stem = stem.substring(0, stem.offsetByCodePoints(stem.length(), -1));
        return stem;
    }

    /** The first of this program's names that is not in use, so that few are ever used. */
    private static Path beside(Path folder, String name) {
        synchronized (BEING_WRITTEN) {
            for (int i = 0;; i++) {
                Path beside = folder.resolve(name + "-" + i);
                if (BEING_WRITTEN.add(beside)) return beside;
            }
        }
    }

    private static FileChannel opened(Path beside) throws IOException {
        // At the very end, after those who still save when the program is asked to end. The list of such files never shrinks.
        ShutdownHook.unlessEnding(beside.toFile()::deleteOnExit);
        try {
            while (true) {
                FileChannel channel = FileChannel.open(beside, StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.READ, StandardOpenOption.WRITE);
                lock(channel);
                // Another program may have taken it for left behind before it was locked.
                if (Files.exists(beside)) return channel;
                channel.close();
            }
        } catch (IOException e) {
            forget(beside);
            throw e;
        }
    }

    /** Systems without locks go without; then nothing is ever taken for left behind. */
    private static void lock(FileChannel channel) {
        try {
            channel.lock();
        } catch (IOException | OverlappingFileLockException | UnsupportedOperationException e) {
            return;
        }
    }

    private static void forget(Path beside) {
        synchronized (BEING_WRITTEN) {
            BEING_WRITTEN.remove(beside);
        }
    }

    private static String random() {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /**
     * Refuses a name that nothing can be written to, before the work whose result is to go there. To know, it begins a file there.
     *
     * @param file the name
     * @throws FileFormatException if its folder is missing or cannot be written to, or it is a folder, a device or a pipe
     */
    public static void requireWritable(Path file) throws FileFormatException { requireWritable(file, 0); }

    /**
     * Refuses a name that nothing of a size can be written to.
     *
     * @param file the name
     * @param bytes of the content
     * @throws FileFormatException as the other, or if its disk has not so much free
     */
    public static void requireWritable(Path file, long bytes) throws FileFormatException {
        try (ReplacedFile _ = begin(file, null, bytes)) {
            // Nothing is written.
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** What a name leads to. */
    private static Path writable(Path file) throws FileFormatException {
        try {
            // Before links are followed: those of /dev/stdout lead to names that no file has.
            if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file))
                throw new FileFormatException(file, "is a device or a pipe; choose the name of a file");
            Path target = SameFile.followed(file);
            Path folder = folder(target);
            if (target.getFileName() == null) throw new FileFormatException(file, "is no name of a file");
            if (!Files.isDirectory(folder))
                throw new FileFormatException(file, Files.isSymbolicLink(file)
                        ? "is a link to " + target + ", whose folder does not exist; remove it, or make that folder"
                        : "its folder does not exist");
            if (Files.isDirectory(target))
                throw new FileFormatException(file, "is a folder; name a file in it, or move it away");
            if (!Files.isWritable(folder))
                throw new FileFormatException(file,
                        "cannot be written: its folder is read-only, or not yours to write in");
            requirePossible(target);
            return target;
        } catch (FileFormatException e) {
            throw e;
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** Looks for the file itself: names may be too long for the system. */
    private static void requirePossible(Path target) throws IOException {
        try {
            Files.readAttributes(target, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return; // it may be made
        }
    }

    private static FileFormatException unwritable(Path file, IOException e) {
        if (e instanceof FileFormatException f) return f;
        return new FileFormatException(file, "cannot be written (" + FileProblem.of(e) + ")", e);
    }

    private static Path folder(Path target) {
        Path folder = target.toAbsolutePath().getParent();
        return folder == null ? target.toAbsolutePath() : folder;
    }

    /** What writers of the same set that live no more have left; what cannot be cleaned up is no reason not to write. */
    private static void removeLeft(Path folder, String set) {
        Pattern left = Pattern.compile(Pattern.quote(set + BESIDE) + "[0-9a-f]{" + 2 * RANDOM_BYTES + "}-\\d+");
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path p : all) {
                String name = p.getFileName().toString();
                // Closing a second channel on a file of this program's would let go of the first one's lock.
                if (left.matcher(name).matches() && !name.contains(MINE)) removeUnlessLocked(p);
            }
        } catch (IOException | DirectoryIteratorException e) {
            return;
        }
    }

    private static void removeUnlessLocked(Path beside) {
        try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
            if (channel.tryLock() != null) Files.deleteIfExists(beside);
        } catch (IOException | OverlappingFileLockException | UnsupportedOperationException e) {
            return;
        }
    }

    /** The mode, owner and group of the file that is replaced. */
    private static void takeOver(Path from, Path to) {
        PosixFileAttributeView old = Files.getFileAttributeView(from, PosixFileAttributeView.class);
        PosixFileAttributeView made = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        if (old == null || made == null) return;
        try {
            PosixFileAttributes wanted = old.readAttributes();
            PosixFileAttributes has = made.readAttributes();
            made.setPermissions(wanted.permissions());
            if (!wanted.group().equals(has.group())) made.setGroup(wanted.group());
            if (!wanted.owner().equals(has.owner())) made.setOwner(wanted.owner());
        } catch (IOException e) {
            return; // only root may give a file away
        }
    }

    /**
     * Writes a part of the content; several threads may write parts of their own.
     *
     * @param content all that it has left is written
     * @param position where in the file
     * @throws FileFormatException if it cannot be written
     */
    public void write(ByteBuffer content, long position) throws IOException {
        try {
            for (long at = position; content.hasRemaining();) at += channel.write(content, at);
        } catch (IOException e) {
            throw unwritable(named, e);
        }
    }

    /**
     * Syncs the content to the disk and gives it the name.
     *
     * @throws FileFormatException if that cannot be done
     */
    public void commit() throws IOException {
        sync();
        rename();
    }

    /** The first, slow half of {@link #commit}: the content is on the disk. */
    void sync() throws IOException {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw unwritable(named, e);
        }
    }

    /** The second half: the content has its name. */
    void rename() throws IOException {
        try {
            // While it is open, so that nobody takes it for left behind.
            together(() -> Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING));
            forget(beside);
            closed = true;
            channel.close();
            syncFolderOf(target);
        } catch (IOException e) {
            throw unwritable(named, e);
        }
    }

    /**
     * Does several renames and deletions without the program's end between them; a kill may still be.
     *
     * @param steps what is done
     * @throws IOException as the steps do
     */
    static void together(Steps steps) throws IOException {
        NAMES.lock();
        try {
            steps.run();
        } finally {
            NAMES.unlock();
        }
    }

    /** What {@link #together} does. */
    @FunctionalInterface
    interface Steps { void run() throws IOException; }

    /** Names, too, are on the disk; systems where a folder cannot be opened do so by themselves. */
    static void syncFolderOf(Path file) {
        try (FileChannel names = FileChannel.open(folder(file), StandardOpenOption.READ)) {
            names.force(true);
        } catch (IOException e) {
            return;
        }
    }

    /** Lets go of the file; what was not {@link #commit}ted is gone. Closing a second time does nothing. */
    @Override
    public void close() throws IOException {
        if (closed) return;
        closed = true;
        try {
            Files.deleteIfExists(beside);
        } finally {
            channel.close();
            forget(beside);
        }
    }

    /** Waits for files that are getting their names just now: a program that is asked to end does so when none are half renamed. */
    public static void settle() {
        NAMES.lock();
        NAMES.unlock();
    }
}
