package org.logah.training.data.image;

import org.logah.engine.Shape;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;

/**
 * Square images in memory, a byte for each number of a pixel, as files of small images have them, and a class for each image.
 *
 * @param pixels where each image's numbers are: channel by channel, row by row
 * @param labels where each image's class is
 * @param count images
 * @param format what a network reads: one channel that is stored fills all of its channels
 * @param scale what makes a network's numbers of the bytes
 */
record ByteImages(Records pixels, Records labels, int count, DataFormat.Images format, Standardization scale) {
    /**
     * A part of each of many records of one length.
     *
     * @param bytes the records, one behind the other
     * @param first where the part begins in the first record
     * @param stride bytes of a record
     */
    @SuppressWarnings("ArrayRecordComponent") // the files' bytes, which are shared and never compared
    record Records(byte[] bytes, int first, int stride) {
        int get(int record, int at) { return bytes[record * stride + first + at] & 0xff; }
    }

    /**
     * {@return mini-batches of random images}
     *
     * @param size images in a mini-batch
     * @param augmentation what is done to them
     * @param random where the choice comes from
     */
    BatchSource batches(int size, Augmentation augmentation, RandomStream random) {
        int numbers = format.channels() * format.side() * format.side();
        return BatchSource.drawn(format, size, random, (r, device) -> {
            float[] to = new float[size * numbers];
            int[] classes = new int[size];
            for (int b = 0; b < size; b++) {
                int image = r.nextInt(count);
                classes[b] = labels.get(image, 0);
                copy(image, augmentation.draw(r), to, b * numbers);
            }
            return new Batch(device.of(format.inputShape(size), to), device.ofInts(Shape.of(size), classes), size,
                    true);
        });
    }

    private void copy(int image, Augmentation.Change change, float[] to, int at) {
        int side = format.side();
        for (int c = 0; c < format.channels(); c++) {
            int stored = Math.min(c, scale.channels() - 1);
            for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                    int sy = y + change.down();
                    int sx = (change.flip() ? side - 1 - x : x) + change.right();
                    boolean inside = sy >= 0 && sy < side && sx >= 0 && sx < side;
                    double v = inside ? pixels.get(image, (stored * side + sy) * side + sx) / 255.0 : 0;
                    to[at + (c * side + y) * side + x] = scale.of(stored, v);
                }
            }
        }
    }
}
