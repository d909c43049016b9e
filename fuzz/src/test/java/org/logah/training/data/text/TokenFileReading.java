package org.logah.training.data.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reads files of tokens to their ends, which programs do by windows. */
public final class TokenFileReading {
    private static final int MOST = 1 << 12;

    private TokenFileReading() {}

    /** Reads the first tokens, and the last. */
    public static void read(Path file) throws IOException {
        TokenSequence tokens = new TokenSequence(List.of(TokenFile.read(file).part(file)));
        int count = (int) Math.min(MOST, tokens.length());
        int[] window = new int[count];
        tokens.read(0, window, 0, count);
        tokens.read(tokens.length() - count, window, 0, count);
    }
}
