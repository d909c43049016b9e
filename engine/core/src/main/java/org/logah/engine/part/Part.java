package org.logah.engine.part;

/**
 * One of several parts that can stand in the same place: an encoder, a decoder, a family of targets. It is registered by one line
 * in {@code META-INF/services/<the place's interface>}, and needs a constructor without parameters.
 */
public interface Part {
    /** {@return the name that files and command lines call it by: lower case, words joined by {@code -}; unique in its place} */
    String kind();
}
