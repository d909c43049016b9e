package org.logah.training.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import javax.imageio.ImageIO;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageCanvasTest {
    @TempDir
    Path folder;

    /** Whose disk is full, or where nobody may write: the plot goes elsewhere. */
    @Test
    void aPictureNeedsNoFolderForTemporaryFiles() throws IOException {
        Path gone = Files.createDirectory(folder.resolve("gone"));
        ImageIO.setCacheDirectory(gone.toFile());
        Files.delete(gone);
        try {
            ImageCanvas canvas = new ImageCanvas(20, 10);
            canvas.bar(0, 0, 10, 10, "#ff0000");
            BufferedImage read = png(canvas);
            assertNotNull(read);
            assertEquals(40, read.getWidth());
            assertEquals(0xffff0000, read.getRGB(2, 2));
            assertEquals(0xffffffff, read.getRGB(30, 2));
        } finally {
            ImageIO.setCacheDirectory(null);
            ImageIO.setUseCache(true);
        }
    }

    private static BufferedImage png(ImageCanvas canvas) throws IOException {
        byte[] written = canvas.png();
        ImageIO.setUseCache(false); // to read it, which is not what is asked here
        return ImageIO.read(new ByteArrayInputStream(written));
    }
}
