package org.logah.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.logah.engine.random.RandomStream;

/** Changes of an input that follow from a seed, for where Jazzer does not run. */
final class Mutation {
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");
    private static final List<String> INSTEAD = List.of("0", "-1", "2147483647", "2147483648", "9223372036854775807",
            "1e999", "-1e999", "1.5", "99999999999999999999", "1e999999999", "3", "4096", "65536", "null", "[]", "{}",
            "\"x\"", "NaN", "");

    private Mutation() {}

    /** One to four changes. */
    static byte[] of(byte[] input, RandomStream random) {
        byte[] out = input;
        for (int i = random.nextInt(4); i >= 0; i--) out = changed(out, random);
        return out;
    }

    private static byte[] changed(byte[] in, RandomStream random) {
        if (in.length == 0) return in;
        int at = random.nextInt(in.length);
        int count = Math.min(1 + random.nextInt(64), in.length - at);
        String text = new String(in, StandardCharsets.ISO_8859_1);
        String out = switch (random.nextInt(6)) {
            case 0 -> text.substring(0, at);
            case 1 -> text.substring(0, at) + text.substring(at + count);
            case 2 -> text.substring(0, at + count) + text.substring(at);
            case 3 -> text.substring(0, at) + (char) (in[at] & 0xff ^ 1 << random.nextInt(8)) + text.substring(at + 1);
            default -> otherNumber(text, random);
        };
        return out.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String otherNumber(String text, RandomStream random) {
        List<MatchResult> found = NUMBER.matcher(text).results().toList();
        if (found.isEmpty()) return text;
        MatchResult m = found.get(random.nextInt(found.size()));
        return text.substring(0, m.start()) + INSTEAD.get(random.nextInt(INSTEAD.size())) + text.substring(m.end());
    }
}
