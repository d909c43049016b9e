package org.logah.training.data.image;

import java.nio.file.Path;

import org.logah.engine.SizeBounds;
import org.logah.engine.io.FileFormatException;

/**
 * What the first bytes of a JPEG or PNG file say of the image, read before anything is decoded. Which of the two it is goes by the
 * bytes, not by the file's name.
 *
 * @param form {@code jpeg} or {@code png}
 * @param width pixels of a row
 * @param height pixels of a column
 * @param bits of a number of a pixel
 * @param components numbers of a pixel as the file has them; 1 for the index into a palette
 */
record ImageHeader(String form, int width, int height, int bits, int components) {

    /** Most pixels of an image; sets that networks are trained on have none that come near. */
    static final long MOST_PIXELS = 1 << 26;
    /** Deflate makes at most 1032 bytes of one, each of eight pixels in black and white. */
    private static final long MOST_PNG_PIXELS = 1032 * 8;
    /** A block of 64 pixels takes a bit of its first scan, with the shortest codes that there can be. */
    private static final long MOST_JPEG_PIXELS = 1024;
    private static final int PNG_FIRST = 0x89504e47;
    private static final int PNG_SECOND = 0x0d0a1a0a;
    private static final int PNG_HEADER = 26;
    private static final int CMYK = 4;

    /**
     * {@return what a file says}
     *
     * @param file its name, for messages
     * @param content its first bytes; a header that goes on behind them is said to be none
     * @param bytes that it has
     * @throws FileFormatException if it is no JPEG or PNG, one of more pixels than can be or than its bytes can hold, or one of a kind
     *         that is not read
     */
    static ImageHeader read(Path file, byte[] content, long bytes) throws FileFormatException {
        ImageHeader header;
        if (content.length >= PNG_HEADER && number(content, 0, 4) == PNG_FIRST && number(content, 4, 4) == PNG_SECOND)
            header = png(file, content);
        else
            if (content.length >= 4 && number(content, 0, 3) == 0xffd8ff) header = jpeg(file, content);
            else throw new FileFormatException(file, "is no JPEG or PNG image; convert it, or take it away");
        header.check(file, bytes);
        return header;
    }

    private void check(Path file, long bytes) throws FileFormatException {
        if (width < 1 || height < 1 || width > SizeBounds.MOST_IMAGE || height > SizeBounds.MOST_IMAGE
                || (long) width * height > MOST_PIXELS)
            throw new FileFormatException(file, "has " + size() + " pixels; an image may have sides of 1 to "
                    + SizeBounds.MOST_IMAGE + " and " + MOST_PIXELS + " pixels; "
                    + (width < 1 || height < 1 ? "remove it" : "make it smaller"));
        if ((long) width * height > bytes * (form.equals("png") ? MOST_PNG_PIXELS : MOST_JPEG_PIXELS))
            throw new FileFormatException(file, "is damaged: " + bytes + " bytes cannot hold " + size()
                    + " pixels; replace it, or take it away");
    }

    private String size() { return (width & 0xffffffffL) + " x " + (height & 0xffffffffL); }

    private static ImageHeader png(Path file, byte[] content) throws FileFormatException {
        if (number(content, 12, 4) != 0x49484452) // IHDR
            throw new FileFormatException(file, "is a PNG without its first part; replace it, or take it away");
        int components = switch (content[25]) {
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> 1;
        };
        return new ImageHeader("png", number(content, 16, 4), number(content, 20, 4), content[24] & 0xff, components);
    }

    /** Goes from marker to marker until the one that begins the frame. */
    private static ImageHeader jpeg(Path file, byte[] content) throws FileFormatException {
        int at = 2;
        while (at + 9 < content.length) {
            if (content[at] != (byte) 0xff) break;
            int marker = content[at + 1] & 0xff;
            if (marker == 0xff) { // any number of these may stand before a marker
                at++;
                continue;
            }
            boolean frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
            if (frame) {
                int components = content[at + 9] & 0xff;
                if (components == CMYK)
                    throw new FileFormatException(file, "has the four colours of print (CMYK); convert it to RGB");
                return new ImageHeader("jpeg", number(content, at + 7, 2), number(content, at + 5, 2),
                        content[at + 4] & 0xff, components);
            }
            boolean alone = marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
            at += alone ? 2 : 2 + number(content, at + 2, 2);
        }
        throw new FileFormatException(file, "is a JPEG without the size of its image; replace it, or take it away");
    }

    private static int number(byte[] content, int at, int bytes) {
        int n = 0;
        for (int i = 0; i < bytes; i++) n = (n << 8) | (content[at + i] & 0xff);
        return n;
    }
}
