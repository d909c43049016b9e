package org.logah.cli.command;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import picocli.CommandLine.Model.CommandSpec;

/** A command as it was typed, for files that say how to repeat what they hold. */
final class TypedCommand {
    /** What no shell takes for anything but itself. */
    private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}_@%+=:,./-]+");

    private TypedCommand() {}

    /** The line that a shell takes for the same command. */
    static String of(CommandSpec spec) {
        return of(spec.commandLine().getParseResult().originalArgs());
    }

    /** The same of arguments. */
    static String of(List<String> arguments) {
        return "logah " + arguments.stream().map(TypedCommand::quoted).collect(Collectors.joining(" "));
    }

    /** Inside of single quotes a shell reads nothing but their end. */
    private static String quoted(String argument) {
        return PLAIN.matcher(argument).matches() ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
