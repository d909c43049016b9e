package org.logah.training.data.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.logah.engine.io.FileFormatException;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;
import org.logah.models.text.ByteTokenizer;
import org.logah.models.text.Tokenizer;
import org.logah.training.data.BatchSource;
import org.logah.training.data.DataSplits;
import org.logah.training.data.TokenizationListener;

/** A text as bytes, each a token; its last tenth is kept for validation. */
public final class ByteText implements DataSplits {
    private final TokenSplits splits;

    /**
     * A text in memory.
     *
     * @param text its characters, which become UTF-8
     */
    public ByteText(String text) { this(inMemory(text)); }

    private ByteText(TokenSplits splits) { this.splits = splits; }

    private static TokenSplits inMemory(String text) {
        try {
            return splits(TextSource.of("text", text.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory can be read
        }
    }

    private static TokenSplits splits(TextSource source) throws IOException {
        return TextSplit.of(source).read(new ByteTokenizer(), TokenizationListener.NONE);
    }

    /**
     * {@return the text of a file}
     *
     * @param file a UTF-8 text of any size; it may end within a character
     * @throws FileFormatException if it is not there, is a folder, or is no UTF-8
     */
    public static ByteText read(Path file) throws IOException { return new ByteText(splits(TextSource.of(file))); }

    /** {@return the number of bytes} */
    public long length() { return splits.length(); }

    @Override
    public Tokenizer tokenizer() { return splits.tokenizer(); }

    /** {@return SHA-256 of the text, in hexadecimal} */
    @Override
    public String digest() { return splits.digest(); }

    @Override
    public DataFormat.Tokens format(int context) { return splits.format(context); }

    /** {@inheritDoc} They are windows at random places. */
    @Override
    public BatchSource training(int batch, int context, RandomStream random) {
        return splits.training(batch, context, random);
    }

    /** {@inheritDoc} They are windows at random places. */
    @Override
    public BatchSource validation(int batch, int context, RandomStream random) {
        return splits.validation(batch, context, random);
    }
}
