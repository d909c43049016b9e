package org.logah.training.data.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;

/** Any UTF-8 text, of any size. */
public final class TextDataSet implements TextSet {
    /** The data set, as it is registered. */
    public TextDataSet() {}

    @Override
    public String kind() { return "text"; }

    @Override
    public String source() { return "a UTF-8 text file"; }

    @Override
    public boolean recognizes(Path path) throws IOException {
        return Files.isRegularFile(path) && !WikiTextDataSet.isTraining(path);
    }

    @Override
    public TextSplit texts(@Nullable Path path) throws IOException {
        if (path == null) throw new TensorException("the data set 'text' is not built in; needed: " + source());
        return TextSplit.of(TextSource.of(path));
    }
}
