package org.logah.training.data.text;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

import org.logah.models.text.Tokenizer;

/**
 * Makes tokens of a text of any size, piece by piece. They are those of the whole text, except where more than a quarter of a million characters
 * have no place at which the tokenizer may cut; there a cut is made all the same.
 */
final class TextEncoding {
    /** Bytes that are read at once. */
    static final int PIECE = 1 << 18;
    private static final int MOST_CHARACTERS = 1 << 18;
    private final Tokenizer tokenizer;
    private final int piece;

    /** Takes tokens, in order. */
    @FunctionalInterface
    interface Sink { void add(int[] tokens) throws IOException; }

    TextEncoding(Tokenizer tokenizer) { this(tokenizer, PIECE); }

    /** Reads so many bytes at once, at least four. */
    TextEncoding(Tokenizer tokenizer, int piece) {
        this.tokenizer = tokenizer;
        this.piece = piece;
    }

    /**
     * Encodes a text.
     *
     * @param text UTF-8, which may end within a character
     * @param sink takes the tokens
     * @param progress told how many bytes are done
     */
    void encode(MemorySegment text, Sink sink, LongConsumer progress) throws IOException {
        byte[] bytes = new byte[(int) Math.min(piece, text.byteSize())];
        StringBuilder open = new StringBuilder();
        for (long at = 0; at < text.byteSize();) {
            int count = (int) Math.min(bytes.length, text.byteSize() - at);
            MemorySegment.copy(text, ValueLayout.JAVA_BYTE, at, bytes, 0, count);
            if (at + count < text.byteSize()) count = wholeCharacters(bytes, count);
            at += count;
            open.append(new String(bytes, 0, count, StandardCharsets.UTF_8));
            String known = open.toString();
            int cut = at == text.byteSize() ? known.length() : tokenizer.lastCut(known);
            if (cut == 0 && known.length() > MOST_CHARACTERS) cut = known.length();
            if (cut > 0) sink.add(tokenizer.encode(known.substring(0, cut)));
            open.delete(0, cut);
            progress.accept(at);
        }
    }

    /** How many of the bytes are whole characters: pieces begin where characters begin, so none has half a character. */
    private static int wholeCharacters(byte[] bytes, int count) {
        int start = count - 1;
        while (start > 0 && (bytes[start] & 0xc0) == 0x80) start--;
        return start == 0 ? count : start;
    }
}
