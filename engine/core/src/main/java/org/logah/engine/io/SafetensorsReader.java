package org.logah.engine.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.engine.DType;
import org.logah.engine.Device;
import org.logah.engine.Tensor;

/** A safetensors file, mapped into memory; tensors are copied out one by one on request. */
public final class SafetensorsReader implements TensorReader {
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private final Path file;
    private final Arena arena;
    private final MemorySegment data;
    private final SafetensorsHeader header;

    private SafetensorsReader(Path file, Arena arena, MemorySegment data, SafetensorsHeader header) {
        this.file = file;
        this.arena = arena;
        this.data = data;
        this.header = header;
    }

    /**
     * Maps a file and checks its header.
     *
     * @throws FileFormatException if it is missing, truncated, or its header claims what cannot be
     */
    @SuppressWarnings("MustBeClosedChecker") // the reader owns the arena and closes it
    public static SafetensorsReader open(Path file) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < 8) throw new FileFormatException(file, "has " + size + " bytes, too few for a safetensors file");
            MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
            long length = all.get(LENGTH, 0);
            if (length < 2 || length > SafetensorsHeader.MAX_BYTES || length > size - 8) {
                throw new FileFormatException(file,
                        "claims a header of " + Long.toUnsignedString(length) + " bytes in a file of "
                                + size + "; it is truncated or no safetensors file");
            }
            byte[] json = all.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
            SafetensorsHeader header = SafetensorsHeader.parse(file, json, size - 8 - length);
            return new SafetensorsReader(file, arena, all.asSlice(8 + length), header);
        } catch (NoSuchFileException e) {
            arena.close();
            throw new FileFormatException(file, "no such file", e);
        } catch (IOException | RuntimeException e) {
            arena.close();
            if (Files.isDirectory(file)) throw new FileFormatException(file, "is a folder, not a safetensors file", e);
            throw e;
        }
    }

    @Override
    public Path file() { return file; }

    public Map<String, String> metadata() { return Collections.unmodifiableMap(header.metadata); }

    /** One metadata value, or null. */
    public @Nullable String metadata(String key) { return header.metadata.get(key); }

    public Collection<TensorEntry> entries() { return Collections.unmodifiableCollection(header.entries.values()); }

    @Override
    public boolean contains(String name) { return header.entries.containsKey(name); }

    @Override
    public TensorEntry entry(String name) throws FileFormatException {
        TensorEntry entry = header.entries.get(name);
        if (entry == null) throw new FileFormatException(file, "has no tensor '" + name + "'");
        return entry;
    }

    /** The bytes of a tensor as the file holds them. */
    public MemorySegment bytes(String name) throws FileFormatException {
        TensorEntry entry = entry(name);
        Long offset = header.offsets.get(name);
        return data.asSlice(offset == null ? 0 : offset, entry.bytes());
    }

    @Override
    public Tensor read(String name, Device device) throws FileFormatException {
        TensorEntry entry = entry(name);
        if (!StorageFormat.isFloat(entry.type())) {
            throw new FileFormatException(file, "tensor '" + name + "' holds " + entry.type() + ", floats are wanted");
        }
        Tensor out = device.allocate(entry.shape(), DType.F32);
        MemorySegment bytes = bytes(name);
        out.fill(to -> StorageFormat.toFloats(entry.type(), bytes, to, entry.shape().elements()));
        return out;
    }

    /** An index tensor (from I32, or I64 whose values fit) on a device. */
    public Tensor readIndices(String name, Device device) throws FileFormatException {
        TensorEntry entry = entry(name);
        if (StorageFormat.isFloat(entry.type())) {
            throw new FileFormatException(file,
                    "tensor '" + name + "' holds " + entry.type() + ", integers are wanted");
        }
        MemorySegment source = bytes(name);
        int[] values = new int[Math.toIntExact(entry.shape().elements())];
        for (int i = 0; i < values.length; i++) {
            long v = StorageFormat.integer(entry.type(), source, i);
            if (v != (int) v)
                throw new FileFormatException(file, "tensor '" + name + "' holds " + v + ", too large for an index");
            values[i] = (int) v;
        }
        return device.ofInts(entry.shape(), values);
    }

    @Override
    public void close() { arena.close(); }
}
