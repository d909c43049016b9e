package org.logah.engine.io;

import java.io.IOException;
import java.io.UncheckedIOException;
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

/**
 * A safetensors file, mapped into memory; tensors are copied out one by one on request, and outlive the reader. Reading from a
 * closed one is an {@link IllegalStateException}, reading from one that became shorter a {@link FileFormatException}.
 */
public final class SafetensorsReader implements TensorReader {
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private final Path file;
    private final Arena arena;
    private final FileChannel channel;
    /** Bytes that the file had when it was opened. */
    private final long size;
    private final MemorySegment data;
    private final SafetensorsHeader header;

    private SafetensorsReader(Path file, Arena arena, FileChannel channel, long size, MemorySegment data,
            SafetensorsHeader header) {
        this.file = file;
        this.arena = arena;
        this.channel = channel;
        this.size = size;
        this.data = data;
        this.header = header;
    }

    /**
     * Maps a file and checks its header.
     *
     * @param file the file
     * @return a reader, to be closed
     * @throws FileFormatException if it is missing, truncated, or its header claims what cannot be
     * @throws IOException if it cannot be read
     */
    @SuppressWarnings("MustBeClosedChecker") // the reader owns the arena and closes it
    public static SafetensorsReader open(Path file) throws IOException {
        Arena arena = Arena.ofShared();
        FileChannel channel = null;
        try {
            // Opening a pipe would wait for whoever writes to it.
            if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file))
                throw new FileFormatException(file, "is a device or a pipe, not a safetensors file");
            channel = FileChannel.open(file, StandardOpenOption.READ);
            long size = channel.size();
            if (size < 8) throw new FileFormatException(file, "has " + size + " bytes, too few for a safetensors file");
            MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
            long length = all.get(LENGTH, 0);
            boolean begins = size > 8 && all.get(ValueLayout.JAVA_BYTE, 8) == '{';
            if (!begins || length < 2 || length > SafetensorsHeader.MAX_BYTES)
                throw new FileFormatException(file,
                        "is no safetensors file; one begins with the length of its header, at most "
                                + SafetensorsHeader.MAX_BYTES + ", and the header with {");
            if (length > size - 8)
                throw new FileFormatException(file, "is truncated: it has " + size + " bytes, and its header alone "
                        + length);
            byte[] json = all.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
            SafetensorsHeader header = SafetensorsHeader.parse(file, json, size - 8 - length);
            return new SafetensorsReader(file, arena, channel, size, all.asSlice(8 + length), header);
        } catch (NoSuchFileException e) {
            arena.close();
            throw new FileFormatException(file, "no such file", e);
        } catch (IOException | RuntimeException | InternalError e) {
            arena.close();
            if (channel != null) channel.close();
            if (e instanceof InternalError) throw cutOff(file, e);
            if (Files.isDirectory(file)) throw new FileFormatException(file, "is a folder, not a safetensors file", e);
            throw e;
        }
    }

    @Override
    public Path file() { return file; }

    /** {@return the texts beside the tensors, by key} */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata);
    }

    /**
     * One of the texts beside the tensors.
     *
     * @param key its key
     * @return the text, or null
     */
    @Override
    public @Nullable String metadata(String key) { return header.metadata.get(key); }

    /** {@return all tensors, in the order of the header} */
    public Collection<TensorEntry> entries() {
        return Collections.unmodifiableCollection(header.entries.values());
    }

    @Override
    public boolean contains(String name) { return header.entries.containsKey(name); }

    @Override
    public TensorEntry entry(String name) throws FileFormatException {
        TensorEntry entry = header.entries.get(name);
        if (entry == null) throw new FileFormatException(file, "has no tensor '" + name + "'");
        return entry;
    }

    /**
     * The bytes of a tensor as the file holds them.
     *
     * @param name of the tensor
     * @return its bytes in the mapped file, which go away with the reader
     * @throws FileFormatException if there is none of that name
     * @throws IllegalStateException if the reader is closed
     */
    public MemorySegment bytes(String name) throws FileFormatException {
        if (!arena.scope().isAlive())
            throw new IllegalStateException(file + " is closed; open it again to read '" + name + "'");
        TensorEntry entry = entry(name);
        Long offset = header.offsets.get(name);
        return data.asSlice(offset == null ? 0 : offset, entry.bytes());
    }

    /** Copies out of the mapping what is still there. */
    private interface Copy<T> {
        T get() throws FileFormatException;
    }

    /**
     * What lies behind the end of a file that became shorter reads as zeros to the end of its last page, and is an error of the
     * virtual machine behind that: the one has to be asked for before, the other can happen at any time.
     */
    private <T> T whole(Copy<T> copy) throws FileFormatException {
        try {
            if (channel.size() < size) throw cutOff(file, null);
            T copied = copy.get();
            if (channel.size() < size) throw cutOff(file, null);
            return copied;
        } catch (InternalError e) {
            throw cutOff(file, e);
        } catch (FileFormatException e) {
            throw e;
        } catch (IOException e) {
            throw new FileFormatException(file, "cannot be read (" + e.getClass().getSimpleName() + ")", e);
        }
    }

    private static FileFormatException cutOff(Path file, @Nullable Throwable cause) {
        String problem = "became shorter while it was read; write it anew, and read it when it is whole";
        return cause == null ? new FileFormatException(file, problem) : new FileFormatException(file, problem, cause);
    }

    @Override
    public boolean isFinite(String name) throws FileFormatException {
        TensorEntry entry = entry(name);
        MemorySegment bytes = bytes(name);
        return whole(() -> FiniteNumbers.areAll(entry.type(), bytes, entry.shape().elements()));
    }

    @Override
    public Tensor read(String name, Device device) throws FileFormatException {
        TensorEntry entry = entry(name);
        if (!StorageFormat.isFloat(entry.type())) {
            throw new FileFormatException(file, "tensor '" + name + "' holds " + entry.type() + ", floats are wanted");
        }
        Tensor out = device.allocate(entry.shape(), DType.F32);
        MemorySegment bytes = bytes(name);
        return whole(() -> out
                .fill(to -> StorageFormat.toFloats(entry.type(), bytes, to, entry.shape().elements())));
    }

    /**
     * An index tensor, from I32, or from I64 whose values fit.
     *
     * @param name of the tensor
     * @param device where it will be
     * @return a tensor that lives until nothing refers to it
     * @throws FileFormatException if there is none of that name, its elements are no indices, or the file became shorter
     * @throws IllegalStateException if the reader is closed
     */
    public Tensor readIndices(String name, Device device) throws FileFormatException {
        TensorEntry entry = entry(name);
        if (StorageFormat.isFloat(entry.type())) {
            throw new FileFormatException(file,
                    "tensor '" + name + "' holds " + entry.type() + ", integers are wanted");
        }
        MemorySegment source = bytes(name);
        if (entry.shape().elements() > Integer.MAX_VALUE)
            throw new FileFormatException(file, "tensor '" + name + "' " + entry.shape() + " is too large for indices");
        return device.ofInts(entry.shape(), whole(() -> indices(entry, source)));
    }

    private int[] indices(TensorEntry entry, MemorySegment source) throws FileFormatException {
        int[] values = new int[(int) entry.shape().elements()];
        for (int i = 0; i < values.length; i++) {
            long v = StorageFormat.integer(entry.type(), source, i);
            if (v != (int) v)
                throw new FileFormatException(file,
                        "tensor '" + entry.name() + "' holds " + v + ", too large for an index");
            values[i] = (int) v;
        }
        return values;
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
