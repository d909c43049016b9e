package org.logah.cli.terminal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a terminal shows of what was written to it: lines, rewritten ones as they are in the end; every line must fit. */
public final class Screen {
    private static final String ESCAPE = "\033[";
    private final int columns;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    Screen(int columns) { this.columns = columns; }

    /** Without knowing the width: it is the terminal that cuts. */
    TerminalWriter ofUnknownWidth() {
        return new TerminalWriter(written, true, 0);
    }

    TerminalWriter writer() { return new TerminalWriter(written, true, columns); }

    /** The lines so far; the last one is what an open line shows. */
    List<String> lines() {
        return lines(written.toString(StandardCharsets.UTF_8), columns);
    }

    /**
     * {@return the lines that a terminal shows in the end}
     *
     * @param text what was written to it
     * @param columns its width
     */
    public static List<String> lines(String text, int columns) {
        List<String> lines = new ArrayList<>(List.of(""));
        boolean wraps = true;
        int column = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            String line = lines.getLast();
            if (text.startsWith(ESCAPE, i)) {
                String rest = text.substring(i + ESCAPE.length());
                if (rest.startsWith("K")) lines.set(lines.size() - 1, line.substring(0, column));
                else if (rest.startsWith("?7")) wraps = rest.charAt(2) == 'h';
                else throw new AssertionError("unknown control " + rest.substring(0, 5));
                i += ESCAPE.length() + (rest.startsWith("K") ? 0 : 2);
            } else if (c == '\r') {
                column = 0;
            } else if (c == '\n') {
                lines.add("");
                column = 0;
            } else if (column < columns) {
                lines.set(lines.size() - 1,
                        line.substring(0, column) + c + line.substring(Math.min(line.length(), ++column)));
            } else if (wraps) {
                lines.add(String.valueOf(c));
                column = 1;
            }
        }
        if (!wraps) throw new AssertionError("the terminal is left without wrapping: " + text);
        return lines;
    }
}
