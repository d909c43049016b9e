package org.logah.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The table of docs/architecture.md that has a line for each package: the first sentence of its own description. */
final class PackageTable {
    private static final Pattern DESCRIPTION = Pattern.compile("(?s)/\\*\\*(.*?)\\*/");
    private static final Pattern LINE_BEGIN = Pattern.compile("\\s*\\n \\* ?");
    private static final Pattern LINK = Pattern.compile("\\{@link (?:[a-z]+\\.)*(\\w+)\\}");
    private static final Pattern CODE = Pattern.compile("\\{@code ([^}]*)\\}");
    private static final Pattern SENTENCE = Pattern.compile("(?s)^(.*?)\\.( [A-Z].*)?$");

    private PackageTable() {}

    /** The table for the project in {@code root}, as Markdown. */
    static String markdown(Path root) throws IOException {
        StringBuilder table = new StringBuilder("| module | package | what it is |\n|---|---|---|\n");
        for (String module : ArchitectureDrawing.MODULES.reversed()) {
            String shown = module;
            for (Path file : descriptions(root.resolve(module).resolve("src/main/java"))) {
                table.append("| ").append(shown).append(" | `").append(name(file)).append("` | ")
                        .append(firstSentence(file)).append(" |\n");
                shown = "";
            }
        }
        return table.toString();
    }

    private static List<Path> descriptions(Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(f -> f.endsWith("package-info.java"))
                    .sorted(Comparator.comparing(f -> f.getParent().toString())).toList();
        }
    }

    private static String name(Path file) throws IOException {
        Matcher own = ArchitectureDrawing.PACKAGE.matcher(Files.readString(file));
        if (!own.find()) throw new IOException(file + " is in no package");
        return own.group(1);
    }

    private static String firstSentence(Path file) throws IOException {
        Matcher description = DESCRIPTION.matcher(Files.readString(file));
        if (!description.find()) throw new IOException(file + " has no description");
        String text = LINE_BEGIN.matcher("\n * " + description.group(1).strip()).replaceAll(" ");
        text = CODE.matcher(LINK.matcher(text.replace(" * ", " ")).replaceAll("`$1`")).replaceAll("`$1`").strip();
        Matcher sentence = SENTENCE.matcher(text);
        if (!sentence.find()) throw new IOException(file + " has no sentence that ends: " + text);
        return sentence.group(1).replace("|", "\\|");
    }
}
