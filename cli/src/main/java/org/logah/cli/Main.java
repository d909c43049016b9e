package org.logah.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.logah.cli.command.ArchitecturesCommand;
import org.logah.cli.command.DemoCommand;
import org.logah.cli.command.DevicesCommand;
import org.logah.cli.command.ExperimentCommand;
import org.logah.cli.command.ExportCommand;
import org.logah.cli.command.GenerateCommand;
import org.logah.cli.command.GraphCommand;
import org.logah.cli.command.ImportCommand;
import org.logah.cli.command.InspectCommand;
import org.logah.cli.command.KernelCommand;
import org.logah.cli.command.PredictCommand;
import org.logah.cli.command.TrainCommand;
import org.logah.cli.command.TrainGhnCommand;
import org.logah.cli.command.VerifyCommand;
import org.logah.cli.terminal.Interruption;
import org.logah.cli.terminal.TerminalWriter;
import org.logah.engine.MemoryBudget;
import org.logah.engine.OneLine;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileProblem;
import org.logah.engine.io.ShutdownHook;
import org.logah.training.run.DivergedException;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program {@code logah}. Exit codes: 0 done, 1 failed, 2 asked for in a way it does not understand. */
@Command(name = "logah", mixinStandardHelpOptions = true, description = {
        "Predicts the parameters of whole transformers with a graph hypernetwork (LoGAH).", "",
        "Start with:  logah demo", ""}, footer = {"",
                "In a clone, logah bench --help lists the benchmarks.", "",
                "Exit codes: 0 done, 1 failed, 2 wrong usage."})
public final class Main implements Runnable {
    /** In the order in which help shows them. */
    private static final Map<String, Class<?>> COMMANDS = commands();

    private static Map<String, Class<?>> commands() {
        Map<String, Class<?>> c = new LinkedHashMap<>();
        c.put("demo", DemoCommand.class);
        c.put("predict", PredictCommand.class);
        c.put("train", TrainCommand.class);
        c.put("train-ghn", TrainGhnCommand.class);
        c.put("experiment", ExperimentCommand.class);
        c.put("architectures", ArchitecturesCommand.class);
        c.put("generate", GenerateCommand.class);
        c.put("inspect", InspectCommand.class);
        c.put("import", ImportCommand.class);
        c.put("export", ExportCommand.class);
        c.put("graph", GraphCommand.class);
        c.put("verify", VerifyCommand.class);
        c.put("devices", DevicesCommand.class);
        c.put("kernel", KernelCommand.class);
        c.put("help", HelpCommand.class);
        return Collections.unmodifiableMap(c);
    }

    /** What Java reads in place of bytes that are no letter: a file of that name is another one. */
    private static final char NO_LETTER = '\uFFFD';

    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        TerminalWriter err = TerminalWriter.ofErrors();
        ShutdownHook.add(new Thread(err::conclude, "logah-terminal"));
        System.exit(run(new PrintWriter(System.out, true), err, args));
    }

    /** Runs one command line and returns its exit code. */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine line = new CommandLine(new Main());
        String wanted = args.length == 0 || args[0].equals("help") ? "" : args[0];
        // Reading all commands' options takes longer than many a command itself.
        if (COMMANDS.containsKey(wanted)) line.addSubcommand(wanted, COMMANDS.get(wanted));
        else COMMANDS.forEach(line::addSubcommand);
        String version = Main.class.getPackage().getImplementationVersion();
        line.getCommandSpec().version("LoGAH in Java " + (version == null ? "(not packaged)" : version));
        line.getSubcommands().values().forEach(c -> c.getCommandSpec().version(line.getCommandSpec().version()));
        line.setOut(out);
        line.setErr(err);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        line.registerConverter(Path.class, text -> {
            if (text.isBlank()) throw new TypeConversionException("a name of a file or folder is missing");
            if (text.indexOf(NO_LETTER) >= 0)
                throw new TypeConversionException("'" + text
                        + "' has bytes that are no UTF-8, or the letter that stands for them; rename the file");
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw new TypeConversionException(noName(e));
            }
        });
        if (TerminalWriter.isDumb()) line.setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF));
        line.setExecutionExceptionHandler((e, command, _) -> {
            String message = expected(e);
            if (message == null) throw e;
            command.getErr().println("logah: " + OneLine.of(message));
            return 1;
        });
        line.setParameterExceptionHandler((e, _) -> {
            e.getCommandLine().getErr().println("logah: " + OneLine.of(said(e)));
            e.getCommandLine().getErr()
                    .println("Try: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
            return 2;
        });
        try {
            int code = line.execute(args);
            // A full disk or a closed pipe behind the output is known only here.
            if (!out.checkError() || code != 0) return code;
            err.println("logah: the output could not be written");
            return 1;
        } finally {
            Interruption.allSaid();
        }
    }

    /** What was typed wrong, and what it may have been meant to be. */
    private static String said(ParameterException e) {
        if (!(e instanceof UnmatchedArgumentException unmatched)) return String.valueOf(e.getMessage());
        boolean command = e.getCommandLine().getParent() == null && !unmatched.isUnknownOption();
        // Of commands only the most similar: the others are not similar at all.
        List<String> similar = unmatched.getSuggestions().stream().limit(command ? 1 : Long.MAX_VALUE).toList();
        String meant = similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?";
        return (command ? "there is no command '" + unmatched.getUnmatched().getFirst() + "'" : e.getMessage()) + meant;
    }

    /** The one line that a user's mistake or the machine's limits deserve; null for what is a bug of ours. */
    private static @Nullable String expected(Exception e) {
        if (e instanceof TensorException || e instanceof MemoryBudget.ExceededException
                || e instanceof DivergedException)
            return e.getMessage();
        if (e instanceof UncheckedIOException u && u.getCause() != null) return expected(u.getCause());
        if (e instanceof InvalidPathException i) return noName(i);
        return e instanceof IOException io ? FileProblem.line(io) : null;
    }

    private static String noName(InvalidPathException e) {
        return "'" + e.getInput() + "' can be no name of a file (" + e.getReason() + ")";
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(),
                "a command is missing: " + String.join(", ", COMMANDS.keySet()));
    }
}
