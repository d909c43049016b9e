package org.logah.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** A table of what is registered, at the end of a command's help. Its rows are asked for only when help is shown. */
final class HelpTable {
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
        usage.sectionMap().put(heading,
                help -> System.lineSeparator() + heading + ":" + System.lineSeparator()
                        + help.createTextTable(rows.get()).toString());
    }
}
