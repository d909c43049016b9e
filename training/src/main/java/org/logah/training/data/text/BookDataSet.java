package org.logah.training.data.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;

/** Real prose, built in: chapters 1 to 33 of Herman Melville's Moby-Dick (1851), which is in the public domain. */
public final class BookDataSet implements TextSet {
    private static final String TEXT = "moby-dick.txt";

    /** The data set, as it is registered. */
    public BookDataSet() {}

    @Override
    public String kind() { return "book"; }

    @Override
    public String source() { return "built in: a part of Moby-Dick by Herman Melville, 1851"; }

    @Override
    public boolean builtIn() { return true; }

    @Override
    public boolean recognizes(Path path) { return false; }

    @Override
    public TextSplit texts(@Nullable Path path) throws IOException {
        if (path != null) throw new TensorException("the data set 'book' is built in; leave out " + path);
        try (InputStream in = Objects.requireNonNull(BookDataSet.class.getResourceAsStream(TEXT), TEXT)) {
            return TextSplit.of(TextSource.of("book", in.readAllBytes()));
        }
    }
}
