package org.logah.cli.command;

import picocli.CommandLine.Option;

/** A long training of one seed. */
final class SeededRunOptions extends RunOptions {
    @Option(names = "--seed", converter = OptionBounds.Seed.class, paramLabel = "N", defaultValue = "1", description = "Seed of everything random (default 1).")
    private long seed;

    long seed() { return seed; }
}
