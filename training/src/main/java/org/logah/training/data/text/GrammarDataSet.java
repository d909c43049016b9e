package org.logah.training.data.text;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.models.DataKind;
import org.logah.training.data.DataSet;

/** The text of {@link GrammarText}, byte by byte: what language models are trained on where no data is given. */
public final class GrammarDataSet implements DataSet {
    private static final int CHARACTERS = 300_000;
    private static final long SEED = 7;

    /** The data set, as it is registered. */
    public GrammarDataSet() {}

    @Override
    public String kind() { return "grammar"; }

    @Override
    public DataKind dataKind() { return DataKind.TOKENS; }

    @Override
    public String source() { return "built in: English-like text made by a small grammar, read byte by byte"; }

    @Override
    public boolean builtIn() { return true; }

    @Override
    public boolean recognizes(Path path) { return false; }

    @Override
    public ByteText open(@Nullable Path path) {
        if (path != null) throw new TensorException("the data set 'grammar' is built in; leave out " + path);
        return text();
    }

    /** {@return the text, always the same} */
    public static ByteText text() {
        return new ByteText(GrammarText.generate(CHARACTERS, SEED));
    }
}
