package org.logah.training.data.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.logah.engine.io.FileFormatException;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;
import org.logah.training.data.BatchSource;

/**
 * CIFAR-10 or CIFAR-100 in their binary form: a folder with {@code data_batch_*.bin} and {@code test_batch.bin}, or
 * {@code train.bin} and {@code test.bin}. Images are 3 x 32 x 32 bytes; they are brought to mean 0 and deviation 1 per
 * channel, and in training flipped and shifted at random.
 */
public final class CifarImages {
    /** Pixels of a row, and of a column. */
    public static final int SIDE = 32;
    static final int CHANNELS = 3;
    private static final int PIXELS = CHANNELS * SIDE * SIDE;
    private static final double[] MEAN = {0.4914, 0.4822, 0.4465};
    private static final double[] DEVIATION = {0.2470, 0.2435, 0.2616};
    private static final Augmentation AUGMENTATION = new Augmentation(4, true);
    private static final Pattern NUMBERED = Pattern.compile("data_batch_(\\d{1,4})\\.bin");
    /** The longest array that Java is sure to make. */
    private static final long MOST_BYTES = Integer.MAX_VALUE - 8L;

    private final byte[] records;
    private final int recordSize;
    private final int count;
    private final int classes;

    private CifarImages(byte[] records, int labels, int classes) {
        this.records = records;
        this.recordSize = labels + PIXELS;
        this.count = records.length / recordSize;
        this.classes = classes;
    }

    /**
     * {@return the images of one part}
     *
     * @param folder where the files are
     * @param training whether those to train on, or those to validate with
     * @throws FileFormatException if the folder does not hold the files, lacks one of those in a row, they have another size, or a label is no
     *         class
     */
    public static CifarImages read(Path folder, boolean training) throws IOException {
        List<Path> files = files(folder, training);
        if (files.isEmpty()) {
            throw new FileFormatException(folder,
                    "holds no CIFAR binaries to " + (training ? "train on" : "validate with")
                            + " (" + (training ? "data_batch_*.bin or train.bin" : "test_batch.bin or test.bin") + ")");
        }
        requireNoGap(folder, files);
        int classes = classes(folder);
        int labels = classes == 100 ? 2 : 1;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Path file : files) {
            if (Files.size(file) > MOST_BYTES - out.size())
                throw new FileFormatException(file,
                        Files.size(file) + " bytes are too many; all images together have at "
                                + "most " + MOST_BYTES);
            byte[] content = Files.readAllBytes(file);
            check(file, content, labels, classes);
            out.write(content);
        }
        return new CifarImages(out.toByteArray(), labels, classes);
    }

    /** Fewer images than were meant would train without a word. */
    private static void requireNoGap(Path folder, List<Path> files) throws FileFormatException {
        Set<Integer> numbers = new TreeSet<>();
        for (Path file : files) {
            Matcher numbered = NUMBERED.matcher(file.getFileName().toString());
            if (numbered.matches()) numbers.add(Integer.valueOf(numbered.group(1)));
        }
        int next = 1;
        for (int number : numbers) {
            if (number > next)
                throw new FileFormatException(folder, "lacks data_batch_" + next + ".bin, and has data_batch_" + number
                        + ".bin; CIFAR-10 has data_batch_1.bin to data_batch_5.bin");
            next = number + 1;
        }
    }

    private static void check(Path file, byte[] content, int labels, int classes) throws FileFormatException {
        int record = labels + PIXELS;
        if (content.length == 0 || content.length % record != 0) {
            throw new FileFormatException(file,
                    content.length + " bytes are no whole number of CIFAR images of " + record);
        }
        for (int image = 0; image < content.length / record; image++) {
            int label = content[image * record + labels - 1] & 0xff;
            if (label >= classes) {
                throw new FileFormatException(file, "image " + image + " has the label " + label + ", CIFAR-" + classes
                        + " has 0 to " + (classes - 1));
            }
        }
    }

    /**
     * {@return the files of one part, in the order in which they are read; none where there are none}
     *
     * @param folder where they are
     * @param training whether those to train on, or those to validate with
     * @throws FileFormatException if there is no such folder
     */
    static List<Path> files(Path folder, boolean training) throws IOException {
        if (!Files.isDirectory(folder)) throw new FileFormatException(folder, "no such folder of CIFAR images");
        Pattern names = Pattern.compile(classes(folder) == 100
                ? training ? "train\\.bin" : "test\\.bin"
                : training ? "data_batch.*\\.bin" : "test_batch.*\\.bin");
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(p -> names.matcher(p.getFileName().toString()).matches() && Files.isRegularFile(p))
                    .sorted().toList();
        }
    }

    /**
     * {@return 100 where the files are named as those of CIFAR-100, else 10}
     *
     * @param folder where they are
     */
    static int classes(Path folder) { return Files.exists(folder.resolve("train.bin")) ? 100 : 10; }

    /** Labels and pixels, as the files have them. */
    byte[] records() { return records; }

    /** {@return the number of images} */
    public int count() { return count; }

    /** {@return the number of classes} */
    public int classes() { return classes; }

    /**
     * {@return mini-batches of random images}
     *
     * @param size images in a mini-batch
     * @param augment whether to flip and shift them at random
     * @param random where the choice comes from
     */
    public BatchSource batches(int size, boolean augment, RandomStream random) {
        int labels = recordSize - PIXELS;
        return new ByteImages(new ByteImages.Records(records, labels, recordSize),
                new ByteImages.Records(records, labels - 1, recordSize), count,
                new DataFormat.Images(CHANNELS, SIDE, classes), new Standardization(MEAN, DEVIATION))
                .batches(size, augment ? AUGMENTATION : Augmentation.NONE, random);
    }
}
