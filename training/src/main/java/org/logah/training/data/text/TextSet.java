package org.logah.training.data.text;

import java.io.IOException;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.logah.models.DataKind;
import org.logah.models.text.ByteTokenizer;
import org.logah.models.text.Tokenizer;
import org.logah.training.data.DataSet;
import org.logah.training.data.DataSplits;
import org.logah.training.data.DataRequest;

/** A data set of texts, which any tokenizer reads; bytes are its tokens where none is named. */
interface TextSet extends DataSet {
    /**
     * {@return the texts}
     *
     * @param path where they are; null for a data set that is built in
     * @throws IOException if they are not there
     */
    TextSplit texts(@Nullable Path path) throws IOException;

    @Override
    default DataKind dataKind() { return DataKind.TOKENS; }

    @Override
    default DataSplits open(@Nullable Path path) throws IOException { return open(path, DataRequest.NONE); }

    @Override
    default DataSplits open(@Nullable Path path, DataRequest request) throws IOException {
        Tokenizer tokenizer = request.tokenizer();
        return texts(path).read(tokenizer == null ? new ByteTokenizer() : tokenizer, request.listener());
    }
}
