package org.logah.training.data.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.models.DataKind;
import org.logah.training.data.DataSet;

/** Any UTF-8 text, byte by byte. */
public final class TextDataSet implements DataSet {
    /** The data set, as it is registered. */
    public TextDataSet() {}

    @Override
    public String kind() { return "text"; }

    @Override
    public DataKind dataKind() { return DataKind.TOKENS; }

    @Override
    public String source() { return "a UTF-8 text file, read byte by byte"; }

    @Override
    public boolean recognizes(Path path) { return Files.isRegularFile(path); }

    @Override
    public ByteText open(@Nullable Path path) throws IOException {
        if (path == null) throw new TensorException("the data set 'text' is not built in; needed: " + source());
        return ByteText.read(path);
    }
}
