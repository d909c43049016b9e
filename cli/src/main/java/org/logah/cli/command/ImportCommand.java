package org.logah.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.logah.engine.MemoryBudget;
import org.logah.engine.io.FileClaim;
import org.logah.training.exchange.WeightsImport;
import org.logah.training.weights.WeightsFolder;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings weights that Python wrote into a safetensors file of ours. */
@Command(name = "import", mixinStandardHelpOptions = true, description = {
        "Brings weights that torch.save or another program wrote into a safetensors file.", "",
        "It reads hypernetworks of LoGAH's, GHN-3's and GHN-2's public code, GPT-2's and Llama's weights as Hugging Face's libraries write "
                + "them, ViT's as torchvision does, and other tensors by name. Nothing in the file is run. Other commands read such "
                + "files directly, too.",
        ""})
public final class ImportCommand implements Callable<Integer> {
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "A file of torch.save's or a safetensors file, the index of several, or a folder with one of these.")
    private Path file = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The safetensors file to write.")
    private Path out = Path.of("");

    @Option(names = "--model", paramLabel = "NAME", description = "The model whose weights they are, where no config.json beside them says it.")
    private @Nullable String model;

    @Spec
    void command(CommandSpec command) {
        spec = command;
        HelpExamples.add(command, "logah import checkpoint.pt --out ghn.safetensors", "",
                "logah import vit_b_16.pth --model vit-base \\", "  --out vit.safetensors");
    }

    @Override
    public Integer call() throws IOException {
        OutputFile.requireFiles(spec.commandLine().getParseResult(), "--out");
        OutputFile.check("--out", out, Map.of("FILE", WeightsFolder.weights(file)));
        WeightsImport.Report r;
        try (FileClaim _ = FileClaim.of(out)) {
            OutputFile.requireNoTraining(out, "the weights", true);
            r = WeightsImport.write(file, out, model);
        }
        PrintWriter print = spec.commandLine().getOut();
        print.printf(Locale.ROOT, "%s: %s, %d tensors, %s%n", out,
                r.kind() + (r.model() == null ? "" : ", " + r.model()),
                r.tensors(), MemoryBudget.format(r.bytes()));
        if (!r.others().isEmpty())
            print.printf(Locale.ROOT, "Left out, since they are not the weights: %s%n", String.join(", ", r.others()));
        return 0;
    }
}
