package org.logah.training.data.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.logah.models.text.ByteTokenizer;
import org.logah.models.text.Tokenizer;
import org.logah.training.data.Digests;
import org.logah.training.data.TokenizationListener;

/**
 * Texts that were found and not read yet.
 *
 * @param training what is trained on
 * @param validation what is validated with; null where that is the last tenth of {@code training}
 */
record TextSplit(TextSource training, @Nullable TextSource validation) {
    /** One text, whose last tenth is for validation. */
    static TextSplit of(TextSource text) {
        return new TextSplit(text, null);
    }

    /** Tokens, and a digest of the text that they are from. */
    private record Read(TokenSequence tokens, Supplier<String> digest) {}

    /**
     * The tokens.
     *
     * @param tokenizer makes them; bytes are read where they lie, other tokens are kept in files
     * @param listener told while they are made
     * @throws IOException if a text cannot be read or is no UTF-8, or tokens can be kept nowhere
     */
    TokenSplits read(Tokenizer tokenizer, TokenizationListener listener) throws IOException {
        Read first = read(training, tokenizer, listener);
        if (validation == null)
            return TokenSplits.ofOne(training.name(), tokenizer, first.tokens(), first.digest());
        Read second = read(validation, tokenizer, listener);
        return TokenSplits.ofTwo(training.name() + ", " + validation.name(), tokenizer, first.tokens(),
                second.tokens(), () -> Digests.sha256(List.of(first.digest().get().getBytes(StandardCharsets.UTF_8),
                        second.digest().get().getBytes(StandardCharsets.UTF_8))));
    }

    private static Read read(TextSource source, Tokenizer tokenizer, TokenizationListener listener)
            throws IOException {
        if (tokenizer instanceof ByteTokenizer) return bytes(source, tokenizer.separator());
        Path place = source.place();
        if (place == null) return encoded(source, tokenizer);
        TokenFiles.Tokens found = TokenFiles.ofUser().of(source, place, tokenizer, listener);
        return new Read(new TokenSequence(List.of(found.tokens())), () -> found.digest() + "-" + tokenizer.kind());
    }

    private static Read bytes(TextSource source, int separator) throws IOException {
        List<FileMemory> texts = source.texts();
        List<TokenSequence.Part> parts = new ArrayList<>();
        for (FileMemory text : texts) {
            if (!parts.isEmpty())
                parts.add(TokenSequence.Part.ofBytes(FileMemory.of(new byte[]{(byte) separator})));
            parts.add(TokenSequence.Part.ofBytes(text));
        }
        return new Read(new TokenSequence(parts), () -> source.digest(texts));
    }

    /** What is in memory is small enough for its tokens to be, too. */
    private static Read encoded(TextSource source, Tokenizer tokenizer) throws IOException {
        List<FileMemory> texts = source.texts();
        List<TokenSequence.Part> parts = new ArrayList<>();
        for (FileMemory text : texts) {
            if (!parts.isEmpty())
                parts.add(TokenSequence.Part.of(new int[]{tokenizer.separator()}, tokenizer.vocabulary()));
            text.whole(() -> new TextEncoding(tokenizer).encode(text.bytes(),
                    tokens -> parts.add(TokenSequence.Part.of(tokens, tokenizer.vocabulary())), _ -> {}));
        }
        return new Read(new TokenSequence(parts), () -> source.digest(texts) + "-" + tokenizer.kind());
    }
}
