package org.logah.training.extension;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.logah.models.text.Tokenizer;

/** Letters as tokens 1 to 26; whatever else stands in a text is a space, token 0. */
public final class Letters implements Tokenizer {
    @Override
    public String kind() { return "letters"; }

    @Override
    public int vocabulary() { return 27; }

    @Override
    public int separator() { return 0; }

    @Override
    public int[] encode(String text) {
        return text.toLowerCase(Locale.ROOT).chars().map(c -> c >= 'a' && c <= 'z' ? c - 'a' + 1 : 0).toArray();
    }

    @Override
    public String decode(int[] tokens) {
        return IntStream.of(tokens).mapToObj(t -> t == 0 ? " " : t < 27 ? Character.toString('a' + t - 1) : "\ufffd")
                .collect(Collectors.joining());
    }

    @Override
    public int lastCut(String text) { return text.length(); }
}
