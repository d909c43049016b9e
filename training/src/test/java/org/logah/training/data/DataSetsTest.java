package org.logah.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.Shape;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.training.data.text.ByteText;
import org.logah.training.data.text.GrammarText;
import org.logah.models.DataFormat.Images;
import org.logah.models.DataFormat.Tokens;
import org.logah.models.DataKind;

class DataSetsTest {
    private static final int PIXELS = 3 * 32 * 32;
    @TempDir
    Path folder;

    private Path file(String name, byte... content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    /** Records of CIFAR: the labels of each image and grey pixels. */
    private static byte[] images(int[]... labels) {
        byte[] out = new byte[labels.length * (labels[0].length + PIXELS)];
        Arrays.fill(out, (byte) 128);
        for (int i = 0; i < labels.length; i++) {
            for (int j = 0; j < labels[i].length; j++)
                out[i * (labels[i].length + PIXELS) + j] = (byte) labels[i][j];
        }
        return out;
    }

    @Test
    void ourOwnAreRegistered() {
        List<String> names = DataSets.all().stream().map(DataSet::kind).toList();
        assertTrue(names.containsAll(List.of("text", "grammar", "cifar")), names.toString());
        for (DataSet set : DataSets.all()) assertTrue(set.source().length() > 10, set.kind());
    }

    @Test
    void aTextIsRecognizedByBeingAFile() throws IOException {
        Path file = file("book.txt", "The old house is near the river. ".repeat(20).getBytes(StandardCharsets.UTF_8));
        DataSplits text = DataSets.open(DataKind.TOKENS, file.toString());
        assertEquals(new Tokens(256, 8), text.format(8));
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            Batch batch = text.training(2, 8, new RandomStream(1)).batch(0, device);
            assertArrayEquals(new ByteText(Files.readString(file)).training(2, 8, new RandomStream(1))
                    .batch(0, device).input().toInts(), batch.input().toInts());
            assertEquals(Shape.of(2, 8), text.validation(2, 8, new RandomStream(1)).batch(0, device).input().shape());
        }
        assertEquals(new Tokens(256, 8), DataSets.open(DataKind.TOKENS, "text:" + file).format(8));
    }

    @Test
    void theGrammarIsBuiltInAndWhatLanguageModelsGetByDefault() throws IOException {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            int[] named = DataSets.open(DataKind.TOKENS, "grammar").training(2, 8, new RandomStream(1))
                    .batch(0, device).input().toInts();
            int[] usual = DataSets.open(DataKind.TOKENS, null).training(2, 8, new RandomStream(1)).batch(0, device)
                    .input().toInts();
            int[] text = new ByteText(GrammarText.generate(300_000, 7)).training(2, 8, new RandomStream(1))
                    .batch(0, device).input().toInts();
            assertArrayEquals(text, named);
            assertArrayEquals(text, usual);
        }
    }

    @Test
    void cifarIsRecognizedByItsFiles() throws IOException {
        file("ten/data_batch_1.bin", images(new int[]{7}, new int[]{9}));
        file("ten/test_batch.bin", images(new int[]{3}));
        file("hundred/train.bin", images(new int[]{19, 99}));
        file("hundred/test.bin", images(new int[]{0, 42}));
        DataSplits ten = DataSets.open(DataKind.IMAGES, folder.resolve("ten").toString());
        DataSplits hundred = DataSets.open(DataKind.IMAGES, "cifar:" + folder.resolve("hundred"));
        assertEquals(new Images(3, 32, 10), ten.format(0));
        assertEquals(new Images(3, 32, 100), hundred.format(0));
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            assertEquals(99, hundred.training(1, 0, new RandomStream(1)).batch(0, device).targets().toInts()[0]);
            assertEquals(42, hundred.validation(1, 0, new RandomStream(1)).batch(0, device).targets().toInts()[0]);
            assertEquals(3, ten.validation(1, 0, new RandomStream(1)).batch(0, device).targets().toInts()[0]);
        }
    }

    /** Four fifths of the images would train without a word. */
    @Test
    void aFileThatIsMissingInARowIsSaid() throws IOException {
        for (int i : new int[]{1, 2, 3, 5}) file("ten/data_batch_" + i + ".bin", images(new int[]{7}));
        DataSplits ten = DataSets.open(DataKind.IMAGES, folder.resolve("ten").toString());
        assertTrue(assertThrows(UncheckedIOException.class, () -> ten.training(1, 0, new RandomStream(1))).getMessage()
                .endsWith(
                        "ten: lacks data_batch_4.bin, and has data_batch_5.bin; CIFAR-10 has data_batch_1.bin to data_batch_5.bin"));
    }

    /** Not at a random step, when the image is drawn. */
    @Test
    void labelsThatAreNoClassAreRefusedWhenRead() throws IOException {
        file("ten/data_batch_1.bin", images(new int[]{7}, new int[]{10}));
        file("hundred/train.bin", images(new int[]{3, 99}, new int[]{3, 5}, new int[]{3, 100}));
        DataSplits ten = DataSets.open(DataKind.IMAGES, folder.resolve("ten").toString());
        DataSplits hundred = DataSets.open(DataKind.IMAGES, folder.resolve("hundred").toString());
        assertTrue(assertThrows(UncheckedIOException.class, () -> ten.training(1, 0, new RandomStream(1))).getMessage()
                .endsWith("data_batch_1.bin: image 1 has the label 10, CIFAR-10 has 0 to 9"));
        assertTrue(
                assertThrows(UncheckedIOException.class, () -> hundred.training(1, 0, new RandomStream(1))).getMessage()
                        .endsWith("train.bin: image 2 has the label 100, CIFAR-100 has 0 to 99"));
        assertTrue(assertThrows(UncheckedIOException.class, () -> hundred.validation(1, 0, new RandomStream(1)))
                .getMessage()
                .contains("holds no CIFAR binaries to validate with (test_batch.bin or test.bin)"));
    }

    /** One line each, with the name of what was given and what is needed. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "TOKENS | @/none.txt | @/none.txt: no such file or folder; there are, for tokens: ",
            "TOKENS | @/empty | @/empty: no data set that is known; there are, for tokens: .. grammar (built in)",
            "TOKENS | @/ten | @/ten: a data set of images (cifar), not of tokens; there are, for tokens: .. logah train --help explains the data sets",
            "TOKENS | @/latin1.txt | @/latin1.txt: is no UTF-8 text, see byte 3",
            "TOKENS | text | the data set 'text' is not built in; write text:PATH, needed: a UTF-8 text file",
            "TOKENS | text:@/empty | @/empty: is a folder; a UTF-8 text file is needed",
            "TOKENS | text:@/none.txt | @/none.txt: no such file; a UTF-8 text file is needed",
            "TOKENS | cifar:@/ten | the data set 'cifar' has images, not tokens; there are, for tokens: ",
            "IMAGES | @/book.txt | @/book.txt: a data set of tokens (text), not of images; there are, for images: .. cifar, ",
            "IMAGES | grammar | the data set 'grammar' has tokens, not images; there are, for images: .. idx, folder; ",
            "TOKENS | gramar | gramar: no such file or folder; did you mean grammar? logah train --help explains the data sets",
            "IMAGES | cifar:@/none | @/none: no CIFAR images; needed: a folder with the binary version of CIFAR-10",
            "IMAGES | cifar:@/empty | @/empty: no CIFAR images; needed: a folder with the binary version of CIFAR-10"})
    void whatIsMissingIsSaidInOneLine(DataKind kind, String where, String message) throws IOException {
        file("book.txt", new byte[1000]);
        file("latin1.txt", "caf\u00e9 au lait".getBytes(StandardCharsets.ISO_8859_1));
        file("ten/data_batch_1.bin", images(new int[]{7}));
        Files.createDirectory(folder.resolve("empty"));
        Exception e = assertThrows(Exception.class,
                () -> DataSets.open(kind, where.replace("@", folder.toString())));
        String found = e.getMessage().replace(folder.toString(), "@");
        String[] parts = message.split(" \\.\\. ");
        assertTrue(found.startsWith(parts[0]) && found.contains(parts[parts.length - 1]), found);
        assertEquals(1, found.lines().count());
    }

    @Test
    void aTextMayEndWithinACharacter() throws IOException {
        byte[] euro = "100 \u20ac".getBytes(StandardCharsets.UTF_8);
        assertEquals(6, ByteText.read(file("cut.txt", Arrays.copyOf(euro, 6))).length());
        assertThrows(IOException.class, () -> ByteText.read(file("wrong.txt", (byte) 'a', (byte) 0xff, (byte) 'b')));
    }
}
