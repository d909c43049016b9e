package org.logah.cli.command;

import org.logah.engine.Device;
import org.logah.engine.cpu.KernelChoice;

import picocli.CommandLine.Option;

/** What only trainings have: their steps are alike. */
final class ReplayOption {
    @Option(names = "--replay", description = "On a GPU, record the steps of a training as graphs and replay them. Compiles longer; numbers do not depend on it.")
    private boolean replay;

    Device open(DeviceOptions devices) { return devices.open(KernelChoice.AUTO, replay); }
}
