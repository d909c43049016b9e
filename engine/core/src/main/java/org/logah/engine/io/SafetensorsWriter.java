package org.logah.engine.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Tensor;

/**
 * Writes a safetensors file: the header first, then each tensor at its place, in any order. The file grows beside its final
 * name and takes that name only in {@link #finish}; without it nothing is left behind ({@link ReplacedFile}).
 */
public final class SafetensorsWriter implements TensorWriter {
    /** Bytes that one call to the system writes, and that a conversion holds at once. */
    private static final long CHUNK = 8L << 20;
    private final Path target;
    private final ReplacedFile file;
    private final long dataStart;
    private final long size;
    private final Map<String, TensorEntry> entries = new LinkedHashMap<>();
    private final Map<String, Long> offsets = new LinkedHashMap<>();
    /** Elements that were put, by tensor; several threads put. */
    private final Map<String, Long> put = new ConcurrentHashMap<>();

    /**
     * Begins a file and writes its header.
     *
     * @param target the file's name in the end
     * @param metadata texts beside the tensors, by key
     * @param tensors what will be written, in the order of the file
     * @throws FileFormatException if the file cannot be created
     * @throws IOException if the header cannot be written
     * @throws IllegalArgumentException if two tensors have one name
     */
    public SafetensorsWriter(Path target, Map<String, String> metadata, List<TensorEntry> tensors) throws IOException {
        this(target, null, metadata, tensors);
    }

    /** @param set name of the set that the file is of; null for none */
    SafetensorsWriter(Path target, @Nullable String set, Map<String, String> metadata, List<TensorEntry> tensors)
            throws IOException {
        this.target = target;
        byte[] header = SafetensorsHeader.encode(metadata, tensors);
        long at = 0;
        for (TensorEntry e : tensors) {
            if (entries.put(e.name(), e) != null) {
                throw new IllegalArgumentException("tensor '" + e.name() + "' is given twice");
            }
            offsets.put(e.name(), at);
            at += e.bytes();
        }
        dataStart = 8 + header.length;
        size = dataStart + at;
        file = ReplacedFile.begin(target, set, size);
        try {
            ByteBuffer head = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
            file.write(head.putLong(header.length).put(header).flip(), 0);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * Writes a whole file at once, each tensor in its own format.
     *
     * @param target the file
     * @param metadata texts beside the tensors, by key
     * @param tensors by name, in the order of the file
     * @throws IOException if it cannot be written
     */
    public static void write(Path target, Map<String, String> metadata, Map<String, Tensor> tensors)
            throws IOException {
        List<TensorEntry> entries = new ArrayList<>();
        tensors.forEach((name, t) -> entries.add(new TensorEntry(name, t.type(), t.shape())));
        try (SafetensorsWriter writer = new SafetensorsWriter(target, metadata, entries)) {
            for (Map.Entry<String, Tensor> e : tensors.entrySet()) writer.put(e.getKey(), e.getValue());
            writer.finish();
        }
    }

    private TensorEntry announced(String name) {
        TensorEntry entry = entries.get(name);
        if (entry == null) throw new IllegalArgumentException("tensor '" + name + "' was not announced");
        return entry;
    }

    private long position(String name) {
        Long offset = offsets.get(name);
        return dataStart + (offset == null ? 0 : offset);
    }

    @Override
    public void put(String name, Tensor value) throws IOException {
        TensorEntry entry = announced(name);
        if (!entry.shape().equals(value.shape())) {
            throw new IllegalArgumentException(
                    "tensor '" + name + "' has shape " + value.shape() + ", not " + entry.shape());
        }
        put(name, 0, value);
    }

    /** Written, not mapped: the pages of a mapped file are made one at a time, at the price of a fault each. */
    @Override
    public void put(String name, long first, Tensor part) throws IOException {
        TensorEntry entry = announced(name);
        if (first < 0 || first + part.elements() > entry.shape().elements()) {
            throw new IllegalArgumentException("tensor '" + name + "' of shape " + entry.shape() + " has no elements "
                    + first + " to " + (first + part.elements()));
        }
        boolean asItIs = entry.type() == part.type() && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        long each = CHUNK / Math.max(part.type().bytes(), entry.type().bytes());
        long start = position(name) + first * entry.type().bytes();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment from = part.onHost(scratch);
            MemorySegment converted = asItIs
                    ? from
                    : scratch.allocate(Math.min(each, part.elements()) * entry.type().bytes(), 8);
            for (long i = 0; i < part.elements(); i += each) {
                long n = Math.min(each, part.elements() - i);
                MemorySegment some = from.asSlice(i * part.type().bytes(), n * part.type().bytes());
                MemorySegment bytes = asItIs ? some : converted.asSlice(0, n * entry.type().bytes());
                if (!asItIs) StorageFormat.convert(part.type(), some, entry.type(), bytes, n);
                file.write(bytes.asByteBuffer(), start + i * entry.type().bytes());
            }
        }
        put.merge(name, part.elements(), Long::sum);
    }

    /**
     * Stores a whole tensor as another file had it.
     *
     * @param name as announced
     * @param bytes its elements in the format announced for it: row-major, little-endian
     * @throws IOException if they cannot be written
     * @throws IllegalArgumentException if the tensor was not announced, or takes another number of bytes
     */
    public void putStored(String name, MemorySegment bytes) throws IOException {
        TensorEntry entry = announced(name);
        if (bytes.byteSize() != entry.bytes())
            throw new IllegalArgumentException(
                    "tensor '" + name + "' takes " + entry.bytes() + " bytes, not " + bytes.byteSize());
        for (long at = 0; at < bytes.byteSize(); at += CHUNK) {
            MemorySegment some = bytes.asSlice(at, Math.min(CHUNK, bytes.byteSize() - at));
            file.write(some.asByteBuffer(), position(name) + at);
        }
        put.merge(name, entry.shape().elements(), Long::sum);
    }

    /** A file with a hole would read as zeros. */
    private void requireComplete() {
        for (TensorEntry e : entries.values()) {
            long there = put.getOrDefault(e.name(), 0L);
            if (there < e.shape().elements())
                throw new IllegalStateException(
                        target + ": of tensor '" + e.name() + "' " + e.shape() + " only " + there
                                + " of " + e.shape().elements() + " elements were put; put all of it before finishing");
        }
    }

    @Override
    public void finish() throws IOException {
        complete();
        rename();
    }

    /** All is on the disk, but for the name. */
    void complete() throws IOException {
        requireComplete();
        file.sync();
    }

    /** Gives the {@link #complete} file its name. */
    void rename() throws IOException { file.rename(); }

    @Override
    public void close() throws IOException { file.close(); }
}
