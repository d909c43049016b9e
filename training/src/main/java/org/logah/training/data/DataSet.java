package org.logah.training.data;

import java.io.IOException;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.part.Part;
import org.logah.models.DataKind;

/**
 * A kind of data set that networks can be trained on: how it is found, and what it gives. One class and one line in
 * {@code META-INF/services/org.logah.training.data.DataSet} make it known to {@link DataSets}, and with it to every command.
 */
public interface DataSet extends Part {
    /** {@return the data that it holds} */
    DataKind dataKind();

    /**
     * {@return what it is, in a few words: the file or folder that is expected and where it can be had, or what is built in}
     * Help shows it, and errors where nothing of the kind is found.
     */
    String source();

    /** {@return whether it is built in and needs no files} */
    default boolean builtIn() { return false; }

    /** {@return whether it is taken where no data is given and several of its kind are built in; one of a kind says so} */
    default boolean preferred() {
        return false;
    }

    /**
     * {@return whether what is at a path may be such a data set} Goes by names and types of files, and reads none.
     *
     * @param path a file or folder that exists
     * @throws IOException if a folder cannot be listed
     */
    boolean recognizes(Path path) throws IOException;

    /**
     * {@return the data set}
     *
     * @param path where it is; null for one that is built in
     * @throws IOException if it is not there or cannot be read, saying in one line what was expected and where
     */
    DataSplits open(@Nullable Path path) throws IOException;

    /**
     * {@return the data set as it is asked for} What a request says of something else than this data set has is not for it: images that
     * are all of one size stay as they are.
     *
     * @param path where it is; null for one that is built in
     * @param request what is asked of it
     * @throws TensorException if the request lacks what the data set needs, or has a tokenizer and the data set no text
     * @throws IOException as {@link #open(Path)}, or if tokens can be kept nowhere
     */
    default DataSplits open(@Nullable Path path, DataRequest request) throws IOException {
        request.requireNoTokenizer(kind());
        return open(path);
    }
}
