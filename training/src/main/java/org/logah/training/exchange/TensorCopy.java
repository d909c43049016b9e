package org.logah.training.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.io.ShardedWriter;
import org.logah.engine.io.TensorEntry;
import org.logah.engine.io.TensorReader;

/** Copies tensors into a safetensors file, bit by bit, one after the other. */
final class TensorCopy {
    private TensorCopy() {}

    /**
     * Writes all tensors of a reader.
     *
     * @return what was written
     */
    static List<TensorEntry> write(TensorReader in, Path out, Map<String, String> header) throws IOException {
        List<TensorEntry> entries = new ArrayList<>();
        for (String name : in.names()) entries.add(in.entry(name));
        try (SafetensorsWriter writer = new SafetensorsWriter(out, header, entries)) {
            for (TensorEntry e : entries) {
                in.stored(e.name(), bytes -> {
                    try {
                        writer.putStored(e.name(), bytes);
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                });
            }
            writer.finish();
            ShardedWriter.removeSet(out, header.keySet());
        } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
        }
        return entries;
    }
}
