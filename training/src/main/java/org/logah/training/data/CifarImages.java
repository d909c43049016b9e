package org.logah.training.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.random.RandomStream;

/**
 * CIFAR-10 or CIFAR-100 in their binary form: a folder with {@code data_batch_*.bin} and {@code test_batch.bin}, or
 * {@code train.bin} and {@code test.bin}. Images are 3 x 32 x 32 bytes; they are brought to mean 0 and deviation 1 per
 * channel, and in training flipped and shifted at random.
 */
public final class CifarImages {
    public static final int SIDE = 32;
    private static final int PIXELS = 3 * SIDE * SIDE;
    private static final double[] MEAN = {0.4914, 0.4822, 0.4465};
    private static final double[] DEVIATION = {0.2470, 0.2435, 0.2616};
    private static final int MOST_SHIFT = 4;

    private final byte[] records;
    private final int recordSize;
    private final int count;
    private final int classes;

    private CifarImages(byte[] records, int labels) {
        this.records = records;
        this.recordSize = labels + PIXELS;
        this.count = records.length / recordSize;
        this.classes = labels == 1 ? 10 : 100;
    }

    /** @throws IOException if the folder does not hold the files of either set, or they have another size */
    public static CifarImages read(Path folder, boolean training) throws IOException {
        if (!Files.isDirectory(folder)) throw new IOException(folder + ": no such folder of CIFAR images");
        boolean hundred = Files.exists(folder.resolve("train.bin"));
        List<Path> files = new ArrayList<>();
        if (hundred) {
            files.add(folder.resolve(training ? "train.bin" : "test.bin"));
        } else {
            try (Stream<Path> all = Files.list(folder)) {
                String start = training ? "data_batch" : "test_batch";
                all.filter(p -> p.getFileName().toString().startsWith(start) && p.toString().endsWith(".bin")).sorted()
                        .forEach(files::add);
            }
        }
        int labels = hundred ? 2 : 1;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Path file : files) {
            byte[] content = Files.readAllBytes(file);
            if (content.length == 0 || content.length % (labels + PIXELS) != 0) {
                throw new IOException(file + ": " + content.length + " bytes are no whole number of CIFAR images");
            }
            out.write(content);
        }
        if (out.size() == 0) {
            throw new IOException(folder
                    + ": holds no CIFAR binaries (data_batch_*.bin and test_batch.bin, or train.bin and test.bin)");
        }
        return new CifarImages(out.toByteArray(), labels);
    }

    public int count() { return count; }

    public int classes() { return classes; }

    /** Random images, with random flips and shifts where {@code augment} is set. */
    public BatchSource batches(int size, boolean augment, RandomStream random) {
        return (number, device) -> {
            RandomStream r = random.split(number);
            float[] pixels = new float[size * PIXELS];
            int[] labels = new int[size];
            for (int b = 0; b < size; b++) {
                int image = r.nextInt(count);
                boolean flip = augment && r.nextInt(2) == 1;
                int dy = augment ? r.nextInt(2 * MOST_SHIFT + 1) - MOST_SHIFT : 0;
                int dx = augment ? r.nextInt(2 * MOST_SHIFT + 1) - MOST_SHIFT : 0;
                labels[b] = records[image * recordSize + recordSize - PIXELS - 1] & 0xff;
                copy(image, flip, dy, dx, pixels, b * PIXELS);
            }
            return batch(device, size, pixels, labels);
        };
    }

    private static Batch batch(Device device, int size, float[] pixels, int[] labels) {
        return new Batch(device.of(Shape.of(size, 3, SIDE, SIDE), pixels), device.ofInts(Shape.of(size), labels), size,
                true);
    }

    private void copy(int image, boolean flip, int dy, int dx, float[] to, int at) {
        int start = image * recordSize + recordSize - PIXELS;
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < SIDE; y++) {
                for (int x = 0; x < SIDE; x++) {
                    int sy = y + dy;
                    int sx = (flip ? SIDE - 1 - x : x) + dx;
                    boolean inside = sy >= 0 && sy < SIDE && sx >= 0 && sx < SIDE;
                    double v = inside ? (records[start + (c * SIDE + sy) * SIDE + sx] & 0xff) / 255.0 : 0;
                    to[at + (c * SIDE + y) * SIDE + x] = (float) ((v - MEAN[c]) / DEVIATION[c]);
                }
            }
        }
    }
}
