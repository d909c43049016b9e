package org.logah.training.data;

import org.jspecify.annotations.Nullable;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat;
import org.logah.models.text.Tokenizer;

/**
 * A data set that was found, with one part to train on and one to validate with. A part is read when its batches are first
 * asked for.
 */
public interface DataSplits {
    /**
     * {@return what one example is, and how many classes there are}
     *
     * @param length tokens in a sequence; images have none
     */
    DataFormat format(int length);

    /** {@return what made tokens of a text; null for images, and for tokens that are from no text} */
    default @Nullable Tokenizer tokenizer() {
        return null;
    }

    /**
     * {@return a text that is the same for the same data and hardly ever for other data, such as a hash}
     *
     * @throws java.io.UncheckedIOException if the data is missing or damaged
     */
    String digest();

    /**
     * {@return mini-batches to train on, changed at random where that helps (flipped images)}
     *
     * @param batch sequences or images in a mini-batch
     * @param length tokens in a sequence; images have none
     * @param random where the choice comes from
     * @throws java.io.UncheckedIOException if the part is missing or damaged
     */
    BatchSource training(int batch, int length, RandomStream random);

    /**
     * {@return mini-batches of what is not trained on, as it is}
     *
     * @param batch sequences or images in a mini-batch
     * @param length tokens in a sequence; images have none
     * @param random where the choice comes from
     * @throws java.io.UncheckedIOException if the part is missing or damaged
     */
    BatchSource validation(int batch, int length, RandomStream random);
}
