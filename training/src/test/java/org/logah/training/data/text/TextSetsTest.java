package org.logah.training.data.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat.Tokens;
import org.logah.models.DataKind;
import org.logah.models.text.ByteTokenizer;
import org.logah.models.text.Tokenizer;
import org.logah.training.data.Batch;
import org.logah.training.data.DataRequest;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;
import org.logah.training.data.Digests;
import org.logah.training.data.TokenizationListener;

class TextSetsTest {
    @TempDir
    Path folder;
    private final Tokenizer gpt2 = new Gpt2Tokenizer();
    private final Tokenizer bytes = new ByteTokenizer();
    private final Device device = new CpuDevice(1, KernelChoice.PLAIN);

    @AfterEach
    void close() { device.close(); }

    private Path text(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private DataSplits open(String where, Tokenizer tokenizer) throws IOException {
        return DataSets.open(DataKind.TOKENS, where, DataRequest.of(tokenizer));
    }

    private String window(DataSplits data, boolean training, int length) {
        RandomStream random = new RandomStream(1);
        try (Batch batch = (training ? data.training(1, length, random) : data.validation(1, length, random)).batch(0,
                device)) {
            Tokenizer tokenizer = data.tokenizer();
            return tokenizer == null ? "" : tokenizer.decode(batch.input().toInts());
        }
    }

    /** Numbers of trainings of the first version: any change of them would be a change of the data. */
    @Test
    void windowsOfBytesAreThoseOfTheFirstVersion() {
        String text = GrammarText.generate(20_000, 1);
        byte[] all = text.getBytes(StandardCharsets.UTF_8);
        int end = all.length - all.length / 10;
        RandomStream random = new RandomStream(3);
        int[] found = new ByteText(text).training(2, 16, random).batch(5, device).targets().toInts();
        int[] kept = new ByteText(text).validation(2, 16, random).batch(5, device).input().toInts();
        RandomStream drawn = random.split(5);
        RandomStream drawnToo = random.split(5);
        for (int b = 0; b < 2; b++) {
            int at = drawn.nextInt(end - 16);
            int keptAt = end + drawnToo.nextInt(all.length - end - 16);
            for (int i = 0; i < 16; i++) {
                assertEquals(all[at + i + 1] & 0xff, found[16 * b + i]);
                assertEquals(all[keptAt + i] & 0xff, kept[16 * b + i]);
            }
        }
        assertEquals(Digests.sha256(List.of(all)), new ByteText(text).digest());
    }

    @Test
    void aLargeTextIsReadWhereItLies() throws IOException {
        Path file = text("book.txt", GrammarText.generate(300_000, 1));
        DataSplits copied = TextSplit.of(TextSource.of(file)).read(bytes, TokenizationListener.NONE);
        TextSource viewed = TextSource.of(file, 1000);
        assertTrue(viewed.text(0).bytes().isMapped());
        DataSplits mapped = TextSplit.of(viewed).read(bytes, TokenizationListener.NONE);
        assertEquals(copied.digest(), mapped.digest());
        RandomStream random = new RandomStream(1);
        for (int i = 0; i < 20; i++) {
            assertArrayEquals(copied.training(4, 100, random).batch(i, device).targets().toInts(),
                    mapped.training(4, 100, random).batch(i, device).targets().toInts());
        }
    }

    /** Both right behind the new end, where zeros would be read, and far behind it, which Java calls an internal error. */
    @Test
    void aTextThatIsCutWhileItIsReadIsNamed() throws IOException {
        Path file = text("book.txt", "x".repeat(1 << 20));
        TextSource source = TextSource.of(file, 1000);
        FileMemory memory = source.text(0);
        TokenSequence tokens = new TokenSequence(List.of(TokenSequence.Part.ofBytes(memory)));
        int[] found = new int[10];
        tokens.read(tokens.length() - 10, found, 0, 10);
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            out.truncate(100);
        }
        String message = file + ": became shorter while it was read; write it anew, and run the command again";
        for (long at : new long[]{0, 100, tokens.length() - 10})
            assertEquals(message, assertThrows(UncheckedIOException.class, () -> tokens.read(at, found, 0, 10))
                    .getCause().getMessage());
        assertEquals(message, assertThrows(UncheckedIOException.class, () -> source.digest(List.of(memory)))
                .getCause().getMessage());
    }

    /** As editors save. */
    @Test
    void aTextThatIsReplacedWhileItIsReadIsReadAsItWas() throws IOException {
        Path file = text("book.txt", "x".repeat(1 << 20));
        TokenSequence tokens = new TokenSequence(
                List.of(TokenSequence.Part.ofBytes(TextSource.of(file, 1000).text(0))));
        Files.move(text("other.txt", "y"), file, StandardCopyOption.REPLACE_EXISTING);
        int[] found = new int[1];
        tokens.read(tokens.length() - 1, found, 0, 1);
        assertEquals('x', found[0]);
        Files.delete(file);
        tokens.read(0, found, 0, 1);
        assertEquals('x', found[0]);
    }

    /** A file with nothing in it but a word beyond its second gigabyte, which takes no room on the disk. */
    @Test
    void aTextMayBeLongerThanAnArray() throws IOException {
        Path file = folder.resolve("long.txt");
        long at = (1L << 31) + 123_456_789L;
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            out.write(ByteBuffer.wrap("here".getBytes(StandardCharsets.US_ASCII)), at);
        }
        FileMemory memory = FileMemory.of(file, 0, 1000);
        TokenSequence tokens = new TokenSequence(List.of(TokenSequence.Part.ofBytes(memory),
                TokenSequence.Part.ofBytes(FileMemory.of(new byte[]{'!'}))));
        assertEquals(at + 5, tokens.length());
        int[] found = new int[6];
        tokens.read(at - 1, found, 0, 6);
        assertArrayEquals(new int[]{0, 'h', 'e', 'r', 'e', '!'}, found);
        DataSplits splits = TokenSplits.ofTwo("long", bytes, tokens, tokens, () -> "");
        assertEquals(8, splits.training(1, 8, new RandomStream(1)).batch(0, device).items());
        Files.delete(file);
    }

    /** In the order of their paths, whatever order the system lists them in, with one token between two. */
    @Test
    void aFolderIsItsTextsInOrder() throws IOException {
        text("texts/b.txt", "second ");
        text("texts/a/z.txt", "first");
        text("texts/a/notes.md", "not this");
        text("texts/c.txt", "third ".repeat(40));
        String whole = "first\nsecond \n" + "third ".repeat(40);
        String where = folder.resolve("texts").toString();
        DataSplits found = open(where, bytes);
        assertEquals(new Tokens(256, 8), found.format(8));
        assertEquals(whole.substring(0, whole.length() - whole.length() / 10 - 1),
                window(found, true, whole.length() - whole.length() / 10 - 1));
        DataSplits tokens = open("texts:" + where, gpt2);
        int count = gpt2.encode("first").length + gpt2.encode("second ").length
                + gpt2.encode("third ".repeat(40)).length
                + 2;
        String only = window(tokens, true, count - count / 10 - 1);
        assertTrue(only.startsWith("first<|endoftext|>second <|endoftext|>third third"), only);
        assertNotEquals(found.digest(), tokens.digest());
        text("texts/a/z.txt", "fir");
        text("texts/b.txt", "stsecond ");
        assertNotEquals(found.digest(), open(where, bytes).digest());
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "tokens"})
    void wikiTextIsValidatedWithItsOwnPart(String ending) throws IOException {
        text("wiki/wiki.train." + ending, " = Train = \n".repeat(9));
        text("wiki/wiki.valid." + ending, " = Valid = \n".repeat(9));
        text("wiki/wiki.test." + ending, " = Test = \n".repeat(9));
        text("wiki/license.txt", "as it comes");
        String wiki = folder.resolve("wiki").toString();
        for (String where : new String[]{wiki, wiki + "/wiki.train." + ending, "wikitext:" + wiki}) {
            for (Tokenizer tokenizer : List.of(bytes, gpt2)) {
                DataSplits data = open(where, tokenizer);
                assertTrue(window(data, true, 24).contains("Train"), where);
                assertTrue(window(data, false, 24).contains("Valid"), where);
            }
        }
        assertTrue(window(open(wiki + "/wiki.test." + ending, bytes), true, 24).contains("Test"));
        String message = assertThrows(TensorException.class,
                () -> open(wiki, bytes).validation(1, 108, new RandomStream(1))).getMessage();
        assertTrue(message.endsWith(
                ": 108 bytes to validate with are too few for windows of 108 and one more; give a longer text, or shorter windows, with --context"),
                message);
    }

    /** What is shipped is what its page says, byte for byte. */
    @Test
    void theBookIsBuiltIn() throws IOException {
        try (InputStream in = BookDataSet.class.getResourceAsStream("moby-dick.txt")) {
            byte[] book = in.readAllBytes();
            assertEquals(304_351, book.length);
            assertEquals("d718477ec9ae438c508f10e352f6d29c9cfc12f72bb9665f7e50723f272da4f6",
                    Digests.sha256(List.of(book)));
            assertTrue(new String(book, StandardCharsets.UTF_8).startsWith("CHAPTER 1. Loomings.\n\nCall me Ishmael."));
            assertEquals(Digests.sha256(List.of(book)), open("book", bytes).digest());
        }
        DataSplits tokens = open("book", gpt2);
        assertEquals(new Tokens(50257, 8), tokens.format(8));
        assertEquals("d718477ec9ae438c508f10e352f6d29c9cfc12f72bb9665f7e50723f272da4f6-gpt2", tokens.digest());
        assertTrue(window(tokens, true, 64).matches("(?s)[ -~\u2014\n\ufffd]+"), window(tokens, true, 64));
    }

    @Test
    void theGrammarIsTakenWhereNothingIsNamed() throws IOException {
        assertEquals(GrammarDataSet.text().digest(), DataSets.open(DataKind.TOKENS, null).digest());
        assertEquals(GrammarDataSet.text().digest() + "-gpt2",
                DataSets.open(DataKind.TOKENS, null, DataRequest.of(gpt2)).digest());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"texts:@/none | @/none: is no folder; needed: a folder of UTF-8 texts",
            "texts:@/empty | @/empty: has no text; needed: a folder of UTF-8 texts",
            "texts | the data set 'texts' is not built in; write texts:PATH, needed: a folder of UTF-8 texts",
            "wikitext:@/empty | @/empty: no WikiText; needed: a folder with wiki.train.raw",
            "@/half | @/half/wiki.valid.raw: no such file; needed beside wiki.train.raw",
            "@/wrong | @/wrong/b.txt: is no UTF-8 text, see byte 2",
            "@/zip | @/zip/b.txt: is an archive; unpack it, and give what is in it",
            "@/gzip | @/gzip/b.txt: is an archive; unpack it, and give what is in it",
            "book:@/empty | the data set 'book' is built in; leave out @/empty"})
    void whatIsMissingIsSaidInOneLine(String where, String message) throws IOException {
        Files.createDirectory(folder.resolve("empty"));
        text("half/wiki.train.raw", "x");
        text("wrong/a.txt", "x");
        Files.write(folder.resolve("wrong/b.txt"), new byte[]{'a', 'b', (byte) 0xff});
        text("zip/a.txt", "x");
        Files.write(folder.resolve("zip/b.txt"), new byte[]{'P', 'K', 3, 4, (byte) 0xff});
        text("gzip/a.txt", "x");
        Files.write(folder.resolve("gzip/b.txt"), new byte[]{0x1f, (byte) 0x8b, 8, 0});
        for (Tokenizer tokenizer : List.of(bytes, gpt2)) {
            Exception e = assertThrows(Exception.class,
                    () -> open(where.replace("@", folder.toString()), tokenizer));
            String found = e.getMessage().replace(folder.toRealPath().toString(), "@").replace(folder.toString(), "@");
            assertTrue(found.startsWith(message), found);
            assertEquals(1, found.lines().count());
        }
    }

    @Test
    void imagesHaveNoTokenizer() {
        assertEquals("the data set 'shapes' has no text for the tokenizer 'gpt2'; leave out --tokenizer",
                assertThrows(TensorException.class,
                        () -> DataSets.open(DataKind.IMAGES, "shapes", DataRequest.of(gpt2))).getMessage());
    }
}
