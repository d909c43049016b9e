package org.logah.models;

/**
 * Something about a family's networks that may be chosen by name, as {@code layers} in {@code gpt2:layers=6}. Options that
 * mean the same have the same key in every family: {@code layers}, {@code width}, {@code vocabulary}, {@code positions},
 * {@code image}, {@code classes}.
 *
 * @param key how it is written, in lower case
 * @param type what its value is
 * @param meaning what it is, and what it is where it is not given if that is not the published variant's, in a few words
 */
public record FamilyOption(String key, ValueType type, String meaning) {
    /** What the value of an option is. */
    public enum ValueType {
        /** A whole number. */
        NUMBER,
        /** {@code true} or {@code false}. */
        FLAG
    }

    /**
     * {@return an option that is a whole number}
     *
     * @param key how it is written
     * @param meaning what it is
     */
    public static FamilyOption number(String key, String meaning) {
        return new FamilyOption(key, ValueType.NUMBER, meaning);
    }

    /**
     * {@return an option that is true or false}
     *
     * @param key how it is written
     * @param meaning what is so where it is true
     */
    public static FamilyOption flag(String key, String meaning) {
        return new FamilyOption(key, ValueType.FLAG, meaning);
    }
}
