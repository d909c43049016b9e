package org.logah.training.data;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

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
