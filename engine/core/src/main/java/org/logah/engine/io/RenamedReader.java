package org.logah.engine.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;

/**
 * The tensors of another reader under other names, some perhaps in other shapes, others left out. It owns the other reader and closes
 * it.
 */
public final class RenamedReader implements TensorReader {
    private final TensorReader in;
    private final Map<String, Source> sources;

    /**
     * Where a tensor is.
     *
     * @param name in the other reader
     * @param shape that it is given, of as many elements
     */
    public record Source(String name, Shape shape) {}

    /**
     * Gives tensors other names.
     *
     * @param in the other reader
     * @param sources where each tensor is, by its new name
     */
    public RenamedReader(TensorReader in, Map<String, Source> sources) {
        this.in = in;
        this.sources = new LinkedHashMap<>(sources);
    }

    private Source source(String name) throws FileFormatException {
        Source source = sources.get(name);
        if (source == null) throw new FileFormatException(file(), "has no tensor '" + name + "'");
        return source;
    }

    @Override
    public @Nullable String metadata(String key) throws IOException { return in.metadata(key); }

    @Override
    public Path file() { return in.file(); }

    @Override
    public Set<String> names() { return Collections.unmodifiableSet(sources.keySet()); }

    @Override
    public boolean contains(String name) { return sources.containsKey(name); }

    @Override
    public TensorEntry entry(String name) throws IOException {
        Source source = source(name);
        return new TensorEntry(name, in.entry(source.name()).type(), source.shape());
    }

    @Override
    public Tensor read(String name, Device device) throws IOException {
        Source source = source(name);
        return in.read(source.name(), device).reshape(source.shape());
    }

    @Override
    public void stored(String name, Consumer<MemorySegment> consumer) throws IOException {
        in.stored(source(name).name(), consumer);
    }

    @Override
    public boolean isFinite(String name) throws IOException { return in.isFinite(source(name).name()); }

    @Override
    public void close() { in.close(); }
}
