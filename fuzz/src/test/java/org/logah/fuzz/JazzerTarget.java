package org.logah.fuzz;

import java.io.IOException;

/** What Jazzer calls, over and over, with the name of one target as its argument. */
public final class JazzerTarget {
    private static FuzzTargets targets;
    private static Judge judge;

    private JazzerTarget() {}

    public static void fuzzerInitialize(String[] args) throws IOException {
        targets = new FuzzTargets();
        judge = targets.judge(targets.named(args[0]));
    }

    public static void fuzzerTestOneInput(byte[] input) { judge.reads(input); }

    public static void fuzzerTearDown() {
        System.err.println(judge.most());
        targets.close();
    }
}
