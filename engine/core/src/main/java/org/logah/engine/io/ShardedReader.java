package org.logah.engine.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.TensorException;
import org.logah.engine.part.JsonFields;

/**
 * Reads what {@link ShardedWriter} writes, and sets of {@code torch.save}'s files with such an index: files are opened as their tensors are asked for. Reading from a closed one is an
 * {@link IllegalStateException}.
 */
public final class ShardedReader implements TensorReader {
    /** How the name of an index ends. */
    static final String SUFFIX = ".index.json";
    private final Path index;
    private final Map<String, String> files;
    private final Map<String, TensorReader> shards = new LinkedHashMap<>();
    private boolean closed;

    private ShardedReader(Path index, Map<String, String> files) {
        this.index = index;
        this.files = files;
    }

    /**
     * Reads an index.
     *
     * @param index the file whose name ends with {@code .index.json}
     * @return a reader, to be closed
     * @throws FileFormatException if the index is missing, or is none, or names files that are not beside it
     * @throws IOException if it cannot be read
     */
    public static ShardedReader open(Path index) throws IOException {
        try {
            JsonFields map = JsonFields.parse("", Utf8.read(index)).object("weight_map");
            Map<String, String> files = new LinkedHashMap<>();
            for (String tensor : map.keys()) {
                String file = map.text(tensor);
                Path name = Path.of(file).getFileName();
                if (file.isEmpty() || name == null || !name.toString().equals(file))
                    throw new FileFormatException(index, "puts '" + tensor + "' into '" + file
                            + "', which is not the name of a file beside it");
                files.put(tensor, file);
            }
            return new ShardedReader(index, files);
        } catch (TensorException e) {
            throw new FileFormatException(index, "is no index of safetensors files: " + e.getMessage(), e);
        } catch (InvalidPathException e) {
            throw new FileFormatException(index, "names a file that there cannot be: " + e.getInput(), e);
        }
    }

    /** {@return the names of the files, without the index} */
    public Set<String> files() {
        return Set.copyOf(files.values());
    }

    @Override
    public Path file() { return index; }

    @Override
    public Set<String> names() { return Collections.unmodifiableSet(files.keySet()); }

    @Override
    public boolean contains(String name) { return files.containsKey(name); }

    private TensorReader shard(String name) throws IOException {
        if (closed) throw new IllegalStateException(index + " is closed; open it again to read '" + name + "'");
        String file = files.get(name);
        if (file == null) throw new FileFormatException(index, "has no tensor '" + name + "'");
        TensorReader shard = shards.get(file);
        if (shard == null) {
            shard = TensorFiles.open(index.resolveSibling(file));
            shards.put(file, shard);
        }
        return shard;
    }

    /** All files of a set say the same; the first one is asked. */
    @Override
    public @Nullable String metadata(String key) throws IOException {
        return files.isEmpty() ? null : shard(files.keySet().iterator().next()).metadata(key);
    }

    @Override
    public TensorEntry entry(String name) throws IOException { return shard(name).entry(name); }

    @Override
    public Tensor read(String name, Device device) throws IOException { return shard(name).read(name, device); }

    @Override
    public void stored(String name, Consumer<MemorySegment> consumer) throws IOException {
        shard(name).stored(name, consumer);
    }

    @Override
    public boolean isFinite(String name) throws IOException { return shard(name).isFinite(name); }

    /** Lets go of all files. Closing a second time does nothing. */
    @Override
    public void close() {
        closed = true;
        shards.values().forEach(TensorReader::close);
    }
}
