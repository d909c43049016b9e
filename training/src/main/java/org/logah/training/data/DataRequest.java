package org.logah.training.data;

import org.jspecify.annotations.Nullable;
import org.logah.engine.SizeBounds;
import org.logah.engine.TensorException;
import org.logah.models.text.Tokenizer;

/**
 * What is asked of a data set beside its place.
 *
 * @param imageSide pixels of a row, and of a column, that images of other sizes are brought to; null where nobody says
 * @param tokenizer makes tokens of a text; null for the data set's own way, which for texts is bytes
 * @param listener told while it does
 */
public record DataRequest(@Nullable Integer imageSide, @Nullable Tokenizer tokenizer, TokenizationListener listener) {

    /** Nothing is asked. */
    public static final DataRequest NONE = new DataRequest(null, null, TokenizationListener.NONE);

    /**
     * Checks the side.
     *
     * @throws TensorException if it is not within {@link SizeBounds#MOST_IMAGE}
     */
    public DataRequest {
        if (imageSide != null) SizeBounds.of("images").within("side", imageSide, SizeBounds.MOST_IMAGE);
    }

    /**
     * Refuses a tokenizer, for a data set that has no text.
     *
     * @param kind the data set's name
     * @throws TensorException if there is one
     */
    public void requireNoTokenizer(String kind) {
        if (tokenizer != null)
            throw new TensorException("the data set '" + kind + "' has no text for the tokenizer '" + tokenizer.kind()
                    + "'; leave out --tokenizer");
    }

    /**
     * {@return a text as tokens, with nobody told}
     *
     * @param tokenizer makes them
     */
    public static DataRequest of(Tokenizer tokenizer) {
        return new DataRequest(null, tokenizer, TokenizationListener.NONE);
    }
}
