package org.logah.training.data.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.FileProblem;

/**
 * Reads JPEG and PNG files by the JDK, from memory: nothing goes through a file of its own. What EXIF says of how a camera was held is
 * not looked at, nor are colour spaces.
 */
final class ImageFile {
    private static final long MOST_BYTES = 1 << 28;
    /** Bytes of a decoded image; of larger ones every second pixel is taken, or fewer. */
    private static final long MOST_DECODED = 3 << 24;
    /** Bytes in which most headers end. */
    private static final int FIRST = 1 << 14;
    /** Bytes at a file's end: some programs write something of their own behind the image. */
    private static final int LAST = 1 << 10;
    private static final String PNG_END = "IEND";
    private static final String JPEG_END = "\u00ff\u00d9";
    private static final String AGAIN = "; replace it, or take it away";
    /** What libjpeg says, in English always, of data that end before the image does; it then goes on with grey. */
    private static final String CUT_OFF = "premature end";

    private ImageFile() {}

    /** {@return whether a name ends as those of images do} */
    static boolean isNamed(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return !name.startsWith(".") && (name.endsWith(".jpg") || name.endsWith(".jpeg") || name.endsWith(".png"));
    }

    /**
     * Refuses a file that is no image, is cut off or is of no size that is read. Most files are known by their first and last bytes; one
     * that leaves a doubt is decoded.
     *
     * @param file a JPEG or PNG, whichever its name says
     * @throws FileFormatException as {@link #read} does
     */
    static void check(Path file) throws FileFormatException { if (!looksWhole(file)) read(file); }

    private static boolean looksWhole(Path file) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = in.size();
            ImageHeader header = ImageHeader.read(file, bytes(in, 0, FIRST), size);
            String last = new String(bytes(in, Math.max(0, size - LAST), LAST), StandardCharsets.ISO_8859_1);
            return size <= MOST_BYTES && last.contains(header.form().equals("png") ? PNG_END : JPEG_END);
        } catch (IOException e) {
            return false; // reading all of it says why
        }
    }

    private static byte[] bytes(FileChannel in, long from, int most) throws IOException {
        return Channels.newInputStream(in.position(from)).readNBytes(most);
    }

    /**
     * {@return the image of a file}
     *
     * @param file a JPEG or PNG, whichever its name says
     * @throws FileFormatException if it is neither, or cannot be decoded whole
     */
    static RgbImage read(Path file) throws FileFormatException {
        byte[] content;
        try {
            if (Files.size(file) > MOST_BYTES)
                throw new FileFormatException(file, Files.size(file) + " bytes are too many for an image" + AGAIN);
            content = Files.readAllBytes(file);
        } catch (FileFormatException e) {
            throw e;
        } catch (NoSuchFileException e) {
            throw new FileFormatException(file, "is gone; it was there when the folder was listed", e);
        } catch (IOException e) {
            throw new FileFormatException(file, "cannot be read (" + FileProblem.of(e) + ")" + AGAIN, e);
        }
        return RgbImage.of(decoded(file, content));
    }

    private static BufferedImage decoded(Path file, byte[] content) throws FileFormatException {
        ImageHeader header = ImageHeader.read(file, content, content.length);
        ImageReader reader = ImageIO.getImageReadersByFormatName(header.form()).next();
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
            List<String> warnings = new ArrayList<>();
            reader.addIIOReadWarningListener((_, warning) -> warnings.add(warning));
            reader.setInput(in, true, true);
            if (reader.getWidth(0) != header.width() || reader.getHeight(0) != header.height())
                throw new FileFormatException(file, "is damaged: it says two sizes of its image" + AGAIN);
            BufferedImage image = reader.read(0, parameters(header, reader));
            if (warnings.stream().anyMatch(w -> w.toLowerCase(Locale.ROOT).contains(CUT_OFF)))
                throw new FileFormatException(file, "is damaged or cut off" + AGAIN);
            return image;
        } catch (FileFormatException e) {
            throw e;
        } catch (IOException e) {
            throw new FileFormatException(file, "cannot be decoded (" + FileProblem.of(e) + ")" + AGAIN, e);
        } catch (RuntimeException e) { // the JDK's decoders throw all sorts at damaged files
            throw new FileFormatException(file, "is damaged: its parts contradict each other" + AGAIN, e);
        } finally {
            reader.dispose();
        }
    }

    private static ImageReadParam parameters(ImageHeader header, ImageReader reader) {
        long bytes = (long) header.width() * header.height()
                * Math.max(RgbImage.CHANNELS, header.components()) * (header.bits() > 8 ? 2 : 1);
        int every = (int) Math.ceil(Math.sqrt((double) bytes / MOST_DECODED));
        ImageReadParam parameters = reader.getDefaultReadParam();
        if (every > 1) parameters.setSourceSubsampling(every, every, 0, 0);
        return parameters;
    }
}
