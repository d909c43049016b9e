package org.logah.training.data.image;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

import org.logah.engine.random.RandomStream;

/** Images that tests write. */
public final class TestImages {
    private TestImages() {}

    /** An image of one colour. */
    static BufferedImage plain(int width, int height, int type, Color colour) {
        BufferedImage image = new BufferedImage(width, height, type);
        Graphics2D g = image.createGraphics();
        g.setColor(colour);
        g.fillRect(0, 0, width, height);
        g.dispose();
        return image;
    }

    /** An image whose every number is random. */
    static BufferedImage noise(int width, int height, RandomStream random) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) image.setRGB(x, y, random.nextInt(1 << 24));
        return image;
    }

    public static byte[] encoded(String form, BufferedImage image) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            if (!ImageIO.write(image, form, stream)) throw new IllegalArgumentException("no writer of " + form);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Writes an image of one colour, as its name ends. */
    public static void write(Path file, int width, int height, Color colour) throws IOException {
        Files.createDirectories(file.getParent());
        String form = file.toString().endsWith("png") ? "png" : "jpeg";
        Files.write(file, encoded(form, plain(width, height, BufferedImage.TYPE_INT_RGB, colour)));
    }
}
