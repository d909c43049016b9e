package org.logah.training.data.text;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file's bytes as memory: a copy of a small file, which nobody can change any more, and a view of a large one. */
final class FileMemory {
    /** Files up to so many bytes are copied. */
    static final long COPIED = 1 << 20;

    private FileMemory() {}

    /**
     * A file's bytes from one place to its end.
     *
     * @param file a regular file, or a pipe, which is read to its end
     * @param from bytes that are left out in front
     * @param copied files of at most so many bytes are copied, others are viewed until nothing refers to the memory
     * @return the bytes
     */
    static MemorySegment of(Path file, long from, long copied) throws IOException {
        if (!Files.isRegularFile(file)) return tail(MemorySegment.ofArray(Files.readAllBytes(file)), from);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = Math.max(0, channel.size() - from);
            if (size > copied) return channel.map(MapMode.READ_ONLY, from, size, Arena.ofAuto());
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            channel.position(from);
            fill(bytes, channel);
            return MemorySegment.ofArray(bytes.array()).asSlice(0, bytes.position());
        }
    }

    /** Reads until a buffer is full or the file is at its end. */
    static void fill(ByteBuffer bytes, FileChannel in) throws IOException {
        for (int count = 0; bytes.hasRemaining() && count >= 0;) count = in.read(bytes);
    }

    private static MemorySegment tail(MemorySegment memory, long from) {
        return memory.asSlice(Math.min(from, memory.byteSize()));
    }
}
