package org.logah.training.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/** Digests of data, which say whether two data sets are the same. */
public final class Digests {
    private Digests() {}

    /**
     * {@return SHA-256 of contents, one behind the other, in hexadecimal}
     *
     * @param contents any number
     */
    public static String sha256(List<byte[]> contents) {
        MessageDigest digest = sha256();
        contents.forEach(digest::update);
        return hexadecimal(digest);
    }

    /**
     * {@return SHA-256 of a text in UTF-8, in hexadecimal}
     *
     * @param text any text
     */
    public static String sha256(String text) { return sha256(List.of(text.getBytes(StandardCharsets.UTF_8))); }

    /**
     * {@return the same digest, computed when it is first asked for and then kept} Experiments ask for it with every seed and column, and it
     * reads all of the data.
     *
     * @param digest what it is
     */
    public static Supplier<String> once(Supplier<String> digest) {
        return new Supplier<>() {
            private @Nullable String known;

            @Override
            public synchronized String get() {
                if (known == null) known = digest.get();
                return known;
            }
        };
    }

    /** {@return SHA-256 of what it will be given} */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /**
     * {@return a digest in hexadecimal}
     *
     * @param digest that was given everything; it begins anew
     */
    public static String hexadecimal(MessageDigest digest) { return HexFormat.of().formatHex(digest.digest()); }
}
