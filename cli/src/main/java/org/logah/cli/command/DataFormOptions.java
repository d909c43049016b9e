package org.logah.cli.command;

import java.io.IOException;
import java.io.PrintWriter;

import org.jspecify.annotations.Nullable;
import org.logah.cli.terminal.TokenizationProgress;
import org.logah.engine.TensorException;
import org.logah.models.DataKind;
import org.logah.models.text.Tokenizer;
import org.logah.training.data.DataRequest;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** In which form data is read: texts as tokens, images at a size. */
final class DataFormOptions {
    @Mixin
    private final TokenizerOption tokenizer = new TokenizerOption();

    @Option(names = "--image-side", converter = OptionBounds.Count.class, paramLabel = "N", description = "Side in pixels that images of a folder are brought to; a single model's own by default.")
    private @Nullable Integer imageSide;

    /** What texts are to be read by, where anything was asked for. */
    @Nullable
    Tokenizer tokenizer() { return tokenizer.chosen(); }

    /** The side that was asked for; 0 where none was. */
    int side() { return imageSide == null ? 0 : imageSide; }

    /**
     * Opens a data set as it was asked for.
     *
     * @param kind what the network reads
     * @param where the data set, as {@link DataSets#open(DataKind, String)} takes it
     * @param side of images where none was asked for; null for none
     * @param err where progress is shown
     */
    DataSplits open(DataKind kind, @Nullable String where, @Nullable Integer side, PrintWriter err)
            throws IOException {
        if (imageSide != null && kind != DataKind.IMAGES)
            throw new TensorException("--image-side is for images; " + kind.unit() + " have no side, leave it out");
        try (TokenizationProgress progress = new TokenizationProgress(err)) {
            DataSplits splits = DataSets.open(kind, where,
                    new DataRequest(imageSide == null ? side : imageSide, tokenizer(), progress));
            if (imageSide != null && splits.format(0).images().side() != imageSide)
                throw new TensorException("--image-side " + imageSide + ": the images of this data set have a side of "
                        + splits.format(0).images().side() + " and stay as they are; leave it out");
            return splits;
        }
    }
}
