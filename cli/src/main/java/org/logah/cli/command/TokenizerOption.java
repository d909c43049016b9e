package org.logah.cli.command;

import java.util.Iterator;

import org.jspecify.annotations.Nullable;
import org.logah.models.text.Tokenizer;
import org.logah.models.text.Tokenizers;

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
}
