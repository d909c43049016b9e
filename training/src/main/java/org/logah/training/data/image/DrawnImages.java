package org.logah.training.data.image;

import java.nio.ByteBuffer;
import java.util.List;

import org.logah.engine.Shape;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;
import org.logah.training.data.DataSplits;
import org.logah.training.data.Digests;

/** Images that a program draws, each from its number alone; none is kept. As many as a fifth of those to train on are there to validate with. */
abstract class DrawnImages implements DataSplits {
    private static final int DIGESTED = 100;
    private final DataFormat.Images format;
    private final int training;

    /**
     * @param format of the images
     * @param training how many there are to train on
     */
    DrawnImages(DataFormat.Images format, int training) {
        this.format = format;
        this.training = training;
    }

    /**
     * Draws one image.
     *
     * @param number its number, which says all about it
     * @param to gets its pixels, channel by channel, brought to mean 0 and deviation 1, about
     * @param at where they begin
     * @return its class
     */
    abstract int drawn(int number, float[] to, int at);

    private int pixels() { return Math.toIntExact(format.inputShape(1).elements()); }

    @Override
    public DataFormat.Images format(int length) { return format; }

    @Override
    public String digest() {
        float[] pixels = new float[pixels()];
        ByteBuffer content = ByteBuffer.allocate(DIGESTED * pixels.length * Float.BYTES);
        for (int i = 0; i < DIGESTED; i++) {
            drawn(i, pixels, 0);
            for (float p : pixels) content.putFloat(p);
        }
        return Digests.sha256(List.of(content.array()));
    }

    @Override
    public BatchSource training(int batch, int length, RandomStream random) {
        return source(0, training, batch, random);
    }

    @Override
    public BatchSource validation(int batch, int length, RandomStream random) {
        return source(training, training / 5, batch, random);
    }

    private BatchSource source(int first, int count, int batch, RandomStream random) {
        return BatchSource.drawn(format, batch, random, (r, device) -> {
            float[] pixels = new float[batch * pixels()];
            int[] classes = new int[batch];
            for (int b = 0; b < batch; b++) classes[b] = drawn(first + r.nextInt(count), pixels, b * pixels());
            return new Batch(device.of(format.inputShape(batch), pixels),
                    device.ofInts(Shape.of(batch), classes), batch, true);
        });
    }
}
