package org.logah.training.data.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

import org.logah.engine.SizeBounds;
import org.logah.engine.io.FileFormatException;
import org.logah.models.DataFormat;

/**
 * Grey images and their labels in the files that MNIST came in (LeCun et al. 1998), as they are or compressed by gzip. A file is a
 * type, the number of dimensions, the dimensions as big-endian numbers of 32 bits, and bytes.
 *
 * @param images all of one part, {@code [count, side, side]}
 * @param labels a class for each
 * @param side pixels of a row, and of a column
 * @param imageFile where the images were
 * @param labelFile where the labels were
 */
@SuppressWarnings("ArrayRecordComponent") // the files' bytes, which are never compared
record IdxImages(byte[] images, byte[] labels, int side, Path imageFile, Path labelFile) {

    private static final Pattern TRAINING = Pattern.compile("train-(images|labels)[-.]idx[13]-ubyte(\\.gz)?");
    private static final Pattern VALIDATION = Pattern.compile("(t10k|test)-(images|labels)[-.]idx[13]-ubyte(\\.gz)?");
    private static final int BYTES = 8;
    /** The longest array that Java is sure to make. */
    private static final long MOST_BYTES = Integer.MAX_VALUE - 8L;
    /** How many times a file of gzip what is in it can be; deflate has no more. */
    private static final long MOST_RATIO = 1032;
    /** What a ViT reads; the only channel of grey images fills them all. */
    private static final int CHANNELS = 3;
    private static final int LEAST_CLASSES = 2;

    /**
     * {@return whether a folder has images of one part}
     *
     * @param folder any folder
     * @param training whether those to train on, or those to validate with
     */
    static boolean areIn(Path folder, boolean training) throws IOException {
        return !files(folder, training, "images").isEmpty();
    }

    /**
     * {@return the images of one part}
     *
     * @param folder where the files are
     * @param training whether those to train on, or those to validate with
     * @throws FileFormatException if it has no such files or several, or they are not what they should be
     */
    static IdxImages read(Path folder, boolean training) throws IOException {
        Path imageFile = only(folder, training, "images");
        Path labelFile = only(folder, training, "labels");
        int[] dimensions = new int[3];
        byte[] images = content(imageFile, dimensions);
        if (dimensions[1] != dimensions[2])
            throw new FileFormatException(imageFile, "has images of " + dimensions[1] + " x " + dimensions[2]
                    + "; only square ones can be read");
        int[] count = new int[1];
        byte[] labels = content(labelFile, count);
        if (count[0] != dimensions[0])
            throw new FileFormatException(labelFile, "has " + count[0] + " labels for " + dimensions[0] + " images of "
                    + imageFile.getFileName());
        return new IdxImages(images, labels, dimensions[1], imageFile, labelFile);
    }

    private static List<Path> files(Path folder, boolean training, String what) throws IOException {
        Predicate<String> named = (training ? TRAINING : VALIDATION).asMatchPredicate();
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(p -> named.test(p.getFileName().toString()) && p.getFileName().toString().contains(what))
                    .filter(Files::isRegularFile).sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static Path only(Path folder, boolean training, String what) throws IOException {
        List<Path> found = files(folder, training, what);
        String needed = (training ? "train-" : "t10k-") + what + "-idx" + (what.equals("images") ? 3 : 1) + "-ubyte";
        if (found.isEmpty()) throw new FileFormatException(folder, "has no " + needed + " or " + needed + ".gz");
        if (found.size() > 1)
            throw new FileFormatException(folder, "has " + found.get(0).getFileName() + " and "
                    + found.get(1).getFileName() + "; move one of them away");
        return found.getFirst();
    }

    /** Reads a file of bytes with as many dimensions as there is room for, and says them. */
    private static byte[] content(Path file, int[] dimensions) throws IOException {
        boolean compressed = file.toString().endsWith(".gz");
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = compressed ? new GZIPInputStream(raw, 1 << 16) : raw) {
            byte[] header = in.readNBytes(4 + 4 * dimensions.length);
            ByteBuffer numbers = ByteBuffer.wrap(header);
            int magic = BYTES << 8 | dimensions.length;
            if (header.length < 4 + 4 * dimensions.length || numbers.getInt() != magic)
                throw new FileFormatException(file, "is no IDX file of bytes with " + dimensions.length
                        + (dimensions.length == 1 ? " dimension" : " dimensions"));
            long size = size(file, numbers, dimensions);
            long most = Files.size(file) * (compressed ? MOST_RATIO : 1);
            byte[] content = size > most ? new byte[0] : in.readNBytes((int) size);
            if (content.length < size || in.read() >= 0)
                throw new FileFormatException(file, "is damaged: its head says " + size
                        + " bytes, there are " + (content.length < size ? "less" : "more") + "; get it anew");
            return content;
        } catch (ZipException | EOFException e) {
            throw new FileFormatException(file,
                    "is damaged, gzip cannot read it (" + (e.getMessage() == null ? "it is empty" : e.getMessage())
                            + "); get it anew",
                    e);
        }
    }

    private static long size(Path file, ByteBuffer numbers, int[] dimensions) throws IOException {
        long size = 1;
        for (int i = 0; i < dimensions.length; i++) {
            dimensions[i] = numbers.getInt();
            int most = i == 0 ? Integer.MAX_VALUE : SizeBounds.MOST_IMAGE;
            if (dimensions[i] < 1 || dimensions[i] > most)
                throw new FileFormatException(file, "dimension " + i + " is " + (dimensions[i] & 0xffffffffL)
                        + "; it may be 1 to " + most);
            size *= dimensions[i]; // three of at most 31, 14 and 14 bits
        }
        if (size > MOST_BYTES)
            throw new FileFormatException(file, size + " bytes are too many; the images may have " + MOST_BYTES);
        return size;
    }

    int count() { return labels.length; }

    /** {@return one more than the largest label, at least 2} */
    int classes() {
        int most = LEAST_CLASSES - 1;
        for (byte label : labels) most = Math.max(most, label & 0xff);
        return most + 1;
    }

    /** {@return what brings all of these images' pixels to mean 0 and deviation 1} */
    Standardization scale() {
        long sum = 0;
        long squares = 0;
        for (byte b : images) {
            long value = b & 0xff;
            sum += value;
            squares += value * value;
        }
        double mean = (double) sum / images.length;
        double deviation = Math.sqrt(Math.max(0, (double) squares / images.length - mean * mean));
        return new Standardization(new double[]{mean / 255}, new double[]{deviation == 0 ? 1 : deviation / 255});
    }

    /**
     * {@return the images as a network reads them}
     *
     * @param classes how many there are to tell apart
     * @param scale what brings their pixels to mean 0 and deviation 1, about
     */
    ByteImages images(int classes, Standardization scale) {
        return new ByteImages(new ByteImages.Records(images, 0, side * side), new ByteImages.Records(labels, 0, 1),
                count(), new DataFormat.Images(CHANNELS, side, classes), scale);
    }
}
