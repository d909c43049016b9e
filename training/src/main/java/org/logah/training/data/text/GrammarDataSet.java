package org.logah.training.data.text;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;

/** The text of {@link GrammarText}: what language models are trained on where no data is given. */
public final class GrammarDataSet implements TextSet {
    private static final int CHARACTERS = 300_000;
    private static final long SEED = 7;

    /** The data set, as it is registered. */
    public GrammarDataSet() {}

    @Override
    public String kind() { return "grammar"; }

    @Override
    public String source() { return "built in: English-like text made by a small grammar"; }

    @Override
    public boolean builtIn() { return true; }

    @Override
    public boolean preferred() { return true; }

    @Override
    public boolean recognizes(Path path) { return false; }

    @Override
    public TextSplit texts(@Nullable Path path) {
        if (path != null) throw new TensorException("the data set 'grammar' is built in; leave out " + path);
        return TextSplit.of(TextSource.of("grammar", characters().getBytes(StandardCharsets.UTF_8)));
    }

    /** {@return the text byte by byte, always the same} */
    public static ByteText text() {
        return new ByteText(characters());
    }

    private static String characters() { return GrammarText.generate(CHARACTERS, SEED); }
}
