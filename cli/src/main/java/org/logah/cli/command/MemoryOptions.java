package org.logah.cli.command;

import org.jspecify.annotations.Nullable;
import org.logah.engine.memory.MemoryBudget;

import picocli.CommandLine.Option;

/** How much memory a command may use. */
final class MemoryOptions {
    @Option(names = "--max-memory", paramLabel = "SIZE", description = "Refuse to use more, e.g. 2G; by default what the machine has free.")
    private @Nullable String most;

    /** Refuses, before anything large is allocated, what needs more than is allowed or there. */
    void require(String purpose, long needed) {
        MemoryBudget budget = most == null ? MemoryBudget.ofMachine() : MemoryBudget.of(MemoryBudget.parse(most));
        budget.require(purpose, needed);
    }
}
