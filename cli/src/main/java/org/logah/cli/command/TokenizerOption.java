package org.logah.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Iterator;

import org.jspecify.annotations.Nullable;
import org.logah.cli.terminal.TokenizationProgress;
import org.logah.models.DataKind;
import org.logah.models.text.Tokenizer;
import org.logah.models.text.Tokenizers;
import org.logah.training.data.DataSets;
import org.logah.training.data.DataSplits;

import picocli.CommandLine.Option;

/** How texts become tokens. */
final class TokenizerOption {
    @Option(names = "--tokenizer", paramLabel = "NAME", completionCandidates = Names.class, description = "How texts become tokens: ${COMPLETION-CANDIDATES} (default bytes). Others than bytes are made once and kept beside the text.")
    private @Nullable String name;

    /** The name of every registered tokenizer. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() { return Tokenizers.all().stream().map(Tokenizer::kind).iterator(); }
    }

    /** What was asked for, where anything was. */
    @Nullable
    Tokenizer chosen() { return name == null ? null : Tokenizers.named(name); }

    /**
     * Opens a data set, its text read as was asked for.
     *
     * @param kind what the network reads
     * @param where the data set, as {@link DataSets#open(DataKind, String)} takes it
     * @param err where progress is shown
     */
    DataSplits open(DataKind kind, @Nullable String where, PrintWriter err) throws IOException {
        Tokenizer tokenizer = chosen();
        if (tokenizer == null) return DataSets.open(kind, where);
        try (TokenizationProgress progress = new TokenizationProgress(err)) {
            return DataSets.open(kind, where, tokenizer, progress);
        }
    }
}
