package org.logah.training.data.text;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.FileFormatException;

/** A file's bytes as memory: a copy of a small file, which nobody can change any more, and a view of a large one. */
public final class FileMemory {
    /** Files up to so many bytes are copied. */
    static final long COPIED = 1 << 20;
    private static final String CUT_OFF = "became shorter while it was read; write it anew, and run the command again";
    private final MemorySegment bytes;
    private final @Nullable View view;

    /**
     * What is viewed.
     *
     * @param file its name
     * @param identity what tells it from another file that takes its name; null where the system has nothing of the kind
     * @param size that it had
     */
    private record View(Path file, @Nullable Object identity, long size) {}

    /** Reads what is viewed, and keeps none of it. */
    interface Reading { void run() throws IOException; }

    private FileMemory(MemorySegment bytes, @Nullable View view) {
        this.bytes = bytes;
        this.view = view;
    }

    /** Bytes that are in memory. */
    static FileMemory of(byte[] bytes) {
        return new FileMemory(MemorySegment.ofArray(bytes), null);
    }

    /**
     * A file's bytes from one place to its end.
     *
     * @param file a regular file, or a pipe, which is read to its end
     * @param from bytes that are left out in front
     * @param copied files of at most so many bytes are copied, others are viewed until nothing refers to the memory
     * @return the bytes
     */
    static FileMemory of(Path file, long from, long copied) throws IOException {
        if (!Files.isRegularFile(file))
            return new FileMemory(tail(MemorySegment.ofArray(Files.readAllBytes(file)), from), null);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = Math.max(0, channel.size() - from);
            if (size > copied)
                return new FileMemory(channel.map(MapMode.READ_ONLY, from, size, Arena.ofAuto()),
                        new View(file, attributes(file).fileKey(), from + size));
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            channel.position(from);
            fill(bytes, channel);
            return new FileMemory(MemorySegment.ofArray(bytes.array()).asSlice(0, bytes.position()), null);
        }
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class);
    }

    /** Reads until a buffer is full or the file is at its end. */
    static void fill(ByteBuffer bytes, FileChannel in) throws IOException {
        for (int count = 0; bytes.hasRemaining() && count >= 0;) count = in.read(bytes);
    }

    private static MemorySegment tail(MemorySegment memory, long from) {
        return memory.asSlice(Math.min(from, memory.byteSize()));
    }

    /** The bytes, to be read inside of {@link #whole}. */
    MemorySegment bytes() { return bytes; }

    /**
     * Reads bytes. Of a file that became shorter, what was behind its end reads as zeros up to the end of a page, and is an error of the
     * virtual machine behind that.
     *
     * @param reading what is done
     * @throws FileFormatException if the file became shorter
     */
    void whole(Reading reading) throws IOException {
        if (view == null) {
            reading.run();
            return;
        }
        try {
            reading.run();
            if (isShorter(view)) throw new FileFormatException(view.file(), CUT_OFF);
        } catch (InternalError e) {
            throw new FileFormatException(view.file(), CUT_OFF, e);
        }
    }

    /** What was renamed or deleted is still viewed as it was. */
    private static boolean isShorter(View view) throws IOException {
        try {
            BasicFileAttributes now = attributes(view.file());
            return now.size() < view.size() && Objects.equals(now.fileKey(), view.identity());
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
