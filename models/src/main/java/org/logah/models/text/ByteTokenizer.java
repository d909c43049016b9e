package org.logah.models.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

import org.logah.engine.TensorException;

/** Text as tokens, each the value of one byte of its UTF-8 form. */
public final class ByteTokenizer {
    /** Number of tokens. */
    public static final int VOCABULARY = 256;
    private static final byte[] UNKNOWN = "\uFFFD".getBytes(StandardCharsets.UTF_8);

    private ByteTokenizer() {}

    /**
     * {@return the tokens of a text, 0 to 255}
     *
     * @param text any text
     */
    public static int[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[bytes.length];
        for (int i = 0; i < tokens.length; i++) tokens[i] = bytes[i] & 0xff;
        return tokens;
    }

    /**
     * {@return the text of tokens} What is no UTF-8 becomes U+FFFD, and so does a token that is no byte, which a model with a
     * larger vocabulary may give.
     *
     * @param tokens the tokens in order
     */
    public static String decode(int[] tokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(tokens.length);
        for (int t : tokens) {
            if (t >= 0 && t < VOCABULARY) bytes.write(t);
            else bytes.writeBytes(UNKNOWN);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /**
     * Checks that a model's tokens are bytes.
     *
     * @param vocabulary the model's number of tokens
     * @throws TensorException if they are more or fewer
     */
    public static void require(int vocabulary) {
        if (vocabulary != VOCABULARY)
            throw new TensorException("the tokens of a vocabulary of " + vocabulary
                    + " are no bytes, and its tokenizer is not here; use a model with vocabulary=256");
    }
}
