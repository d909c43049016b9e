package org.logah.training.data.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.Device;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat.Images;
import org.logah.models.DataKind;
import org.logah.training.data.Batch;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;

class IdxDataSetTest {
    private static final int SIDE = 6;
    private static final int PLANE = SIDE * SIDE;
    @TempDir
    Path folder;
    private final Device device = new CpuDevice(1, KernelChoice.PLAIN);

    @AfterEach
    void close() { device.close(); }

    /** Labels 0, 2, 4 to train on and 3 to validate with; image i has the number 60 i + 1 in its corner, and else nothing. */
    @BeforeEach
    void write() throws IOException {
        Files.write(folder.resolve("train-images-idx3-ubyte"), idx(corners(3), 3, SIDE, SIDE));
        Files.write(folder.resolve("train-labels-idx1-ubyte"), idx(new byte[]{0, 2, 4}, 3));
        Files.write(folder.resolve("t10k-images-idx3-ubyte"), idx(corners(1), 1, SIDE, SIDE));
        Files.write(folder.resolve("t10k-labels-idx1-ubyte"), idx(new byte[]{3}, 1));
    }

    private static byte[] corners(int count) {
        byte[] pixels = new byte[count * PLANE];
        for (int i = 0; i < count; i++) pixels[i * PLANE] = (byte) (60 * i + 1);
        return pixels;
    }

    static byte[] idx(byte[] content, int... dimensions) {
        ByteBuffer out = ByteBuffer.allocate(4 + 4 * dimensions.length + content.length);
        out.putInt(8 << 8 | dimensions.length);
        for (int d : dimensions) out.putInt(d);
        return out.put(content).array();
    }

    private static byte[] compressed(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    private DataSplits open() throws IOException { return DataSets.open(DataKind.IMAGES, folder.toString()); }

    @Test
    void greyFillsThreeChannelsAndHasMeanZeroAndDeviationOne() throws IOException {
        DataSplits data = open();
        assertEquals(new Images(3, SIDE, 5), data.format(0));
        Batch batch = data.validation(1, 0, new RandomStream(1)).batch(0, device);
        float[] pixels = batch.input().toFloats();
        assertArrayEquals(new int[]{3}, batch.targets().toInts());
        double mean = (1 + 61 + 121) / 3.0 / PLANE;
        double deviation = Math.sqrt((1 + 61 * 61 + 121 * 121) / 3.0 / PLANE - mean * mean);
        assertEquals((1 - mean) / deviation, pixels[0], 1e-6);
        assertEquals(-mean / deviation, pixels[1], 1e-6);
        for (int i = 0; i < PLANE; i++)
            assertTrue(pixels[i] == pixels[PLANE + i] && pixels[i] == pixels[2 * PLANE + i]);
    }

    /** The corner is seen at most two pixels away from where it is, and each label with its own image. */
    @Test
    void trainingImagesAreShifted() throws IOException {
        Batch batch = open().training(256, 0, new RandomStream(2)).batch(0, device);
        float[] pixels = batch.input().toFloats();
        int[] labels = batch.targets().toInts();
        boolean[] seen = new boolean[PLANE];
        for (int b = 0; b < 256; b++) {
            for (int i = 0; i < PLANE; i++) {
                float p = pixels[b * 3 * PLANE + i];
                if (p <= pixels[b * 3 * PLANE + PLANE - 1]) continue;
                seen[i] = true;
                assertEquals(labels[b], p < 1 ? 0 : p < 6 ? 2 : 4, "pixel " + p);
            }
        }
        for (int i = 0; i < PLANE; i++) assertEquals(i % SIDE < 3 && i / SIDE < 3, seen[i], "place " + i);
    }

    @ParameterizedTest
    @CsvSource({".gz, -idx", "'', .idx", ".gz, .idx"})
    void compressedOrWithDotsTheyAreTheSame(String suffix, String dot) throws IOException {
        String digest = open().digest();
        for (String name : new String[]{"train-images-idx3", "train-labels-idx1", "t10k-images-idx3",
                "t10k-labels-idx1"}) {
            Path file = folder.resolve(name + "-ubyte");
            byte[] content = Files.readAllBytes(file);
            Files.delete(file);
            Files.write(folder.resolve(name.replace("-idx", dot) + "-ubyte" + suffix),
                    suffix.isEmpty() ? content : compressed(content));
        }
        assertEquals(digest, open().digest());
    }

    /** A file, what becomes of it, and what is said of that. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "t10k-labels-idx1-ubyte | away | @: has no t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz",
            "t10k-labels-idx1-ubyte | twice | @: has t10k-labels-idx1-ubyte and t10k-labels-idx1-ubyte.gz; move one of them away",
            "t10k-labels-idx1-ubyte | short | @/t10k-labels-idx1-ubyte: is damaged: its head says 1 bytes, there are less; get it anew",
            "train-images-idx3-ubyte | short | @/train-images-idx3-ubyte: is damaged: its head says 108 bytes, there are less; get it anew",
            "train-images-idx3-ubyte | long | @/train-images-idx3-ubyte: is damaged: its head says 108 bytes, there are more; get it anew",
            "train-images-idx3-ubyte | labels | @/train-images-idx3-ubyte: is no IDX file of bytes with 3 dimensions",
            "train-images-idx3-ubyte | huge | @/train-images-idx3-ubyte: dimension 2 is 4294967295; it may be 1 to 16384",
            "train-images-idx3-ubyte | many | @/train-images-idx3-ubyte: 77309411292 bytes are too many; the images may have 2147483639",
            "train-images-idx3-ubyte | oblong | @/train-images-idx3-ubyte: has images of 4 x 9; only square ones can be read",
            "train-images-idx3-ubyte | packed | @/train-images-idx3-ubyte.gz: is damaged, gzip cannot read it (Not in GZIP format); get it anew",
            "train-images-idx3-ubyte | nothing | @/train-images-idx3-ubyte.gz: is damaged, gzip cannot read it (it is empty); get it anew",
            "t10k-images-idx3-ubyte | small | @/t10k-images-idx3-ubyte: has images of 2 x 2, those to train on in train-images-idx3-ubyte are of 6 x 6; they must be of one size",
            "train-labels-idx1-ubyte | five | @/train-labels-idx1-ubyte: has 5 labels for 3 images of train-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte | nine | @/t10k-labels-idx1-ubyte: has the label 9, and train-labels-idx1-ubyte none above 4"})
    void damageIsSaidInOneLine(String name, String how, String message) throws IOException {
        Path file = folder.resolve(name);
        byte[] content = Files.readAllBytes(file);
        switch (how) {
            case "away" -> Files.delete(file);
            case "twice" -> Files.write(folder.resolve(name + ".gz"), compressed(content));
            case "short" -> Files.write(file, Arrays.copyOf(content, content.length - 1));
            case "long" -> Files.write(file, Arrays.copyOf(content, content.length + 1));
            case "labels" -> Files.write(file, idx(new byte[3], 3));
            case "huge" -> Files.write(file, idx(new byte[3], 3, 6, -1));
            case "many" -> Files.write(file, idx(new byte[3], Integer.MAX_VALUE, 6, 6));
            case "oblong" -> Files.write(file, idx(corners(3), 3, 4, 9));
            case "five" -> Files.write(file, idx(new byte[5], 5));
            case "small" -> Files.write(file, idx(new byte[4], 1, 2, 2));
            case "nine" -> Files.write(file, idx(new byte[]{9}, 1));
            default -> {
                Files.delete(file);
                Files.write(folder.resolve(name + ".gz"), how.equals("nothing") ? new byte[0] : content);
            }
        }
        DataSplits data = DataSets.open(DataKind.IMAGES, "idx:" + folder);
        Exception e = assertThrows(Exception.class, () -> data.format(0));
        assertEquals(message, e.getCause().getMessage().replace(folder.toString(), "@"));
    }
}
