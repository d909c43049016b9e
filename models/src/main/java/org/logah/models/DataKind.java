package org.logah.models;

import java.util.Locale;

/** What a network reads: a family of targets takes one kind of data, a data set holds one. */
public enum DataKind {
    /** Sequences of tokens, each of which is predicted from those before it. */
    TOKENS,
    /** Images, each of one class. */
    IMAGES;

    /** {@return what the items of such data are called: {@code tokens}, {@code images}} */
    public String unit() {
        return name().toLowerCase(Locale.ROOT);
    }
}
