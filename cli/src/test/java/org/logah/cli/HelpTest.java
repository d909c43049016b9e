package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.cli.command.GenerateCommand;
import org.logah.cli.command.ExportCommand;
import org.logah.cli.command.GraphCommand;
import org.logah.cli.command.ImportCommand;
import org.logah.cli.command.InspectCommand;
import org.logah.cli.command.PredictCommand;
import org.logah.cli.command.TrainCommand;
import org.logah.cli.command.TrainGhnCommand;
import org.logah.models.Initialization;
import org.logah.training.experiment.ComparisonConfig;
import org.logah.training.paper.Scale;

import picocli.CommandLine;

/** Help at the widths of narrow, usual and wide terminals. */
class HelpTest extends CommandLineTest {
    private static final String WIDTH = "picocli.usage.width";
    private static final Map<String, Object> WITH_EXAMPLES = Map.of("predict", new PredictCommand(), "train",
            new TrainCommand(), "train-ghn", new TrainGhnCommand(), "generate", new GenerateCommand(), "inspect",
            new InspectCommand(), "graph", new GraphCommand(), "import",
            new ImportCommand(), "export", new ExportCommand());

    @AfterEach
    void anyWidth() { System.clearProperty(WIDTH); }

    private List<String> help(String command, int width) {
        System.setProperty(WIDTH, Integer.toString(width));
        return works(command, "--help").out().lines().toList();
    }

    /** A shell reads them as they stand there, and the commands understand what comes of it. */
    @ParameterizedTest
    @ValueSource(ints = {60, 80, 200})
    void examplesCanBePasted(int width) throws IOException {
        for (Map.Entry<String, Object> command : WITH_EXAMPLES.entrySet()) {
            List<String> lines = help(command.getKey(), width).stream()
                    .dropWhile(l -> !l.startsWith("  logah ") && !l.startsWith("  model="))
                    .takeWhile(l -> !l.matches(" {2,6}-.*[A-Z].*") && !l.startsWith("      "))
                    .toList();
            for (String line : lines) assertTrue(line.length() <= 60, line);
            Process shell = new ProcessBuilder("bash", "-eu").redirectErrorStream(true).start();
            shell.getOutputStream().write(("logah() { printf '%s\\n' \"$@\" =; }\n" + String.join("\n", lines) + "\n")
                    .getBytes(StandardCharsets.UTF_8));
            shell.getOutputStream().close();
            String words = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(words.endsWith("=\n"), command.getKey() + " " + words);
            for (String call : words.split("\n?=\n")) {
                String[] typed = call.split("\n");
                assertEquals(command.getKey(), typed[0]);
                new CommandLine(command.getValue())
                        .parseArgs(List.of(typed).subList(1, typed.length).toArray(String[]::new));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"predict, 60", "train, 60", "train-ghn, 60", "demo, 60", "inspect, 80", "verify, 60", "train, 80",
            "train, 200", "demo, 200"})
    void linesFitAndAddressesStayWhole(String command, int width) {
        List<String> lines = help(command, width);
        for (String line : lines) assertTrue(line.length() <= width, line);
        // A paragraph that was broken for another width has short lines in its middle.
        for (String line : lines) assertFalse(line.endsWith("which") && width > 80, line);
        if (command.startsWith("train"))
            assertTrue(lines.stream().anyMatch(l -> l.strip().equals("https://www.cs.toronto.edu/~kriz/cifar.html")),
                    () -> String.join("\n", lines));
    }

    /** An annotation can only have them written out. */
    @Test
    void starts() {
        assertSaid("demo", "Starts without a hypernetwork: " + Initialization.labels() + " (default "
                + String.join(",", ComparisonConfig.standard(1).others()) + ").");
        assertSaid("train", Initialization.labels().replace("random", "random (default)") + ", or weights: ");
    }

    @Test
    void scales() {
        assertSaid("experiment", Scale.labels().replace("tiny", "tiny (default)").replaceFirst(", (\\w+)$", " or $1."));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"demo | Steps of meta-training (default 2800).",
            "demo | Steps from each start (default 600).", "demo | of both trainings (default 16).",
            "demo | Width of the unseen network, a multiple of 4 (default 96).",
            "train-ghn | norms (default 0; the paper: 3e-5).",
            "predict | A fresh hypernetwork instead of a file: tiny, small,"})
    void defaultsAndNamesAreSaid(String command, String said) { assertSaid(command, said); }

    private void assertSaid(String command, String said) {
        String help = String.join(" ", help(command, 80));
        // Lines are broken behind a comma, too.
        assertTrue(help.replaceAll("\\s+", "").contains(said.replace(" ", "")), help);
    }
}
