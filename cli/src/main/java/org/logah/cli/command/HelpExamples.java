package org.logah.cli.command;

import java.util.ArrayList;
import java.util.List;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** What may be typed, in a command's help behind its description: line by line as it is, so that it can be copied at any width. */
final class HelpExamples {
    private static final String KEY = "examples";

    private HelpExamples() {}

    /**
     * Adds examples.
     *
     * @param command whose help shows them
     * @param lines at most 60 characters each with the two that they are indented by; an empty one between two examples
     */
    static void add(CommandSpec command, String... lines) {
        UsageMessageSpec usage = command.usageMessage();
        List<String> keys = new ArrayList<>(usage.sectionKeys());
        keys.add(keys.indexOf(UsageMessageSpec.SECTION_KEY_DESCRIPTION) + 1, KEY);
        usage.sectionKeys(keys);
        StringBuilder text = new StringBuilder();
        for (String line : lines)
            text.append(line.isEmpty() ? "" : "  " + line).append(System.lineSeparator());
        text.append(System.lineSeparator());
        usage.sectionMap().put(KEY, _ -> text.toString());
    }
}
