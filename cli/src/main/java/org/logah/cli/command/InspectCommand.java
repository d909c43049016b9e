package org.logah.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.engine.Device;
import org.logah.models.TargetNetwork;
import org.logah.training.TargetFile;
import org.logah.training.inspection.StartInspection;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what a model's parameters are like beside its own random start, and warns of a start that will not train. */
@Command(name = "inspect", mixinStandardHelpOptions = true, description = {
        "Says what a start is like, and whether it can be trained.", "",
        "For every matrix: its deviation beside that of the model's own random start, its largest singular value and its stable rank.",
        "For tensors of one shape: how much they resemble each other. For the residual stream: how much each block adds. Then what",
        "of all this speaks against training from it, and why.", "", "  logah inspect init.safetensors", ""})
public final class InspectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;
    @Mixin
    private final DeviceOptions devices = new DeviceOptions();
    @Mixin
    private final MemoryOptions memory = new MemoryOptions();

    @Parameters(paramLabel = "FILE", description = "Parameters from predict or train: a safetensors file, or the index of several.")
    private Path file = Path.of("");

    @Option(names = "--model", paramLabel = "NAME", description = "Whose they are, where the file does not say.")
    private @Nullable String model;

    @Override
    public Integer call() throws IOException {
        TargetNetwork network = TargetFile.network(file, model);
        StartInspection found;
        try (Device device = devices.open()) {
            memory.require("inspecting " + network.describe(), StartInspection.memory(network), device);
            found = StartInspection.of(network, TargetFile.read(file, network, device), device);
            devices.report(device, spec);
        }
        print(network, found);
        return 0;
    }

    private void print(TargetNetwork network, StartInspection found) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s%n%n", network.describe());
        int width = found.matrices().stream().mapToInt(m -> m.name().length()).max().orElse(0);
        out.printf("%-" + width + "s  %-18s %10s %10s %8s %10s %8s%n", "tensor", "shape", "deviation", "own start",
                "ratio",
                "largest sv", "st. rank");
        for (StartInspection.Matrix m : found.matrices()) {
            out.printf(Locale.ROOT, "%-" + width + "s  %-18s %10.4g %10.4g %8.3g %10.4g %8.1f%n", m.name(), m.shape(),
                    m.deviation(), m.own(), m.deviation() / m.own(), m.largest(), m.stableRank());
        }
        if (!found.groups().isEmpty()) out.printf("%n%-18s %8s %26s%n", "shape", "tensors", "mean absolute cosine");
        for (StartInspection.Group g : found.groups())
            out.printf(Locale.ROOT, "%-18s %8d %26.3f%n", g.shape(), g.count(), g.similarity());
        if (!found.stream().isEmpty()) {
            out.printf(Locale.ROOT,
                    "%nThe residual stream is %.4g in front of the first block; each block adds, as a part of it:%n ",
                    found.stream().getFirst());
            for (double part : found.added()) out.printf(Locale.ROOT, " %.3g", part);
            out.println();
        }
        out.println();
        if (found.warnings().isEmpty()) out.println("Nothing speaks against training from it.");
        for (String w : found.warnings()) out.println("Warning: " + w + ".");
    }
}
