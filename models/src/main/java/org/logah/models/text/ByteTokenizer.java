package org.logah.models.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Text as tokens, each the value of one byte of its UTF-8 form; half a character becomes {@code ?}. */
public final class ByteTokenizer implements Tokenizer {
    /** Number of tokens. */
    public static final int VOCABULARY = 256;
    private static final byte[] UNKNOWN = "\uFFFD".getBytes(StandardCharsets.UTF_8);

    /** The tokenizer, as it is registered. */
    public ByteTokenizer() {}

    @Override
    public String kind() { return "bytes"; }

    @Override
    public int vocabulary() { return VOCABULARY; }

    @Override
    public String unit() { return "byte"; }

    /** {@inheritDoc} An end of a line. */
    @Override
    public int separator() { return '\n'; }

    @Override
    public int[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[bytes.length];
        for (int i = 0; i < tokens.length; i++) tokens[i] = bytes[i] & 0xff;
        return tokens;
    }

    @Override
    public String decode(int[] tokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(tokens.length);
        for (int t : tokens) {
            if (t >= 0 && t < VOCABULARY) bytes.write(t);
            else bytes.writeBytes(UNKNOWN);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public int lastCut(String text) {
        int end = text.length();
        return end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
    }
}
