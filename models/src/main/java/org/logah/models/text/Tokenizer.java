package org.logah.models.text;

import org.logah.engine.TensorException;
import org.logah.engine.part.Part;

/**
 * Text as numbers, and back. One class and one line in {@code META-INF/services/org.logah.models.text.Tokenizer} make it known to
 * {@link Tokenizers}, and with it to every command; its {@link #kind} is its name there and in files. It needs a constructor without
 * parameters, which should be cheap. Any number of threads may use one.
 */
public interface Tokenizer extends Part {
    /** {@return the number of different tokens, which are 0 to one less} */
    int vocabulary();

    /** {@return what one token is called, in reports for example} */
    default String unit() { return "token"; }

    /** {@return the token that stands between two texts of a set} */
    int separator();

    /**
     * {@return the tokens of a text}
     *
     * @param text any text; what is half a character becomes a replacement character, {@code U+FFFD} or {@code ?}
     */
    int[] encode(String text);

    /**
     * {@return the text of tokens} What is no UTF-8 becomes {@code U+FFFD}, and so does a number that is no token here, which a model
     * with a larger vocabulary may give.
     *
     * @param tokens the tokens in order
     */
    String decode(int[] tokens);

    /**
     * {@return a place at which a long text may be cut, the last one that is found: the tokens of the two pieces are those of the whole,
     * whatever follows} 0 where there is none.
     *
     * @param text a text, or the beginning of one
     */
    int lastCut(String text);

    /**
     * Checks that a model knows these tokens.
     *
     * @param vocabulary the model's number of tokens
     * @throws TensorException if they are too few
     */
    default void requireFit(int vocabulary) {
        if (vocabulary < vocabulary())
            throw new TensorException("a vocabulary of " + vocabulary + " cannot hold the " + vocabulary()
                    + " tokens of the tokenizer '" + kind() + "'; use a model with vocabulary=" + vocabulary());
    }
}
