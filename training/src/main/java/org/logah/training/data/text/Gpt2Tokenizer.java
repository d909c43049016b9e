package org.logah.training.data.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

import org.logah.models.text.Tokenizer;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;

/**
 * The byte-pair encoding of GPT-2 (Radford et al. 2019), as JTokkit computes it: 50,256 pieces of UTF-8, and {@code <|endoftext|>}
 * between texts. Text that looks like that token is read as the characters that it is. Half a character becomes {@code U+FFFD}.
 */
public final class Gpt2Tokenizer implements Tokenizer {
    /** Number of tokens. */
    public static final int VOCABULARY = 50_257;
    /** The token between two texts, {@code <|endoftext|>}. */
    public static final int END_OF_TEXT = 50_256;
    private static final char REPLACEMENT = '\uFFFD';
    private static final byte[] UNKNOWN = String.valueOf(REPLACEMENT).getBytes(StandardCharsets.UTF_8);

    /** Read when the first text is encoded, which takes some tenths of a second; never changed. */
    private static final class Merges {
        static final Encoding ENCODING = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
    }

    /** The tokenizer, as it is registered. */
    public Gpt2Tokenizer() {}

    @Override
    public String kind() { return "gpt2"; }

    @Override
    public int vocabulary() { return VOCABULARY; }

    /** {@inheritDoc} {@value #END_OF_TEXT}. */
    @Override
    public int separator() { return END_OF_TEXT; }

    /**
     * {@inheritDoc} A megabyte of prose takes less than a second. Some seconds go into a megabyte that has no end of a word, such as one
     * letter over and over.
     */
    @Override
    public int[] encode(String text) { return Merges.ENCODING.encodeOrdinary(whole(text)).toArray(); }

    /** The text with a character in the place of each half one. */
    private static String whole(String text) {
        StringBuilder changed = null;
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) continue;
            if (Character.isSupplementaryCodePoint(text.codePointAt(i))) {
                i++;
                continue;
            }
            if (changed == null) changed = new StringBuilder(text);
            changed.setCharAt(i, REPLACEMENT);
        }
        return changed == null ? text : changed.toString();
    }

    @Override
    public String decode(int[] tokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4 * tokens.length);
        for (int token : tokens) {
            if (token < 0 || token >= VOCABULARY) {
                bytes.writeBytes(UNKNOWN);
            } else {
                IntArrayList one = new IntArrayList(1);
                one.add(token);
                bytes.writeBytes(Merges.ENCODING.decodeBytes(one));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /**
     * {@inheritDoc} Pieces are merged within words, and the pattern that finds words ends one wherever a letter or a digit is followed by
     * something else, and begins one wherever white space begins.
     */
    @Override
    public int lastCut(String text) {
        for (int i = text.length(); i > 0;) {
            int next = i == text.length() ? -1 : text.codePointAt(i);
            int before = text.codePointBefore(i);
            if (next >= 0 && endsWord(before, next)) return i;
            i -= Character.charCount(before);
        }
        return 0;
    }

    private static boolean endsWord(int before, int next) {
        if (Character.isLetter(before)) return !Character.isLetter(next);
        if (isNumber(before)) return !isNumber(next);
        return isPlainSpace(next) && !isSpace(before);
    }

    private static boolean isNumber(int c) {
        return switch (Character.getType(c)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
            default -> false;
        };
    }

    private static boolean isPlainSpace(int c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

    /** More than the pattern takes for white space, which is safe: then no cut is made. */
    private static boolean isSpace(int c) {
        return Character.isSpaceChar(c) || Character.isWhitespace(c) || Character.isISOControl(c);
    }
}
