package org.logah.training.data.image;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * Decoded images of files. Those that are decoded first stay in memory, as many as there is room for: images are asked for at random, so
 * none is worth more than another. Thread-safe.
 */
final class DecodedImages {
    private static final long MOST_KEPT = 256L << 20;
    /** What all such images may take of the heap. */
    private static final int SHARE = 8;
    private final List<ImageFolder.Item> items;
    private final AtomicReferenceArray<@Nullable RgbImage> kept;
    private final AtomicLong room;

    DecodedImages(List<ImageFolder.Item> items) {
        this(items, Math.min(MOST_KEPT, Runtime.getRuntime().maxMemory() / SHARE));
    }

    /** Keeps images of so many bytes. */
    DecodedImages(List<ImageFolder.Item> items, long room) {
        this.items = items;
        this.kept = new AtomicReferenceArray<>(items.size());
        this.room = new AtomicLong(room);
    }

    int count() { return items.size(); }

    int label(int number) { return items.get(number).label(); }

    /** {@return one of the images} */
    RgbImage get(int number) throws IOException {
        RgbImage known = kept.get(number);
        if (known != null) return known;
        RgbImage image = ImageFile.read(items.get(number).file());
        int bytes = image.rgb().length;
        if (room.addAndGet(-bytes) < 0) room.addAndGet(bytes);
        else if (!kept.compareAndSet(number, null, image)) room.addAndGet(bytes); // another thread was faster
        return image;
    }
}
