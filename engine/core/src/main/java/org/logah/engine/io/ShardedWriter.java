package org.logah.engine.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.logah.engine.Tensor;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;

/**
 * A large model in several safetensors files, as Hugging Face's libraries name and read them:
 * {@code model-00001-of-00003.safetensors} and so on, and {@code model.safetensors.index.json}, which tells in which file each
 * tensor is. The index is written last: where it is, all files are.
 */
public final class ShardedWriter implements TensorWriter {
    private static final String SUFFIX = ".safetensors";
    private final Path index;
    private final long totalBytes;
    private final List<SafetensorsWriter> shards = new ArrayList<>();
    private final Map<String, SafetensorsWriter> writers = new LinkedHashMap<>();
    private final Map<String, String> files = new LinkedHashMap<>();

    /**
     * Begins all files.
     *
     * @param target the name that a single file would have, {@code folder/model.safetensors}
     * @param metadata texts beside the tensors of each file, by key
     * @param tensors what will be written, in the order of the files
     * @param mostBytes of a file's tensors together; a single larger tensor has a file of its own
     * @throws FileFormatException if the files cannot be created
     * @throws IOException if a header cannot be written
     * @throws IllegalArgumentException if two tensors of a file have one name, or files could hold nothing
     */
    public ShardedWriter(Path target, Map<String, String> metadata, List<TensorEntry> tensors, long mostBytes)
            throws IOException {
        if (mostBytes < 1) throw new IllegalArgumentException("files of " + mostBytes + " bytes hold nothing");
        String name = target.getFileName().toString();
        if (!name.endsWith(SUFFIX))
            throw new FileFormatException(target, "shards need a name that ends with " + SUFFIX);
        index = target.resolveSibling(name + ShardedReader.SUFFIX);
        totalBytes = tensors.stream().mapToLong(TensorEntry::bytes).sum();
        List<List<TensorEntry>> parts = split(tensors, mostBytes);
        String stem = name.substring(0, name.length() - SUFFIX.length());
        try {
            for (int i = 0; i < parts.size(); i++) {
                String file = String.format(Locale.ROOT, "%s-%05d-of-%05d%s", stem, i + 1, parts.size(), SUFFIX);
                SafetensorsWriter writer = new SafetensorsWriter(target.resolveSibling(file), metadata, parts.get(i));
                shards.add(writer);
                for (TensorEntry e : parts.get(i)) {
                    writers.put(e.name(), writer);
                    files.put(e.name(), file);
                }
            }
            if (Files.getFileStore(index.toAbsolutePath().getParent()).getUsableSpace() < totalBytes)
                throw new FileFormatException(target, "needs " + totalBytes + " bytes, the disk has fewer free");
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** In the order given, each file as full as it may be. */
    private static List<List<TensorEntry>> split(List<TensorEntry> tensors, long mostBytes) {
        List<List<TensorEntry>> parts = new ArrayList<>();
        long used = Long.MAX_VALUE;
        for (TensorEntry e : tensors) {
            if (used > mostBytes - e.bytes()) {
                parts.add(new ArrayList<>());
                used = 0;
            }
            parts.getLast().add(e);
            used += e.bytes();
        }
        return parts;
    }

    /** {@return how many files there are, without the index} */
    public int count() { return shards.size(); }

    private SafetensorsWriter writer(String name) {
        SafetensorsWriter writer = writers.get(name);
        if (writer == null) throw new IllegalArgumentException("tensor '" + name + "' was not announced");
        return writer;
    }

    @Override
    public void put(String name, Tensor value) throws IOException { writer(name).put(name, value); }

    @Override
    public void put(String name, long first, Tensor part) throws IOException { writer(name).put(name, first, part); }

    @Override
    public void finish() throws IOException {
        for (SafetensorsWriter shard : shards) shard.requireComplete();
        for (SafetensorsWriter shard : shards) shard.finish();
        JsonObject metadata = new JsonObject();
        metadata.addProperty("total_size", totalBytes);
        JsonObject map = new JsonObject();
        files.forEach(map::addProperty);
        JsonObject root = new JsonObject();
        root.add("metadata", metadata);
        root.add("weight_map", map);
        Path partial = index.resolveSibling(index.getFileName() + ".part" + ProcessHandle.current().pid());
        Files.writeString(partial, new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(root));
        Files.move(partial, index, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException { for (SafetensorsWriter shard : shards) shard.close(); }
}
