package org.logah.training.data.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

import org.logah.engine.Device;
import org.logah.engine.random.RandomStream;
import org.logah.training.data.DataSplits;

/** Files of images. */
public final class ImageReading {
    private static final int SIDE = 8;
    private static final Standardization SCALE = new Standardization(new double[3], new double[]{1, 1, 1});

    private ImageReading() {}

    /** Two labels to train on; an image and a label to validate with. */
    public static void idxFolder(Path folder) throws IOException {
        Files.write(folder.resolve("train-labels-idx1-ubyte"), idx(2));
        Files.write(folder.resolve("t10k-labels-idx1-ubyte"), idx(1));
        Files.write(folder.resolve("t10k-images-idx3-ubyte"), idx(1, 3, 3));
    }

    private static byte[] idx(int... dimensions) {
        int size = 1;
        for (int d : dimensions) size *= d;
        ByteBuffer out = ByteBuffer.allocate(4 + 4 * dimensions.length + size).putInt(8 << 8 | dimensions.length);
        for (int d : dimensions) out.putInt(d);
        return out.array();
    }

    public static void idx(Path folder, Device device) throws IOException {
        DataSplits data = new IdxDataSet().open(folder);
        data.format(0);
        data.training(2, 0, new RandomStream(1)).batch(0, device);
        data.validation(2, 0, new RandomStream(1)).batch(0, device);
    }

    public static void image(Path file) throws IOException {
        RgbImage image = ImageFile.read(file);
        float[] pixels = new float[RgbImage.CHANNELS * SIDE * SIDE];
        RandomStream random = new RandomStream(1);
        image.write(Crop.random(image.width(), image.height(), random), true, SIDE, SCALE, pixels, 0);
        image.write(Crop.centre(image.width(), image.height(), SIDE), false, SIDE, SCALE, pixels, 0);
    }
}
