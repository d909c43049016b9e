package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

class PackageTableTest {
    private static final Path PAGE = Path.of("../docs/architecture.md");
    private static final String BEGIN = "<!-- packages -->\n\n";
    private static final String END = "\n<!-- end -->";

    /** {@code -Dlogah.write=true} on Maven's command line writes the page's table anew. */
    @Test
    void thePageHasEachPackageInItsOwnWords() throws IOException {
        String page = Files.readString(PAGE);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        int to = page.indexOf(END, from);
        assertTrue(from >= BEGIN.length() && to > 0, "the page has no place for the table");
        String table = PackageTable.markdown(Path.of(".."));
        if (Boolean.getBoolean("logah.write"))
            Files.writeString(PAGE, page.substring(0, from) + table + page.substring(to));
        else
            assertEquals(table, page.substring(from, to), "to write the table anew: mvn test -Dlogah.write=true");
    }
}
