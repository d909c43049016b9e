package org.logah.training.data.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.engine.io.FileFormatException;
import org.logah.models.text.Tokenizer;
import org.logah.training.data.TokenizationListener;

/** Tokens are made once, used again as long as they fit, and lost with nothing else. */
class TokenFilesTest {
    private static final String TEXT = "The old house is near the river.\nCaf\u00e9, \u20ac 5. ".repeat(40);
    @TempDir
    Path folder;
    private final Tokenizer gpt2 = new Gpt2Tokenizer();
    private final List<String> said = new ArrayList<>();
    private Path book = Path.of("");
    private Path tokens = Path.of("");

    private final TokenizationListener listener = new TokenizationListener() {
        @Override
        public void started(String text, Path file, long bytes) { said.add("started " + bytes); }

        @Override
        public void progressed(long done, long bytes) { said.add("done " + done); }

        @Override
        public void finished(Path file, long count) { said.add("finished " + file.getFileName() + " " + count); }

        @Override
        public void noticed(String line) { said.add("noticed " + line); }
    };

    @BeforeEach
    void write() throws IOException {
        book = Files.writeString(folder.resolve("book.txt").toAbsolutePath(), TEXT);
        tokens = folder.resolve("book.txt.gpt2.tokens");
    }

    private int[] read() throws IOException { return read(book, TextSource.of(book)); }

    private int[] read(Path place, TextSource source) throws IOException {
        said.clear();
        TokenFiles.Tokens found = new TokenFiles(folder.resolve("cache")).of(source, place, gpt2, listener);
        TokenSequence sequence = new TokenSequence(List.of(found.tokens()));
        int[] all = new int[(int) sequence.length()];
        sequence.read(0, all, 0, all.length);
        assertEquals(TextSource.of(book).digest().equals(found.digest()), place.equals(book));
        return all;
    }

    private List<String> left() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void tokensAreMadeOnceBesideTheText() throws IOException {
        int[] wanted = gpt2.encode(TEXT);
        assertArrayEquals(wanted, read());
        int bytes = TEXT.getBytes(StandardCharsets.UTF_8).length;
        assertEquals(List.of("started " + bytes, "done " + bytes, "finished book.txt.gpt2.tokens " + wanted.length),
                said);
        assertEquals(1024 + 2L * wanted.length, Files.size(tokens));
        assertEquals(List.of("book.txt", "book.txt.gpt2.tokens"), left());
        TokenFile.Header header = TokenFile.read(tokens).header();
        assertEquals("gpt2", header.tokenizer());
        assertEquals(50257, header.vocabulary());
        assertEquals(bytes, header.sourceBytes());
        assertArrayEquals(wanted, read());
        assertTrue(said.isEmpty(), said.toString());
    }

    @Test
    void aTextThatWasOnlyTouchedKeepsItsTokens() throws IOException {
        read();
        Files.setLastModifiedTime(book, FileTime.fromMillis(1_000_000_000_000L));
        read();
        assertTrue(said.isEmpty(), said.toString());
    }

    @Test
    void aTextThatChangedGetsOthers() throws IOException {
        read();
        String changed = TEXT.replace("river", "rival"); // as long as before
        Files.writeString(book, changed);
        Files.setLastModifiedTime(book, FileTime.fromMillis(1_000_000_000_000L));
        assertArrayEquals(gpt2.encode(changed), read());
        assertEquals("noticed " + book + ": changed since its tokens were made; they are made anew", said.getFirst());
    }

    @Test
    void damagedTokensAreMadeAnewInOneLine() throws IOException {
        int[] wanted = read();
        byte[] whole = Files.readAllBytes(tokens);
        Files.write(tokens, Arrays.copyOf(whole, whole.length - 1));
        assertArrayEquals(wanted, read());
        assertEquals("noticed " + tokens.toAbsolutePath() + ": has " + (whole.length - 1025)
                + " bytes of tokens, its header says " + wanted.length
                + " tokens of 2 bytes each; the tokens are made anew", said.getFirst());
        whole[20] = '?';
        Files.write(tokens, whole);
        assertArrayEquals(wanted, read());
        assertTrue(said.getFirst().startsWith("noticed " + tokens.toAbsolutePath() + ": is damaged: "),
                said.toString());
    }

    /** One bit of a token makes another token, which trains as well. */
    @Test
    void tokensThatAreNotThoseThatWereWrittenAreMadeAnew() throws IOException {
        int[] wanted = read();
        byte[] whole = Files.readAllBytes(tokens);
        whole[whole.length - 2] ^= 1;
        Files.write(tokens, whole);
        assertArrayEquals(wanted, read());
        assertEquals("noticed " + tokens.toAbsolutePath()
                + ": is damaged: its tokens are not those that were written; the tokens are made anew",
                said.getFirst());
        assertArrayEquals(wanted, read());
        assertTrue(said.isEmpty(), said.toString());
    }

    @Test
    void tokensOfAnEarlierVersionAreMadeAnew() throws IOException {
        int[] wanted = read();
        byte[] whole = Files.readAllBytes(tokens);
        String head = new String(whole, 0, 1024, StandardCharsets.ISO_8859_1);
        whole[head.indexOf("\"version\":2") + 10] = '1';
        Files.write(tokens, whole);
        assertArrayEquals(wanted, read());
        assertEquals("noticed " + tokens.toAbsolutePath()
                + ": is of version 1 of this format, not 2; the tokens are made anew", said.getFirst());
    }

    /** A file that is damaged after it was looked at. */
    @Test
    void aTokenThatIsNoneIsSaidWhereItIsRead() throws IOException {
        read();
        try (FileChannel channel = FileChannel.open(tokens, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort((short) 50257).flip(), 1030);
        }
        TokenSequence sequence = new TokenSequence(List.of(TokenFile.read(tokens).part(tokens)));
        assertEquals(tokens
                + ": is damaged: place 3 has 50257, no token of 50257; delete the file, and it is made anew",
                assertThrows(UncheckedIOException.class, () -> sequence.read(0, new int[4], 0, 4)).getCause()
                        .getMessage());
    }

    /** Somebody else's file of that name stays. */
    @Test
    void whatIsNoFileOfTokensIsNotWrittenOver() throws IOException {
        Files.writeString(tokens, "my notes");
        assertEquals(tokens.toAbsolutePath() + ": is no file of tokens, and would be written over; move it away",
                assertThrows(FileFormatException.class, this::read).getMessage());
        assertEquals("my notes", Files.readString(tokens));
    }

    /** The name beside is longer than systems allow, which root, too, cannot write. */
    @Test
    void whereNothingCanBeWrittenBesideTokensGoToTheCache() throws IOException {
        Path named = Files.writeString(folder.resolve("a".repeat(248) + ".txt"), TEXT);
        int[] wanted = gpt2.encode(TEXT);
        said.clear();
        TokenFiles files = new TokenFiles(folder.resolve("cache/logah"));
        assertEquals(wanted.length, files.of(TextSource.of(named), named, gpt2, listener).tokens().length());
        assertTrue(said.getFirst().startsWith("noticed ") && said.getFirst().contains("; the tokens are kept in "),
                said.toString());
        said.clear();
        assertEquals(wanted.length, files.of(TextSource.of(named), named, gpt2, listener).tokens().length());
        assertTrue(said.isEmpty(), said.toString());
        String message = assertThrows(FileFormatException.class,
                () -> new TokenFiles(book.resolve("no")).of(TextSource.of(named), named, gpt2, listener)).getMessage();
        assertTrue(message.endsWith("let XDG_CACHE_HOME name a folder that can be written"), message);
    }

    @Test
    void whatEndsInTheMiddleLeavesNothing() throws IOException {
        TokenizationListener stops = new TokenizationListener() {
            @Override
            public void progressed(long done, long bytes) { throw new IllegalStateException("stop"); }
        };
        assertThrows(IllegalStateException.class,
                () -> new TokenFiles(folder.resolve("cache")).of(TextSource.of(book), book, gpt2, stops));
        assertEquals(List.of("book.txt"), left());
    }

    @Test
    void aTextThatChangesMeanwhileIsRefused() throws IOException {
        TokenizationListener changes = new TokenizationListener() {
            @Override
            public void progressed(long done, long bytes) {
                try {
                    Files.writeString(book, "x", StandardOpenOption.APPEND);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
        assertEquals(book + ": changed while its tokens were made; run the command again",
                assertThrows(FileFormatException.class,
                        () -> new TokenFiles(folder.resolve("cache")).of(TextSource.of(book), book, gpt2, changes))
                        .getMessage());
        assertEquals(List.of("book.txt"), left());
    }

    /** As they would be one behind the other, with an end of text between. */
    @Test
    void aFolderHasOneFileOfTokensBesideIt() throws IOException {
        Path texts = Files.createDirectories(folder.resolve("texts"));
        Path a = Files.writeString(texts.resolve("a.txt"), "one two");
        Path b = Files.writeString(texts.resolve("b.txt"), "three");
        int[] found = read(texts, TextSource.of(texts.toRealPath(), List.of(a.toRealPath(), b.toRealPath())));
        assertEquals("one two<|endoftext|>three", gpt2.decode(found));
        assertEquals(50256, found[2]);
        assertTrue(left().contains("texts.gpt2.tokens"), left().toString());
        Path c = Files.move(b, texts.resolve("c.txt"));
        read(texts, TextSource.of(texts.toRealPath(), List.of(a.toRealPath(), c.toRealPath())));
        assertTrue(said.isEmpty(), "a text of another name is the same text: " + said);
    }
}
