package org.logah.engine.io;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

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
    private final String stem;
    private final long totalBytes;
    private final List<SafetensorsWriter> shards = new ArrayList<>();
    private final Path target;
    private final Set<String> keys;
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
        this.target = target;
        keys = Set.copyOf(metadata.keySet());
        index = index(target);
        totalBytes = tensors.stream().mapToLong(TensorEntry::bytes).sum();
        ReplacedFile.requireWritable(index, totalBytes);
        List<List<TensorEntry>> parts = split(tensors, mostBytes);
        stem = name.substring(0, name.length() - SUFFIX.length());
        try {
            for (int i = 0; i < parts.size(); i++) {
                String file = String.format(Locale.ROOT, "%s-%05d-of-%05d%s", stem, i + 1, parts.size(), SUFFIX);
                SafetensorsWriter writer = new SafetensorsWriter(target.resolveSibling(file), name, metadata,
                        parts.get(i));
                shards.add(writer);
                for (TensorEntry e : parts.get(i)) {
                    writers.put(e.name(), writer);
                    files.put(e.name(), file);
                }
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * {@return the index of a set of files, which is written last}
     *
     * @param target the name that a single file would have
     */
    public static Path index(Path target) {
        return target.resolveSibling(target.getFileName() + ShardedReader.SUFFIX);
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

    /**
     * Whatever happens there is never an index whose files are of two sets. Where no file has a name that the old index knows, that one
     * stays until the new one takes its place; else, or where nobody can say, it goes before the first file is replaced. Other files
     * that have a name of one of the target's shards, as the old index knew them or a killed writer left them, go last, and so does a
     * single file of the target's name; but none whose header lacks a key that these files have, as those of other programs do.
     */
    @Override
    public void finish() throws IOException {
        for (SafetensorsWriter shard : shards) shard.complete();
        Set<String> before = filesBefore(index);
        Set<String> mine = Set.copyOf(files.values());
        List<Path> others = new ArrayList<>(shardsThere(index, stem, before, keys));
        others.removeIf(f -> mine.contains(f.getFileName().toString()));
        if (isAlike(target, keys)) others.add(target);
        ReplacedFile.together(() -> {
            if ((before.isEmpty() || !Collections.disjoint(before, mine)) && Files.deleteIfExists(index))
                ReplacedFile.syncFolderOf(index);
            for (SafetensorsWriter shard : shards) shard.rename();
            TextFile.write(index, text());
            for (Path other : others) Files.deleteIfExists(other);
        });
    }

    /**
     * Removes the index and the files of a set, where a single file has taken its place: it would be read as if it were the same. A set
     * of another kind stays, whole.
     *
     * @param target the name of the single file
     * @param keys of texts in the single file's header; a set whose files lack one is of another kind
     * @throws IOException if they cannot be removed
     */
    public static void removeSet(Path target, Set<String> keys) throws IOException {
        Path index = index(target);
        String name = target.getFileName().toString();
        Set<String> before = filesBefore(index);
        if (!name.endsWith(SUFFIX) || before.isEmpty()) return;
        String stem = name.substring(0, name.length() - SUFFIX.length());
        List<Path> there = shardsThere(index, stem, before, keys);
        if (!there.stream().map(f -> f.getFileName().toString()).toList().containsAll(before)) return;
        ReplacedFile.together(() -> {
            Files.deleteIfExists(index);
            for (Path old : there) Files.deleteIfExists(old);
        });
    }

    private String text() {
        JsonObject metadata = new JsonObject();
        metadata.addProperty("total_size", totalBytes);
        JsonObject map = new JsonObject();
        files.forEach(map::addProperty);
        JsonObject root = new JsonObject();
        root.add("metadata", metadata);
        root.add("weight_map", map);
        return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(root);
    }

    /** Files that the index says are there; none where there is no index, or nobody can read it. */
    private static Set<String> filesBefore(Path index) {
        if (!Files.isRegularFile(index)) return Set.of();
        try (ShardedReader old = ShardedReader.open(index)) {
            return old.files();
        } catch (IOException e) {
            return Set.of();
        }
    }

    /**
     * Files of the same kind beside the index with a name of one of its shards; none where the index is damaged, so that nobody's are
     * deleted.
     */
    private static List<Path> shardsThere(Path index, String stem, Set<String> before, Set<String> keys)
            throws IOException {
        Pattern shard = Pattern.compile(Pattern.quote(stem) + "-\\d{5}-of-\\d{5}" + Pattern.quote(SUFFIX));
        List<Path> there = new ArrayList<>();
        if (Files.exists(index) && before.isEmpty()) return there;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(index.toAbsolutePath().getParent())) {
            for (Path f : all)
                if (shard.matcher(f.getFileName().toString()).matches() && isAlike(f, keys)) there.add(f);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return there;
    }

    /** Whether a file is a safetensors file with texts of all these keys. */
    private static boolean isAlike(Path file, Set<String> keys) {
        if (!Files.isRegularFile(file)) return false;
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            return in.metadata().keySet().containsAll(keys);
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException { for (SafetensorsWriter shard : shards) shard.close(); }
}
