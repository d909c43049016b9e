package org.logah.engine;

/** What messages quote of files and command lines, which may hold anything: names of tensors, keys, whole documents. */
public final class OneLine {
    /** Characters of the longest message. */
    private static final int MOST = 1000;

    private OneLine() {}

    /**
     * {@return a text as one line that a terminal shows as it is}
     *
     * @param text anything; control characters and line ends become {@code ?}, what follows its first thousand characters is left
     *        out
     */
    public static String of(String text) {
        String shown = text.length() > MOST ? text.substring(0, MOST) + "..." : text;
        // Also what is no control character and still ends a line, or is half a character.
        return shown.codePoints().anyMatch(OneLine::unseen)
                ? shown.codePoints().map(c -> unseen(c) ? '?' : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString()
                : shown;
    }

    private static boolean unseen(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            default -> false;
        };
    }
}
