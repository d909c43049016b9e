package org.logah.cli;

import java.io.PrintWriter;

/** Runs a command line in a program that is ending already, as one is that gets Ctrl-C in its first moments. */
final class EndingProgram {
    private EndingProgram() {}

    public static void main(String[] args) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            int code = Main.run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args);
            System.out.println("code " + code);
        }));
    }
}
