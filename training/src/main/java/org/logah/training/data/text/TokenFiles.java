package org.logah.training.data.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.ReplacedFile;
import org.logah.models.text.Tokenizer;
import org.logah.training.data.Digests;
import org.logah.training.data.TokenizationListener;

/**
 * The files of tokens that are made of texts, once for each tokenizer, and used again as long as the text stays as it is. They are
 * beside the text, {@code book.txt.gpt2.tokens} for {@code book.txt}, or in a cache folder where nothing can be written there.
 *
 * @param cache the cache folder, which is made when it is needed
 */
record TokenFiles(Path cache) {
    private static final int HASH_DIGITS = 16;

    /** Those of the user: in {@code $XDG_CACHE_HOME/logah}, by default {@code ~/.cache/logah}. */
    static TokenFiles ofUser() {
        String said = System.getenv("XDG_CACHE_HOME");
        Path caches = said != null && Path.of(said).isAbsolute()
                ? Path.of(said)
                : Path.of(System.getProperty("user.home"), ".cache");
        return new TokenFiles(caches.resolve("logah"));
    }

    /**
     * Tokens of a text, and what it was.
     *
     * @param tokens where they lie
     * @param digest of the text
     */
    record Tokens(TokenSequence.Part tokens, String digest) {}

    /**
     * The tokens of a text, made where there are none yet.
     *
     * @param source in files
     * @param place the file or folder that they are beside
     * @param tokenizer makes them
     * @param listener told while it does
     * @throws FileFormatException if a text is no UTF-8, or the tokens can be written nowhere
     */
    Tokens of(TextSource source, Path place, Tokenizer tokenizer, TokenizationListener listener) throws IOException {
        Path text = place.toRealPath();
        Path beside = text.resolveSibling(text.getFileName() + "." + tokenizer.kind() + ".tokens");
        Path cached = cache.resolve(hash(text) + "." + tokenizer.kind() + ".tokens");
        for (Path file : List.of(beside, cached)) {
            Tokens found = found(source, file, tokenizer, listener);
            if (found != null) return found;
        }
        Path file = writable(beside, cached, listener);
        make(source, file, tokenizer, listener);
        TokenFile made = TokenFile.read(file);
        listener.finished(file, made.header().tokens());
        return new Tokens(made.part(file), made.header().sourceSha256());
    }

    private static String hash(Path text) { return Digests.sha256(text.toString()).substring(0, HASH_DIGITS); }

    /** What a file has, if it is of this text as it stands. */
    private static @Nullable Tokens found(TextSource source, Path file, Tokenizer tokenizer,
            TokenizationListener listener) throws IOException {
        if (!Files.exists(file)) return null;
        if (!Files.isRegularFile(file) || !TokenFile.isOne(file))
            throw new FileFormatException(file, "is no file of tokens, and would be written over; move it away");
        TokenFile found;
        try {
            found = TokenFile.read(file);
        } catch (FileFormatException e) {
            listener.noticed(e.getMessage() + "; the tokens are made anew");
            return null;
        }
        TokenFile.Header header = found.header();
        if (!header.tokenizer().equals(tokenizer.kind()) || header.vocabulary() != tokenizer.vocabulary()) {
            listener.noticed(file + ": tokens of another tokenizer, " + header.tokenizer() + " with "
                    + header.vocabulary() + "; they are made anew");
            return null;
        }
        boolean same = header.sourceBytes() == source.bytes()
                && (header.sourceStamp().equals(source.stamp()) || header.sourceSha256().equals(source.digest()));
        if (!same) {
            listener.noticed(source.name() + ": changed since its tokens were made; they are made anew");
            return null;
        }
        try {
            found.requireWhole(file);
        } catch (FileFormatException e) {
            listener.noticed(e.getMessage() + "; the tokens are made anew");
            return null;
        }
        return new Tokens(found.part(file), header.sourceSha256());
    }

    private Path writable(Path beside, Path cached, TokenizationListener listener) throws IOException {
        try {
            ReplacedFile.requireWritable(beside);
            return beside;
        } catch (FileFormatException e) {
            try {
                Files.createDirectories(cache);
                ReplacedFile.requireWritable(cached);
            } catch (IOException alsoThere) {
                throw new FileFormatException(beside, "tokens can be kept neither there nor in " + cache
                        + "; let XDG_CACHE_HOME name a folder that can be written", alsoThere);
            }
            listener.noticed(e.getMessage() + "; the tokens are kept in " + cached);
            return cached;
        }
    }

    private static void make(TextSource source, Path file, Tokenizer tokenizer, TokenizationListener listener)
            throws IOException {
        String stamp = source.stamp();
        long bytes = source.bytes();
        MessageDigest digest = Digests.sha256();
        try (TokenFile.Writer out = new TokenFile.Writer(file, tokenizer.kind(), tokenizer.vocabulary())) {
            listener.started(source.name(), file, bytes);
            long before = 0;
            for (int i = 0; i < source.count(); i++) {
                if (i > 0) out.add(new int[]{tokenizer.separator()});
                FileMemory text = source.text(i);
                source.update(digest, text);
                long start = before;
                text.whole(() -> new TextEncoding(tokenizer).encode(text.bytes(), out::add,
                        done -> listener.progressed(start + done, bytes)));
                before += text.bytes().byteSize();
            }
            if (!stamp.equals(source.stamp()))
                throw new FileFormatException(Path.of(source.name()),
                        "changed while its tokens were made; run the command again");
            out.commit(bytes, stamp, Digests.hexadecimal(digest));
        }
    }
}
