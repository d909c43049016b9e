package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.engine.MemoryBudget;
import org.logah.engine.io.FileClaim;
import org.logah.engine.io.OutputFolder;
import org.logah.models.TargetNetwork;
import org.logah.training.exchange.ModelFolder;
import org.logah.training.weights.TargetFile;
import org.logah.training.weights.WeightsFolder;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes weights as other programs read them. */
@Command(name = "export", mixinStandardHelpOptions = true, description = {
        "Writes a model's weights as Hugging Face's libraries read them: model.safetensors and config.json in a folder.",
        "",
        "Of a training it takes the weights and leaves the optimizer's state.", ""})
public final class ExportCommand implements Callable<Integer> {
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "WEIGHTS", description = "Weights from train, predict or another program: a file, the index of several, or a folder with one of these.")
    private Path weights = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The folder to write.")
    private Path out = Path.of("");

    @Option(names = "--model", paramLabel = "NAME", description = "The model whose weights they are, where the file does not say.")
    private @Nullable String model;

    @Spec
    void command(CommandSpec command) {
        spec = command;
        HelpExamples.add(command, "logah export trained.safetensors --out my-gpt/");
    }

    @Override
    public Integer call() throws IOException {
        ModelFolder folder = new ModelFolder(out);
        OutputFile.requireFolder(out);
        TargetNetwork network = TargetFile.network(weights, model);
        try (OutputFolder _ = folder.open(); FileClaim _ = FileClaim.of(folder.weights())) {
            OutputFile.check("--out", folder.weights(), Map.of("WEIGHTS", WeightsFolder.weights(weights)));
            OutputFile.requireNoTraining(folder.weights(), "the weights", false);
            folder.requireReplaceable(network);
            ModelFolder.Report r = folder.export(weights, network);
            spec.commandLine().getOut().printf(Locale.ROOT, "%s: %s, %d tensors, %s%n", out, network.describe(),
                    r.tensors(), MemoryBudget.format(r.bytes()));
        }
        return 0;
    }
}
