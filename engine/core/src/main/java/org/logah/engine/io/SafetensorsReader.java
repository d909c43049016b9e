package org.logah.engine.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

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
    static final String KIND = "safetensors file";
    private final MappedFile mapped;
    private final long dataStart;
    private final SafetensorsHeader header;

    private SafetensorsReader(MappedFile mapped, long dataStart, SafetensorsHeader header) {
        this.mapped = mapped;
        this.dataStart = dataStart;
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
    @SuppressWarnings("MustBeClosedChecker") // the reader owns the mapping and closes it
    public static SafetensorsReader open(Path file) throws IOException {
        MappedFile mapped = MappedFile.open(file, KIND);
        try {
            return mapped.whole(() -> read(mapped));
        } catch (IOException | RuntimeException e) {
            mapped.close();
            throw e;
        }
    }

    private static SafetensorsReader read(MappedFile mapped) throws IOException {
        Path file = mapped.file();
        long size = mapped.size();
        if (size < 8) throw mapped.tooShort();
        MemorySegment all = mapped.bytes();
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
        return new SafetensorsReader(mapped, 8 + length, SafetensorsHeader.parse(file, json, size - 8 - length));
    }

    @Override
    public Path file() { return mapped.file(); }

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
        if (entry == null) throw new FileFormatException(file(), "has no tensor '" + name + "'");
        return entry;
    }

    @Override
    public Set<String> names() { return Collections.unmodifiableSet(header.entries.keySet()); }

    /**
     * The bytes of a tensor as the file holds them.
     *
     * @param name of the tensor
     * @return its bytes in the mapped file, which go away with the reader
     * @throws FileFormatException if there is none of that name
     * @throws IllegalStateException if the reader is closed
     */
    public MemorySegment bytes(String name) throws FileFormatException {
        MemorySegment all = mapped.bytesFor(name);
        TensorEntry entry = entry(name);
        Long offset = header.offsets.get(name);
        return all.asSlice(dataStart + (offset == null ? 0 : offset), entry.bytes());
    }

    @Override
    public void stored(String name, Consumer<MemorySegment> consumer) throws IOException {
        MemorySegment bytes = bytes(name);
        mapped.whole(() -> {
            consumer.accept(bytes);
            return bytes;
        });
    }

    @Override
    public boolean isFinite(String name) throws FileFormatException {
        TensorEntry entry = entry(name);
        MemorySegment bytes = bytes(name);
        return mapped.whole(() -> FiniteNumbers.areAll(entry.type(), bytes, entry.shape().elements()));
    }

    @Override
    public Tensor read(String name, Device device) throws FileFormatException {
        TensorEntry entry = entry(name);
        if (!StorageFormat.isFloat(entry.type())) {
            throw new FileFormatException(file(),
                    "tensor '" + name + "' holds " + entry.type() + ", floats are wanted");
        }
        Tensor out = device.allocate(entry.shape(), DType.F32);
        MemorySegment bytes = bytes(name);
        return mapped.whole(() -> out
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
            throw new FileFormatException(file(),
                    "tensor '" + name + "' holds " + entry.type() + ", integers are wanted");
        }
        MemorySegment source = bytes(name);
        if (entry.shape().elements() > Integer.MAX_VALUE)
            throw new FileFormatException(file(),
                    "tensor '" + name + "' " + entry.shape() + " is too large for indices");
        return device.ofInts(entry.shape(), mapped.whole(() -> indices(entry, source)));
    }

    private int[] indices(TensorEntry entry, MemorySegment source) throws FileFormatException {
        int[] values = new int[(int) entry.shape().elements()];
        for (int i = 0; i < values.length; i++) {
            long v = StorageFormat.integer(entry.type(), source, i);
            if (v != (int) v)
                throw new FileFormatException(file(),
                        "tensor '" + entry.name() + "' holds " + v + ", too large for an index");
            values[i] = (int) v;
        }
        return values;
    }

    /** Lets go of the file. Closing a second time does nothing. */
    @Override
    public void close() { mapped.close(); }
}
