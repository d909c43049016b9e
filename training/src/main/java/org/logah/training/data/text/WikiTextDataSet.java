package org.logah.training.data.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;

/**
 * WikiText (Merity et al. 2016, arXiv 1609.07843) as it is distributed: a folder with {@code wiki.train.raw} and
 * {@code wiki.valid.raw}, or with {@code .tokens} in the place of {@code .raw}. The first is trained on, the second validated with.
 */
public final class WikiTextDataSet implements TextSet {
    private static final List<String> ENDINGS = List.of("raw", "tokens");

    /** The data set, as it is registered. */
    public WikiTextDataSet() {}

    @Override
    public String kind() { return "wikitext"; }

    @Override
    public String source() { return "a folder with wiki.train.raw and wiki.valid.raw of WikiText"; }

    @Override
    public boolean recognizes(Path path) throws IOException { return isFolder(path) || isTraining(path); }

    /** Whether a folder has something of WikiText to train on. */
    static boolean isFolder(Path path) {
        return ENDINGS.stream().anyMatch(e -> Files.isRegularFile(path.resolve(training(e))));
    }

    /** Whether a file is what WikiText trains on, with what it validates with beside. */
    static boolean isTraining(Path path) {
        return ENDINGS.stream().anyMatch(e -> path.endsWith(training(e)) && Files.isRegularFile(path)
                && Files.isRegularFile(path.resolveSibling(validation(e))));
    }

    private static String training(String ending) { return "wiki.train." + ending; }

    private static String validation(String ending) { return "wiki.valid." + ending; }

    @Override
    public TextSplit texts(@Nullable Path path) throws IOException {
        if (path == null) throw new TensorException("the data set 'wikitext' is not built in; needed: " + source());
        for (String ending : ENDINGS) {
            Path training = path.endsWith(training(ending)) ? path : path.resolve(training(ending));
            if (!Files.isRegularFile(training)) continue;
            Path validation = training.resolveSibling(validation(ending));
            if (!Files.isRegularFile(validation))
                throw new FileFormatException(validation, "no such file; needed beside " + training.getFileName());
            return new TextSplit(TextSource.of(training), TextSource.of(validation));
        }
        throw new FileFormatException(path, "no WikiText; needed: " + source());
    }
}
