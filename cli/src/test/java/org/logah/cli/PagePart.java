package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A part of a page in docs that the program makes, between a comment with its name and one that says end. */
final class PagePart {
    private PagePart() {}

    /**
     * Fails where the page has something else. {@code -Dlogah.write=true} on Maven's command line writes the part anew.
     *
     * @param page name of a file in docs
     * @param name in the comment before the part
     * @param wanted what is to stand there
     */
    static void check(String page, String name, String wanted) throws IOException {
        Path file = Path.of("../docs").resolve(page);
        String text = Files.readString(file);
        String begin = "<!-- " + name + " -->\n\n";
        int from = text.indexOf(begin) + begin.length();
        int to = text.indexOf("\n<!-- end -->", from);
        assertTrue(from >= begin.length() && to > 0, page + " has no place for " + name);
        if (Boolean.getBoolean("logah.write"))
            Files.writeString(file, text.substring(0, from) + wanted + text.substring(to));
        else
            assertEquals(wanted, text.substring(from, to), "to write it anew: mvn test -Dlogah.write=true");
    }
}
