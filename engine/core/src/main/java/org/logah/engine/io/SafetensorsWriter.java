package org.logah.engine.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.logah.engine.DType;
import org.logah.engine.Tensor;

/**
 * Writes a safetensors file through a mapping: the header first, then each tensor straight to its place, in any order.
 * The file grows beside its final name and takes that name only in {@link #finish}; without it nothing is left behind.
 */
public final class SafetensorsWriter implements AutoCloseable {
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private final Path target;
    private final Path partial;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment data;
    private final Map<String, TensorEntry> entries = new LinkedHashMap<>();
    private final Map<String, Long> offsets = new LinkedHashMap<>();
    private boolean finished;

    /**
     * @throws FileFormatException if the file cannot be created
     */
    public SafetensorsWriter(Path target, Map<String, String> metadata, List<TensorEntry> tensors) throws IOException {
        this.target = target;
        this.partial = target.resolveSibling(target.getFileName() + ".part" + ProcessHandle.current().pid());
        byte[] header = SafetensorsHeader.encode(metadata, tensors);
        long at = 0;
        for (TensorEntry e : tensors) {
            if (entries.put(e.name(), e) != null)
                throw new IllegalArgumentException("tensor '" + e.name() + "' is given twice");
            offsets.put(e.name(), at);
            at += e.bytes();
        }
        long size = 8 + header.length + at;
        try {
            Path folder = target.toAbsolutePath().getParent();
            if (folder == null || !Files.isDirectory(folder))
                throw new FileFormatException(target, "its folder does not exist");
            if (Files.getFileStore(folder).getUsableSpace() < size) {
                throw new FileFormatException(target, "needs " + size + " bytes, the disk has fewer free");
            }
            try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                MemorySegment all = channel.map(FileChannel.MapMode.READ_WRITE, 0, size, arena);
                all.set(LENGTH, 0, header.length);
                MemorySegment.copy(header, 0, all, ValueLayout.JAVA_BYTE, 8, header.length);
                data = all.asSlice(8 + header.length);
            }
        } catch (FileFormatException e) {
            arena.close();
            throw e;
        } catch (IOException e) {
            arena.close();
            Files.deleteIfExists(partial);
            throw new FileFormatException(target, "cannot be written (" + e.getClass().getSimpleName() + ")", e);
        }
    }

    /** Writes a whole file at once. */
    public static void write(Path target, Map<String, String> metadata, Map<String, Tensor> tensors)
            throws IOException {
        List<TensorEntry> entries = new ArrayList<>();
        tensors.forEach((name, t) -> entries.add(new TensorEntry(name, t.type(), t.shape())));
        try (SafetensorsWriter writer = new SafetensorsWriter(target, metadata, entries)) {
            for (Map.Entry<String, Tensor> e : tensors.entrySet()) writer.put(e.getKey(), e.getValue());
            writer.finish();
        }
    }

    /** Where the bytes of a tensor belong, for writing in place. */
    public MemorySegment bytes(String name) {
        Long offset = offsets.get(name);
        TensorEntry entry = entries.get(name);
        if (offset == null || entry == null)
            throw new IllegalArgumentException("tensor '" + name + "' was not announced");
        return data.asSlice(offset, entry.bytes());
    }

    /** Stores a tensor in the format announced for it. */
    public void put(String name, Tensor value) {
        MemorySegment to = bytes(name);
        TensorEntry entry = entries.get(name);
        if (entry == null || !entry.shape().equals(value.shape())) {
            throw new IllegalArgumentException(
                    "tensor '" + name + "' has shape " + value.shape() + ", not the announced one");
        }
        if (value.type() == DType.I32) {
            int[] indices = value.toInts();
            for (int i = 0; i < indices.length; i++) StorageFormat.putInteger(entry.type(), to, i, indices[i]);
        } else {
            StorageFormat.fromFloats(entry.type(), value.segment(), to, value.elements());
        }
    }

    /** The file is complete: gives it its name. */
    public void finish() throws IOException {
        arena.close();
        finished = true;
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        if (finished) return;
        arena.close();
        Files.deleteIfExists(partial);
    }
}
