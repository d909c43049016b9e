package org.logah.training.data.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.random.RandomStream;

class ImageFileTest {
    private static final Color COLOUR = new Color(200, 90, 40);
    @TempDir
    Path folder;

    private RgbImage read(String name, byte... content) throws IOException {
        return ImageFile.read(Files.write(folder.resolve(name), content));
    }

    private static void assertColour(RgbImage image, int r, int g, int b, int tolerance) {
        for (int i = 0; i < image.width() * image.height(); i++) {
            assertEquals(r, image.rgb()[3 * i] & 0xff, tolerance, "red of pixel " + i);
            assertEquals(g, image.rgb()[3 * i + 1] & 0xff, tolerance, "green of pixel " + i);
            assertEquals(b, image.rgb()[3 * i + 2] & 0xff, tolerance, "blue of pixel " + i);
        }
    }

    /** A file's name does not say what it is. */
    @ParameterizedTest
    @CsvSource({"png, x.png, 0", "png, x.jpg, 0", "jpeg, x.jpeg, 4", "jpeg, x.PNG, 4"})
    void rgbIsReadWhateverItsName(String form, String name, int tolerance) throws IOException {
        RgbImage image = read(name,
                TestImages.encoded(form, TestImages.plain(13, 7, BufferedImage.TYPE_3BYTE_BGR, COLOUR)));
        assertEquals(13, image.width());
        assertEquals(7, image.height());
        assertColour(image, 200, 90, 40, tolerance);
    }

    /** Pixel for pixel, in the right order. */
    @Test
    void pixelsKeepTheirPlaces() throws IOException {
        BufferedImage noise = TestImages.noise(11, 5, new RandomStream(1));
        RgbImage image = read("x.png", TestImages.encoded("png", noise));
        for (int i = 0; i < 55; i++) {
            int pixel = (image.rgb()[3 * i] & 0xff) << 16 | (image.rgb()[3 * i + 1] & 0xff) << 8
                    | image.rgb()[3 * i + 2] & 0xff;
            assertEquals(noise.getRGB(i % 11, i / 11) & 0xffffff, pixel, "pixel " + i);
        }
    }

    /** Transparency is dropped, and what grey is stored is what is read. */
    @Test
    void alphaGreyAndPalettes() throws IOException {
        BufferedImage clear = new BufferedImage(4, 4, BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < 16; i++) clear.setRGB(i % 4, i / 4, 0x30c85a28);
        assertColour(read("a.png", TestImages.encoded("png", clear)), 200, 90, 40, 0);
        for (int type : new int[]{BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY}) {
            BufferedImage grey = new BufferedImage(4, 4, type);
            int[] all = new int[16];
            Arrays.fill(all, type == BufferedImage.TYPE_BYTE_GRAY ? 77 : 77 << 8 | 13);
            grey.getRaster().setPixels(0, 0, 4, 4, all);
            assertColour(read("g.png", TestImages.encoded("png", grey)), 77, 77, 77, 0);
        }
        BufferedImage grey = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
        int[] all = new int[64];
        Arrays.fill(all, 77);
        grey.getRaster().setPixels(0, 0, 8, 8, all);
        assertColour(read("g.jpg", TestImages.encoded("jpeg", grey)), 77, 77, 77, 2);
        BufferedImage indexed = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_BINARY, new IndexColorModel(2, 3,
                new byte[]{0, 10, (byte) 200}, new byte[]{0, 20, 90}, new byte[]{0, 30, 40}));
        all = new int[16];
        Arrays.fill(all, 2);
        indexed.getRaster().setPixels(0, 0, 4, 4, all);
        assertColour(read("p.png", TestImages.encoded("png", indexed)), 200, 90, 40, 0);
        BufferedImage black = TestImages.plain(9, 9, BufferedImage.TYPE_BYTE_BINARY, Color.WHITE);
        assertColour(read("b.png", TestImages.encoded("png", black)), 255, 255, 255, 0);
    }

    @Test
    void ofLargeImagesEverySecondPixelIsTaken() throws IOException {
        RgbImage image = read("l.png",
                TestImages.encoded("png", TestImages.plain(5000, 4000, BufferedImage.TYPE_BYTE_BINARY, Color.WHITE)));
        assertEquals(2500, image.width());
        assertEquals(2000, image.height());
        assertColour(image, 255, 255, 255, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg"})
    void filesThatAreCutOffAreRefused(String form) throws IOException {
        byte[] whole = TestImages.encoded(form, TestImages.noise(64, 64, new RandomStream(2)));
        for (int length : new int[]{whole.length / 2, whole.length / 4 * 3, 10, 3, 0}) {
            Path file = Files.write(folder.resolve("x.jpg"), Arrays.copyOf(whole, length));
            IOException e = assertThrows(IOException.class, () -> ImageFile.read(file), length + " bytes");
            assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
            assertEquals(1, e.getMessage().lines().count());
        }
    }

    /** Before anything is decoded, or memory is made. */
    @Test
    void sizesThatAreNoneAreRefused() {
        byte[] png = TestImages.encoded("png", TestImages.plain(4, 4, BufferedImage.TYPE_INT_RGB, COLOUR));
        ByteBuffer.wrap(png).putInt(16, 60_000);
        assertRefused(png,
                "has 60000 x 4 pixels; an image may have sides of 1 to 16384 and 67108864 pixels; make it smaller");
        ByteBuffer.wrap(png).putInt(16, -1);
        assertRefused(png, "has 4294967295 x 4 pixels");
        ByteBuffer.wrap(png).putInt(16, 8192).putInt(20, 8192);
        assertRefused(png, "is damaged: " + png.length + " bytes cannot hold 8192 x 8192 pixels");
        assertRefused("a text".getBytes(StandardCharsets.UTF_8), "is no JPEG or PNG image");
    }

    @Test
    void theFourColoursOfPrintAreRefused() {
        byte[] jpeg = TestImages.encoded("jpeg", TestImages.plain(16, 16, BufferedImage.TYPE_INT_RGB, COLOUR));
        for (int i = 2; i < jpeg.length; i++) {
            if (jpeg[i] == (byte) 0xff && jpeg[i + 1] == (byte) 0xc0) {
                assertEquals(3, jpeg[i + 9]);
                jpeg[i + 9] = 4;
                assertRefused(jpeg, "has the four colours of print (CMYK); convert it to RGB");
                return;
            }
        }
        throw new AssertionError("no frame");
    }

    private void assertRefused(byte[] content, String message) {
        IOException e = assertThrows(IOException.class, () -> read("x.png", content));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    /** Against the filter's definition, written out for each pixel. */
    @Test
    void partsAreResampledByTheTriangleFilter() throws IOException {
        RandomStream random = new RandomStream(7);
        RgbImage image = read("x.png", TestImages.encoded("png", TestImages.noise(23, 17, random)));
        Standardization bytes = new Standardization(new double[3], new double[]{1, 1, 1});
        for (Crop part : new Crop[]{new Crop(0, 0, 23, 17), new Crop(3, 2, 8, 8), new Crop(22, 16, 1, 1),
                new Crop(5, 1, 9, 13)}) {
            for (int side : new int[]{1, 5, 8, 30}) {
                float[] found = new float[3 * side * side];
                image.write(part, false, side, bytes, found, 0);
                float[] mirrored = new float[3 * side * side];
                image.write(part, true, side, bytes, mirrored, 0);
                for (int i = 0; i < found.length; i++) {
                    int c = i / (side * side);
                    int y = i / side % side;
                    int x = i % side;
                    assertEquals(slow(image, part, side, c, y, x), found[i], 1e-5, part + " to " + side + ", " + i);
                    assertEquals(found[i], mirrored[(c * side + y) * side + side - 1 - x]);
                }
            }
        }
    }

    private static double slow(RgbImage image, Crop part, int side, int c, int y, int x) {
        double sum = 0;
        double weights = 0;
        for (int v = 0; v < part.height(); v++) {
            for (int u = 0; u < part.width(); u++) {
                double w = triangle(u, x, part.width(), side) * triangle(v, y, part.height(), side);
                weights += w;
                sum += w * (image.rgb()[((part.y() + v) * image.width() + part.x() + u) * 3 + c] & 0xff);
            }
        }
        return sum / weights / 255;
    }

    private static double triangle(int from, int to, int length, int side) {
        double scale = (double) length / side;
        return Math.max(0, 1 - Math.abs(from + 0.5 - (to + 0.5) * scale) / Math.max(1, scale));
    }

    @Test
    void partsLieWithinTheImage() {
        RandomStream random = new RandomStream(9);
        double area = 0;
        int n = 2000;
        for (int i = 0; i < n; i++) {
            int w = 1 + random.nextInt(60);
            int h = 1 + random.nextInt(60);
            for (Crop c : new Crop[]{Crop.random(w, h, random), Crop.centre(w, h, 1 + random.nextInt(70))})
                assertTrue(c.x() >= 0 && c.y() >= 0 && c.width() > 0 && c.height() > 0 && c.x() + c.width() <= w
                        && c.y() + c.height() <= h, () -> w + " x " + h + ": " + c);
            Crop c = Crop.random(500, 400, random);
            area += c.width() * c.height() / 200_000.0 / n;
            double ratio = (double) c.width() / c.height();
            assertTrue(ratio > 0.74 && ratio < 1.35, c::toString);
        }
        assertEquals(0.5, area, 0.05);
        assertEquals(new Crop(46, 3, 43, 43), Crop.centre(136, 50, 32));
        assertEquals(new Crop(4, 0, 32, 32), Crop.centre(40, 32, 32));
        assertEquals(new Crop(0, 0, 8, 8), Crop.centre(8, 8, 32));
    }
}
