package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.cli.terminal.Progress;
import org.logah.engine.Device;
import org.logah.models.TargetNetwork;
import org.logah.training.inspection.StartInspection;
import org.logah.training.weights.TargetFile;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what a model's parameters are like beside its own random start, and warns of a start that will not train. */
@Command(name = "inspect", mixinStandardHelpOptions = true, description = {
        "Says what a start is like, and whether it can be trained.", "",
        "For every matrix: its standard deviation beside that of the model's own random start, its largest singular value and its stable "
                + "rank. For tensors of one shape: how much they resemble each other. For the residual stream: how much each block adds. Then "
                + "what of all this speaks against training from it, and why.",
        ""})
public final class InspectCommand implements Callable<Integer> {

    private CommandSpec spec = CommandSpec.create();
    @Mixin
    private final DeviceOptions devices = new DeviceOptions();
    @Mixin
    private final MemoryOptions memory = new MemoryOptions();

    @Parameters(paramLabel = "FILE", description = "Parameters from predict, train or another program: a safetensors file or one of torch.save's, the index of several, or a folder with one of these.")
    private Path file = Path.of("");

    @Option(names = "--model", paramLabel = "NAME", description = "The model whose parameters they are, where the file does not say.")
    private @Nullable String model;

    @Spec
    void command(CommandSpec command) {
        spec = command;
        HelpExamples.add(command, "logah inspect init.safetensors");
    }

    @Override
    public Integer call() throws IOException {
        TargetNetwork network = TargetFile.network(file, model);
        StartInspection found;
        try (Device device = devices.open()) {
            memory.require("inspecting " + network.describe(), StartInspection.memory(network), device);
            var parameters = TargetFile.read(file, network, device);
            int tensors = network.parameters().size();
            Progress progress = new Progress(spec.commandLine().getErr(), "inspecting", "tensors", Progress.PATIENCE);
            progress.begin(0, tensors);
            found = StartInspection.of(network, parameters, device,
                    (tensor, done, of) -> progress.update(done, of, done, List.of(tensor)));
            progress.finish(tensors, List.of());
            devices.report(device, spec);
        }
        InspectionReport.print(network, found, spec.commandLine().getOut());
        return 0;
    }
}
