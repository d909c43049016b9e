package org.logah.training.data;

import java.nio.file.Path;

/** Told while texts become tokens, which takes some seconds for each ten megabytes. All methods are called on the reading thread. */
public interface TokenizationListener {
    /** Nobody. */
    TokenizationListener NONE = new TokenizationListener() {
    };

    /**
     * The tokens of a text are made.
     *
     * @param text its name
     * @param tokens the file that they will be in
     * @param bytes of the text
     */
    default void started(String text, Path tokens, long bytes) {}

    /**
     * A part of the text has become tokens.
     *
     * @param done bytes of the text so far
     * @param bytes of the text
     */
    default void progressed(long done, long bytes) {}

    /**
     * All of the text has.
     *
     * @param tokens the file that they are in
     * @param count how many there are
     */
    default void finished(Path tokens, long count) {}

    /**
     * Something that the user should know.
     *
     * @param line why a file of tokens is made anew, or is not beside its text
     */
    default void noticed(String line) {}
}
