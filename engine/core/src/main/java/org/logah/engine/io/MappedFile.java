package org.logah.engine.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.jspecify.annotations.Nullable;

/**
 * A file mapped into memory to be read. One that becomes shorter while it is open is a {@link FileFormatException}, not an error of
 * the virtual machine, as long as it is read inside of {@link #whole}.
 */
final class MappedFile implements AutoCloseable {
    private final Path file;
    private final String kind;
    private final Arena arena;
    private final FileChannel channel;
    private final long size;
    private final MemorySegment bytes;

    /** Copies out of the mapping what is still there. */
    interface Copy<T> { T get() throws IOException; }

    private MappedFile(Path file, String kind, Arena arena, FileChannel channel, long size) throws IOException {
        this.file = file;
        this.kind = kind;
        this.arena = arena;
        this.channel = channel;
        this.size = size;
        this.bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
    }

    /**
     * Maps a file.
     *
     * @param file the file
     * @param kind what it should be, for messages: {@code safetensors file}
     * @throws FileFormatException if it is missing, or no file
     */
    @SuppressWarnings("MustBeClosedChecker") // the mapped file owns the channel and closes it
    static MappedFile open(Path file, String kind) throws IOException {
        // Opening a pipe would wait for whoever writes to it.
        if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file))
            throw new FileFormatException(file, "is a device or a pipe, not a " + kind);
        Arena arena = Arena.ofShared();
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
            return new MappedFile(file, kind, arena, channel, channel.size());
        } catch (NoSuchFileException e) {
            arena.close();
            throw new FileFormatException(file, "no such file", e);
        } catch (IOException | RuntimeException e) {
            arena.close();
            if (channel != null) channel.close();
            if (Files.isDirectory(file)) throw new FileFormatException(file, "is a folder, not a " + kind, e);
            throw e;
        }
    }

    Path file() { return file; }

    /** The bytes that the file had when it was opened. */
    long size() { return size; }

    /**
     * The whole file.
     *
     * @throws IllegalStateException if it is closed
     */
    MemorySegment bytes() {
        if (!arena.scope().isAlive()) throw new IllegalStateException(file + " is closed; open it again to read it");
        return bytes;
    }

    /** As {@link #bytes()}, with the tensor that was to be read in the message. */
    MemorySegment bytesFor(String tensor) {
        if (!arena.scope().isAlive())
            throw new IllegalStateException(file + " is closed; open it again to read '" + tensor + "'");
        return bytes;
    }

    /**
     * What lies behind the end of a file that became shorter reads as zeros to the end of its last page, and is an error of the
     * virtual machine behind that: the one has to be asked for before, the other can happen at any time.
     */
    <T> T whole(Copy<T> copy) throws FileFormatException {
        try {
            if (channel.size() < size) throw cutOff(null);
            T copied = copy.get();
            if (channel.size() < size) throw cutOff(null);
            return copied;
        } catch (InternalError e) {
            throw cutOff(e);
        } catch (FileFormatException e) {
            throw e;
        } catch (IOException e) {
            throw new FileFormatException(file, "cannot be read (" + FileProblem.of(e) + ")", e);
        }
    }

    private FileFormatException cutOff(@Nullable Throwable cause) {
        String problem = "became shorter while it was read; write it anew, and read it when it is whole";
        return cause == null ? new FileFormatException(file, problem) : new FileFormatException(file, problem, cause);
    }

    /** That the file has not enough bytes to be of its kind. */
    FileFormatException tooShort() {
        return new FileFormatException(file, "has " + size + " bytes, too few for a " + kind);
    }

    /** Lets go of the file. Closing a second time does nothing. */
    @Override
    public void close() {
        if (!arena.scope().isAlive()) return;
        arena.close();
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
