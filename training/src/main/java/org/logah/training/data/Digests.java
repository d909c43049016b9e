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
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            contents.forEach(digest::update);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
