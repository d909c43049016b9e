package org.logah.training.data.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;

/**
 * A folder of UTF-8 texts: every file in it, and in the folders in it, whose name ends in {@code .txt}, in the order of their paths,
 * with a token between two texts.
 */
public final class TextFolderDataSet implements TextSet {
    private static final String ENDING = ".txt";

    /** The data set, as it is registered. */
    public TextFolderDataSet() {}

    @Override
    public String kind() { return "texts"; }

    @Override
    public String source() { return "a folder of UTF-8 texts (*.txt)"; }

    @Override
    public boolean recognizes(Path path) throws IOException {
        if (!Files.isDirectory(path) || WikiTextDataSet.isFolder(path)) return false;
        try (Stream<Path> files = Files.walk(path.toRealPath())) {
            return files.anyMatch(TextFolderDataSet::isText);
        } catch (UncheckedIOException e) {
            return false; // what cannot be listed is said when the folder is read
        }
    }

    private static boolean isText(Path file) {
        return file.getFileName() != null && file.getFileName().toString().endsWith(ENDING)
                && Files.isRegularFile(file);
    }

    @Override
    public TextSplit texts(@Nullable Path path) throws IOException {
        if (path == null) throw new TensorException("the data set 'texts' is not built in; needed: " + source());
        if (!Files.isDirectory(path)) throw new FileFormatException(path, "is no folder; needed: " + source());
        Path folder = path.toRealPath();
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(TextFolderDataSet::isText).sorted(Comparator.comparing(f -> inOrder(folder, f)))
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (files.isEmpty()) throw new FileFormatException(path, "has no text; needed: " + source());
        return TextSplit.of(TextSource.of(folder, files));
    }

    /** The same order on every system. */
    private static String inOrder(Path folder, Path file) {
        return folder.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
    }
}
