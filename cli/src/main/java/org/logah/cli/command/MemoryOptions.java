package org.logah.cli.command;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Device;
import org.logah.engine.MemoryBudget;
import org.logah.training.measure.MemoryEstimate;

import picocli.CommandLine.Option;

/** How much memory a command may use. */
final class MemoryOptions {
    @Option(names = "--max-memory", converter = OptionBounds.Memory.class, paramLabel = "SIZE", description = "Refuse to use more, e.g. 2G; by default what the machine or the GPU device has free.")
    private @Nullable Long most;

    /** Refuses, before anything large is allocated, what needs more than is allowed or there. */
    void require(String purpose, MemoryEstimate need, Device device) {
        need.require(purpose, device,
                most == null ? MemoryBudget.of(device) : MemoryBudget.of(most));
    }
}
