package org.logah.training.data.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;
import org.logah.training.data.Batch;
import org.logah.training.data.BatchSource;

/**
 * Mini-batches of random images of files. While one is computed with, the images of the next are decoded by the JDK's common threads;
 * what is in a mini-batch depends on its number alone. In training a random part of each image is taken and half of them are
 * mirrored, in validation the middle is taken.
 */
final class FolderBatches implements BatchSource {
    /** Those of ImageNet's pixels, which images of all kinds are brought to by. */
    static final Standardization SCALE = new Standardization(new double[]{0.485, 0.456, 0.406},
            new double[]{0.229, 0.224, 0.225});
    private final DecodedImages images;
    private final DataFormat.Images format;
    private final int size;
    private final boolean augment;
    private final RandomStream random;
    private @Nullable Ahead ahead;

    /** A mini-batch in the making. */
    private record Ahead(int number, CompletableFuture<Content> content) {}

    /** What will be in the tensors of a mini-batch. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Content(float[] pixels, int[] labels) {}

    /**
     * Mini-batches.
     *
     * @param images what they are drawn from
     * @param format what a network reads
     * @param size images in a mini-batch
     * @param augment whether to take random parts and mirror them
     * @param random where the choice comes from
     */
    FolderBatches(DecodedImages images, DataFormat.Images format, int size, boolean augment, RandomStream random) {
        this.images = images;
        this.format = format;
        this.size = size;
        this.augment = augment;
        this.random = random;
    }

    /** @throws UncheckedIOException if an image of it cannot be decoded, naming the first of them */
    @Override
    public Batch batch(int number, Device device) {
        int items = format.targets(size); // refuses more than an array can hold
        if (!device.hasData()) return Batch.ofShapes(format, size, device);
        Content content = content(number);
        return new Batch(device.of(format.inputShape(size), content.pixels()),
                device.ofInts(Shape.of(size), content.labels()), items, true);
    }

    private synchronized Content content(int number) {
        Ahead wanted = ahead != null && ahead.number() == number ? ahead : begin(number);
        try {
            Content content = wanted.content().join();
            ahead = begin(number + 1);
            return content;
        } catch (CompletionException e) {
            if (e.getCause() instanceof UncheckedIOException u) throw u;
            throw e;
        }
    }

    private Ahead begin(int number) { return new Ahead(number, CompletableFuture.supplyAsync(() -> make(number))); }

    private Content make(int number) {
        RandomStream own = random.split(number);
        int numbers = RgbImage.CHANNELS * format.side() * format.side();
        int[] chosen = IntStream.range(0, size).map(_ -> own.nextInt(images.count())).toArray();
        float[] pixels = new float[size * numbers];
        @Nullable
        IOException[] failed = new IOException[size];
        IntStream.range(0, size).parallel().forEach(b -> {
            try {
                write(images.get(chosen[b]), own.split(b), pixels, b * numbers);
            } catch (IOException e) {
                failed[b] = e;
            }
        });
        for (IOException e : failed) if (e != null) throw new UncheckedIOException(e);
        return new Content(pixels, IntStream.of(chosen).map(images::label).toArray());
    }

    private void write(RgbImage image, RandomStream r, float[] to, int at) {
        int side = format.side();
        Crop part = augment
                ? Crop.random(image.width(), image.height(), r)
                : Crop.centre(image.width(), image.height(), side);
        image.write(part, augment && r.nextInt(2) == 1, side, SCALE, to, at);
    }
}
