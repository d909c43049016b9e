package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** What the pages link to exists, a file and the heading in it, and nothing is left to be filled in. */
class PagesTest {
    private static final Path ROOT = Path.of("..");

    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)\\s]*)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern PLACEHOLDER = Pattern.compile("@[A-Z]+@");
    private static final Pattern INDENTED = Pattern.compile("(?ms)^```.*?^```$|(?-s:^    .*$)");

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        try (Stream<Path> root = Files.list(ROOT); Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            Stream.concat(root, docs).filter(p -> p.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        assertTrue(pages.size() > 10, "pages: " + pages);
        return pages;
    }

    @Test
    void everyLinkLeadsToAFileAndAHeading() throws IOException {
        List<String> dead = new ArrayList<>();
        int links = 0;
        for (Path page : pages()) {
            String text = Files.readString(page);
            for (var m = LINK.matcher(text); m.find(); links++) {
                String[] link = m.group(1).split("#", 2);
                Path target = link[0].isEmpty() ? page : page.resolveSibling(link[0]);
                if (!Files.exists(target) || link.length == 2 && !anchors(Files.readString(target)).contains(link[1]))
                    dead.add(page.getFileName() + ": " + m.group(1));
            }
        }
        assertEquals(List.of(), dead);
        assertTrue(links > 100, links + " links");
    }

    @Test
    void anchorsAreThoseThatPagesAreShownWith() {
        assertEquals(Set.of("a-made-up-grammar-300-kb", "the-start"),
                anchors("# A made-up grammar: 300 KB\n\ntext\n    # code\n\n```\n# more\n```\n## The `start`\n"));
    }

    @Test
    void noPlaceholderIsLeft() throws IOException {
        for (Path page : pages())
            assertTrue(!PLACEHOLDER.matcher(Files.readString(page)).find(), page.toString());
    }

    /** Headings as links name them: lower case, without marks, hyphens for spaces. */
    private static Set<String> anchors(String page) {
        Set<String> anchors = new HashSet<>();
        for (var m = HEADING.matcher(INDENTED.matcher(page).replaceAll("")); m.find();)
            anchors.add(m.group(1).toLowerCase(Locale.ROOT).replaceAll("[^\\p{Alnum}_ -]", "").replace(' ', '-'));
        return anchors;
    }
}
