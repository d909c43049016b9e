package org.logah.training.extension;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;
import org.logah.models.DataKind;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;
import org.logah.training.data.DataSet;
import org.logah.training.data.DataSplits;

/** A data set in one file: images with one square in red, green or blue, somewhere on noise; its colour is the class. */
public final class ColouredSquares implements DataSet, DataSplits {
    private static final int SIDE = 8;
    private static final int SQUARE = 4;

    @Override
    public String kind() { return "squares"; }

    @Override
    public DataKind dataKind() { return DataKind.IMAGES; }

    @Override
    public String source() { return "built in: a red, green or blue square on noise"; }

    @Override
    public boolean builtIn() { return true; }

    @Override
    public boolean recognizes(Path path) { return false; }

    @Override
    public DataSplits open(@Nullable Path path) { return this; }

    @Override
    public DataFormat format(int length) { return new DataFormat.Images(3, SIDE, 3); }

    @Override
    public String digest() { return "red, green and blue squares"; }

    @Override
    public BatchSource training(int batch, int length, RandomStream random) {
        return BatchSource.drawn(format(length), batch, random, (r, device) -> draw(batch, r, device));
    }

    @Override
    public BatchSource validation(int batch, int length, RandomStream random) {
        return training(batch, length, random.split("validation"));
    }

    private static Batch draw(int batch, RandomStream random, Device device) {
        float[] pixels = new float[batch * 3 * SIDE * SIDE];
        int[] colours = new int[batch];
        for (int i = 0; i < pixels.length; i++) pixels[i] = (float) (0.3 * random.nextNormal());
        for (int b = 0; b < batch; b++) {
            colours[b] = random.nextInt(3);
            int top = random.nextInt(SIDE - SQUARE + 1);
            int left = random.nextInt(SIDE - SQUARE + 1);
            for (int y = top; y < top + SQUARE; y++) {
                for (int x = left; x < left + SQUARE; x++) pixels[((b * 3 + colours[b]) * SIDE + y) * SIDE + x] += 1;
            }
        }
        return new Batch(device.of(Shape.of(batch, 3, SIDE, SIDE), pixels), device.ofInts(Shape.of(batch), colours),
                batch, true);
    }
}
