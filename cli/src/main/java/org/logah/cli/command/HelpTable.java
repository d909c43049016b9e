package org.logah.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** A table of what is registered, at the end of a command's help. Its rows are asked for only when help is shown. */
final class HelpTable {
    private static final int INDENT = 4;
    /** How much further in lines begin that go on with a text. */
    private static final int FURTHER = 2;

    private HelpTable() {}

    /**
     * Adds a table behind the options.
     *
     * @param command whose help shows it
     * @param heading what stands above it
     * @param rows left and right column, in order
     */
    static void add(CommandSpec command, String heading, Supplier<Map<String, String>> rows) {
        UsageMessageSpec usage = command.usageMessage();
        List<String> keys = new ArrayList<>(usage.sectionKeys());
        keys.add(keys.indexOf(UsageMessageSpec.SECTION_KEY_FOOTER_HEADING), heading);
        usage.sectionKeys(keys);
        usage.sectionMap().put(heading, help -> System.lineSeparator() + heading + ":" + System.lineSeparator()
                + text(rows.get(), help.commandSpec().usageMessage().width()));
    }

    /** Breaks between words only, so that what is to be copied stays whole; an address gets a line of its own. */
    private static String text(Map<String, String> rows, int width) {
        int right = INDENT + rows.keySet().stream().mapToInt(String::length).max().orElse(0) + 2;
        StringBuilder text = new StringBuilder();
        rows.forEach((key, value) -> {
            StringBuilder line = new StringBuilder().repeat(' ', INDENT).append(key);
            line.repeat(' ', right - line.length());
            boolean first = true;
            for (String word : value.split(" ")) {
                boolean address = word.contains("://");
                if (!first && (address || line.length() + 1 + word.length() > width)) {
                    text.append(line).append(System.lineSeparator());
                    line.setLength(0);
                    int room = Math.max(INDENT, width - word.length());
                    line.repeat(' ', address ? Math.min(right + FURTHER, room) : right + FURTHER);
                    first = true;
                }
                line.append(first ? "" : " ").append(word);
                first = false;
            }
            text.append(line).append(System.lineSeparator());
        });
        return text.toString();
    }
}
