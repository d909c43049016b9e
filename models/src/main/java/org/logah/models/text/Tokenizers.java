package org.logah.models.text;

import java.util.List;
import java.util.stream.Collectors;

import org.logah.engine.TensorException;
import org.logah.engine.part.Parts;

/** The tokenizers that are registered, see {@link Tokenizer}. */
public final class Tokenizers {
    private Tokenizers() {}

    private static Parts<Tokenizer> parts() { return Parts.of(Tokenizer.class, "tokenizer"); }

    /**
     * {@return every registered tokenizer}
     *
     * @throws IllegalStateException if two of them have the same name
     */
    public static List<Tokenizer> all() { return parts().all(); }

    /**
     * {@return the tokenizer of a name}
     *
     * @param kind its name, {@code bytes} for example
     * @throws TensorException if there is none, saying which there are
     */
    public static Tokenizer named(String kind) { return parts().get(kind); }

    /**
     * {@return the only tokenizer that has a number of tokens}
     *
     * @param vocabulary the number of tokens
     * @throws TensorException if none has, or several do, saying which there are
     */
    public static Tokenizer ofVocabulary(int vocabulary) {
        List<Tokenizer> all = all();
        List<Tokenizer> found = all.stream().filter(t -> t.vocabulary() == vocabulary).toList();
        if (found.size() == 1) return found.getFirst();
        throw new TensorException("a vocabulary of " + vocabulary
                + " does not say which tokenizer made the tokens; add --tokenizer: "
                + all.stream().map(t -> t.kind() + " (" + t.vocabulary() + ")").collect(Collectors.joining(", ")));
    }
}
