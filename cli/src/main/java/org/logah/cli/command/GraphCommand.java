package org.logah.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

import org.logah.engine.TensorException;
import org.logah.engine.io.TextFile;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphDrawing;
import org.logah.ghn.graph.GraphTracer;
import org.logah.models.TargetNetwork;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows a model as a hypernetwork sees it. */
@Command(name = "graph", mixinStandardHelpOptions = true, description = {"Writes a model's computational graph.", ""})
public final class GraphCommand implements Callable<Integer> {
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The file to write: x.json, x.dot or x.svg.")
    private Path out = Path.of("");

    @Option(names = "--reference", description = "With the reference's quirk: an untied head hangs on the input.")
    private boolean reference;

    @Spec
    void command(CommandSpec command) {
        spec = command;
        HelpExamples.add(command, "logah graph --model gpt2:layers=2 --out graph.svg");
    }

    @Override
    public Integer call() throws IOException {
        TargetNetwork network = model.network();
        ComputationGraph graph = GraphTracer.trace(network, reference);
        String name = out.toString().toLowerCase(Locale.ROOT);
        String text;
        if (name.endsWith(".json")) text = GraphDrawing.json(graph);
        else if (name.endsWith(".dot")) text = GraphDrawing.dot(graph);
        else if (name.endsWith(".svg")) text = GraphDrawing.svg(graph, network.describe());
        else throw new TensorException("--out " + out + ": end it in .json, .dot or .svg");
        OutputFile.requireNoTraining(out, "a graph", true);
        TextFile.write(out, text);
        spec.commandLine().getOut().printf(Locale.ROOT, "%s: %d nodes, %d edges, %d attention layers, %,d parameters%n",
                out,
                graph.size(), graph.edgeCount(),
                graph.depth(), network.parameterCount());
        return 0;
    }
}
