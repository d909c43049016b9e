package org.logah.training.data.image;

import org.logah.engine.TensorException;
import org.logah.engine.random.RandomStream;

/**
 * How images of the size that a network reads are changed at random in training, so that it never sees quite the same one twice.
 *
 * @param shift pixels that an image is moved at most, up or down and left or right; black moves in
 * @param flip whether half of the images are mirrored, left to right
 */
public record Augmentation(int shift, boolean flip) {
    /** Images as they are. */
    public static final Augmentation NONE = new Augmentation(0, false);

    /**
     * Checks the shift.
     *
     * @throws TensorException if it is negative
     */
    public Augmentation {
        if (shift < 0) throw new TensorException("augmentation: a shift of " + shift + " pixels; 0 is the least");
    }

    /**
     * What is done to one image.
     *
     * @param flip whether it is mirrored
     * @param down pixels by which what is seen lies lower
     * @param right pixels by which what is seen lies farther right
     */
    record Change(boolean flip, int down, int right) {}

    /** {@return what is done to the next image} What is switched off takes nothing from the stream. */
    Change draw(RandomStream random) {
        boolean mirrored = flip && random.nextInt(2) == 1;
        int down = shift == 0 ? 0 : random.nextInt(2 * shift + 1) - shift;
        int right = shift == 0 ? 0 : random.nextInt(2 * shift + 1) - shift;
        return new Change(mirrored, down, right);
    }
}
