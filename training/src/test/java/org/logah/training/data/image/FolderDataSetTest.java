package org.logah.training.data.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.training.data.TokenizationListener;
import org.logah.engine.Device;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat.Images;
import org.logah.models.DataKind;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;
import org.logah.training.data.DataRequest;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;

class FolderDataSetTest {
    private static final int SIDE = 6;
    @TempDir
    Path folder;
    private final Device device = new CpuDevice(1, KernelChoice.PLAIN);

    @AfterEach
    void close() { device.close(); }

    private static DataRequest ofSide(int side) { return new DataRequest(side, null, TokenizationListener.NONE); }

    private DataSplits open() throws IOException {
        return DataSets.open(DataKind.IMAGES, folder.toString(), ofSide(SIDE));
    }

    private void plain(String name, Color colour) throws IOException {
        TestImages.write(folder.resolve(name), 9, 7, colour);
    }

    /** What a network reads of a channel of a colour. */
    private static double read(int channel, int value) {
        return FolderBatches.SCALE.of(channel, value / 255.0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"val", "validation", "valid", "test"})
    void classesAreFoldersInTheOrderOfTheirNames(String validation) throws IOException {
        plain("train/dogs/b.png", Color.GREEN);
        plain("train/cats/a.png", Color.RED);
        plain("train/cats/more/a.png", Color.RED);
        plain(validation + "/dogs/c.png", Color.BLUE);
        Files.writeString(folder.resolve("train/cats/notes.txt"), "not an image");
        Files.write(folder.resolve("train/cats/.hidden.png"), new byte[3]);
        DataSplits data = open();
        assertEquals(new Images(3, SIDE, 2), data.format(0));
        Batch batch = data.validation(2, 0, new RandomStream(1)).batch(0, device);
        assertArrayEquals(new int[]{1, 1}, batch.targets().toInts());
        float[] pixels = batch.input().toFloats();
        for (int i = 0; i < pixels.length; i++) {
            int channel = i / (SIDE * SIDE) % 3;
            assertEquals(read(channel, channel == 2 ? 255 : 0), pixels[i], 1e-5, "number " + i);
        }
        Batch training = data.training(40, 0, new RandomStream(1)).batch(0, device);
        float[] red = training.input().toFloats();
        int[] labels = training.targets().toInts();
        int cats = 0;
        for (int b = 0; b < 40; b++) {
            assertEquals(read(0, labels[b] == 0 ? 255 : 0), red[b * 3 * SIDE * SIDE], 1e-5);
            if (labels[b] == 0) cats++;
        }
        assertTrue(cats > 15 && cats < 40, cats + " of 40, where 27 are to be expected");
    }

    @Test
    void withoutAPartForValidationItIsEveryTenth() throws IOException {
        for (int i = 0; i < 21; i++) plain(String.format("dogs/%02d.png", i), Color.RED);
        for (int i = 0; i < 12; i++) plain(String.format("cats/%02d.png", i), Color.RED);
        ImageFolder list = ImageFolder.list(folder);
        assertEquals(List.of("cats", "dogs"), list.classes());
        assertEquals(List.of("cats/09.png", "dogs/09.png", "dogs/19.png"),
                list.validation().stream().map(i -> folder.relativize(i.file()).toString()).toList());
        assertEquals(30, list.training().size());
        String digest = open().digest();
        Files.delete(folder.resolve("cats/11.png"));
        assertNotEquals(digest, open().digest());
    }

    /** A mini-batch depends on its number, not on what was asked for before, nor on what is still in memory. */
    @Test
    void theSameNumberGivesTheSameBatch() throws IOException {
        RandomStream random = new RandomStream(4);
        for (int i = 0; i < 4; i++) {
            Path file = folder.resolve((i % 2 == 0 ? "a/" : "b/") + i + ".png");
            Files.createDirectories(file.getParent());
            Files.write(file, TestImages.encoded("png", TestImages.noise(20 + i, 30 - i, random)));
        }
        List<ImageFolder.Item> items = List.of(new ImageFolder.Item(folder.resolve("a/0.png"), 0),
                new ImageFolder.Item(folder.resolve("b/1.png"), 1), new ImageFolder.Item(folder.resolve("a/2.png"), 0));
        float[][] found = new float[3][];
        long[] rooms = {0, 2000, 1 << 20};
        for (int r = 0; r < 3; r++) {
            BatchSource source = new FolderBatches(new DecodedImages(items, rooms[r]), new Images(3, SIDE, 2), 5, true,
                    new RandomStream(6));
            if (r == 0) found[0] = source.batch(3, device).input().toFloats();
            for (int n = 0; n < 5; n++) {
                float[] pixels = source.batch(n, device).input().toFloats();
                if (n == 3) found[r] = pixels;
                else assertTrue(!Arrays.equals(found[0], pixels), "batch " + n);
            }
        }
        assertArrayEquals(found[0], found[1]);
        assertArrayEquals(found[0], found[2]);
    }

    /** All are looked at when the folder is opened, not when a training comes to them. */
    @Test
    void brokenImagesAreNamedAtOnce() throws IOException {
        plain("train/cats/a.png", Color.RED);
        plain("train/dogs/a.jpg", Color.RED);
        plain("val/dogs/a.png", Color.RED);
        Path header = Files.write(folder.resolve("train/dogs/b.jpeg"), new byte[]{(byte) 0xff, (byte) 0xd8, -1, 0, 0});
        String message = header + ": is a JPEG without the size of its image; replace it, or take it away";
        assertEquals(message, assertThrows(IOException.class, this::open).getMessage());
        RandomStream random = new RandomStream(2);
        byte[] whole = TestImages.encoded("jpeg", TestImages.noise(40, 40, random));
        Path cut = Files.write(folder.resolve("train/dogs/c.jpg"), Arrays.copyOf(whole, whole.length - 200));
        Path empty = Files.write(folder.resolve("val/dogs/b.png"), new byte[0]);
        assertEquals(message + "; 2 more cannot be read: " + cut + ", " + empty,
                assertThrows(IOException.class, this::open).getMessage());
        for (Path left : List.of(header, empty)) Files.delete(left);
        assertEquals(cut + ": is damaged or cut off; replace it, or take it away",
                assertThrows(IOException.class, this::open).getMessage());
        for (int i = 0; i < 5; i++) Files.write(folder.resolve("val/dogs/c" + i + ".jpg"), new byte[1]);
        String many = assertThrows(IOException.class, this::open).getMessage();
        assertTrue(many.contains("; 5 more cannot be read: ") && many.endsWith("c2.jpg and 2 others"), many);
    }

    /** What programs add behind an image, and headers behind large descriptions, are no reason to refuse it. */
    @Test
    void unusualImagesAreRead() throws IOException {
        byte[] jpeg = TestImages.encoded("jpeg", TestImages.noise(40, 40, new RandomStream(2)));
        byte[] png = TestImages.encoded("png", TestImages.noise(40, 40, new RandomStream(2)));
        ByteBuffer described = ByteBuffer.allocate(jpeg.length + 60_002).put(jpeg, 0, 2).putShort((short) 0xffe2)
                .putShort((short) 60_000);
        described.position(60_004).put(jpeg, 2, jpeg.length - 2);
        Files.createDirectories(folder.resolve("train/cats"));
        Files.write(folder.resolve("train/cats/a.jpg"), Arrays.copyOf(jpeg, jpeg.length + 5000));
        Files.write(folder.resolve("train/cats/b.png"), Arrays.copyOf(png, png.length + 5000));
        Files.write(folder.resolve("train/cats/c.jpg"), described.array());
        plain("train/dogs/a.jpg", Color.RED);
        plain("val/dogs/a.png", Color.RED);
        open().training(64, 0, new RandomStream(1)).batch(0, device);
    }

    /** What the next mini-batch is made of is looked at when it is asked for. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"damaged | is no JPEG or PNG image; convert it, or take it away",
            "gone | is gone; it was there when the folder was listed",
            "folder | cannot be read (Is a directory); replace it, or take it away"})
    void anImageThatBreaksLaterIsNamed(String how, String problem) throws IOException {
        plain("train/cats/a.png", Color.RED);
        plain("train/dogs/a.png", Color.RED);
        plain("val/dogs/a.png", Color.RED);
        Path image = folder.resolve("train/dogs/a.png");
        BatchSource source = open().training(64, 0, new RandomStream(1));
        Files.delete(image);
        if (how.equals("damaged")) Files.write(image, new byte[100]);
        if (how.equals("folder")) Files.createDirectory(image);
        assertEquals(image + ": " + problem,
                assertThrows(UncheckedIOException.class, () -> source.batch(0, device)).getCause().getMessage());
    }

    @Test
    void aModelThatIsLargerThanTheImagesStillReadsThem() throws IOException {
        TestImages.write(folder.resolve("train/cats/a.jpg"), 1, 1, Color.RED);
        TestImages.write(folder.resolve("train/dogs/a.jpg"), 300, 2, Color.RED);
        TestImages.write(folder.resolve("val/dogs/a.jpg"), 2, 300, Color.RED);
        DataSplits data = open();
        for (BatchSource s : new BatchSource[]{data.training(8, 0, new RandomStream(1)),
                data.validation(8, 0, new RandomStream(1))})
            for (float p : s.batch(0, device).input().toFloats()) assertTrue(Float.isFinite(p));
    }

    /** Files that there are, and what is said. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "train/a/1.png val/a/1.png | @/train: has the only class a; needed: a folder for each of two or more",
            "train/a/1.png train/b/1.png val/c/1.png | @/val/c: is a class that @/train does not have; there must be one folder for each class",
            "train/a/1.png train/b/ val/a/1.png | @/train/b: has no images (.jpg, .jpeg or .png); add some, or take the folder away",
            "train/a/1.png train/b/1.png val/1.png | @/val: has no folders; needed: one for each class, with its images",
            "train/a/1.png train/b/1.png | @: has nothing to validate with: of each class every tenth image is taken, and none has ten; add images, or a folder val",
            "a/x/y.txt | @: no images; needed: a folder with JPEG or PNG images as ImageNet has them (train/CLASS/, val/CLASS/), or with a folder for each class"})
    void whatIsMissingIsSaidInOneLine(String files, String message) throws IOException {
        for (String file : files.split(" ")) {
            if (file.endsWith("/")) Files.createDirectories(folder.resolve(file));
            else if (file.endsWith(".txt")) {
                Files.createDirectories(folder.resolve(file).getParent());
                Files.writeString(folder.resolve(file), "x");
            } else plain(file, Color.RED);
        }
        IOException e = assertThrows(IOException.class,
                () -> DataSets.open(DataKind.IMAGES, "folder:" + folder, ofSide(SIDE)));
        assertEquals(message, e.getMessage().replace(folder.toString(), "@"));
    }

    @Test
    void withoutASideThereIsNoSize() throws IOException {
        plain("train/a/1.png", Color.RED);
        plain("train/b/1.png", Color.RED);
        plain("val/b/1.png", Color.RED);
        String where = folder.toString();
        assertTrue(assertThrows(TensorException.class, () -> DataSets.open(DataKind.IMAGES, where)).getMessage()
                .endsWith("say its side in pixels with --image-side"));
        assertThrows(TensorException.class, () -> ofSide(0));
    }

    /** Room for images is not spent twice, and what has none is decoded again. */
    @Test
    void imagesAreKeptWhileThereIsRoom() throws IOException {
        BufferedImage image = TestImages.plain(10, 10, BufferedImage.TYPE_INT_RGB, Color.RED);
        Path file = Files.write(folder.resolve("x.png"), TestImages.encoded("png", image));
        ImageFolder.Item item = new ImageFolder.Item(file, 0);
        DecodedImages images = new DecodedImages(List.of(item, item, item), 700);
        List<RgbImage> first = List.of(images.get(0), images.get(1), images.get(2));
        assertTrue(images.get(0) == first.get(0) && images.get(1) == first.get(1) && images.get(2) != first.get(2));
        assertTrue(new DecodedImages(List.of(item), 299).get(0) != first.get(0));
    }
}
