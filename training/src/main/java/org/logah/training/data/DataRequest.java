package org.logah.training.data;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Sizes;
import org.logah.engine.TensorException;

/**
 * What is asked of a data set beside its place.
 *
 * @param imageSide pixels of a row, and of a column, that images of other sizes are brought to; null where nobody says
 */
public record DataRequest(@Nullable Integer imageSide) {
    /** Nothing is asked. */
    public static final DataRequest NONE = new DataRequest(null);

    /**
     * Checks the side.
     *
     * @throws TensorException if it is not within {@link Sizes#MOST_IMAGE}
     */
    public DataRequest { if (imageSide != null) Sizes.of("images").within("side", imageSide, Sizes.MOST_IMAGE); }
}
