package org.logah.training.cluster;

import java.io.IOException;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.models.DataKind;
import org.logah.models.text.Tokenizers;
import org.logah.training.data.DataRequest;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;
import org.logah.training.data.TokenizationListener;

/**
 * What a hypernetwork learns on, in words, and the digest that its content must have wherever it is read.
 *
 * @param kind what the networks read
 * @param where a file, a folder or a name, as {@link DataSets#open(DataKind, String)} takes it; empty for what is built in
 * @param tokenizer the name of what makes tokens of a text; empty for the data set's own way
 * @param imageSide pixels of a row and of a column that images are brought to; 0 where nobody says
 * @param digest of the data
 */
public record DataChoice(DataKind kind, String where, String tokenizer, int imageSide, String digest) {
    /**
     * {@return the same data at another place}
     *
     * @param place a file, a folder or a name
     */
    public DataChoice at(String place) { return new DataChoice(kind, place, tokenizer, imageSide, digest); }

    /**
     * {@return the data, read here}
     *
     * @throws TensorException if it is other data than was chosen, or nothing that can be read as such
     * @throws IOException if it is not here or cannot be read
     */
    public DataSplits open() throws IOException {
        @Nullable
        String place = where.isEmpty() ? null : where;
        DataSplits splits = DataSets.open(kind, place, new DataRequest(imageSide == 0 ? null : imageSide,
                tokenizer.isEmpty() ? null : Tokenizers.named(tokenizer), TokenizationListener.NONE));
        if (!splits.digest().equals(digest))
            throw new TensorException((place == null ? "the data that is built in" : place)
                    + ": other data than that of the process which leads; copy its data here");
        return splits;
    }
}
