package org.logah.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;

class TypedCommandTest {
    @Test
    void onlyWhatAShellReadsOtherwiseIsQuoted() {
        assertEquals("logah demo --data text:book.txt --lr 1e-3,3e-3 --out out/d\u00e9mo",
                TypedCommand
                        .of(List.of("demo", "--data", "text:book.txt", "--lr", "1e-3,3e-3", "--out", "out/d\u00e9mo")));
        assertEquals("logah demo --out 'my runs/1' --data ''",
                TypedCommand.of(List.of("demo", "--out", "my runs/1", "--data", "")));
    }

    /** A shell makes the same arguments of it. */
    @Test
    void aShellReadsTheSameArguments() throws IOException {
        List<String> odd = List.of("my runs", "it's", "$HOME", "`id`", "a\\b", "\"x\"", "*", "~", "#", "a;b", "!1");
        String line = TypedCommand.of(odd).replaceFirst("^logah", "printf '%s\\\\n'");
        Process shell = new ProcessBuilder("sh", "-c", line).start();
        assertEquals(odd, new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList());
    }
}
