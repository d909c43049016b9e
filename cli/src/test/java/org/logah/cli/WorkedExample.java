package org.logah.cli;

import java.util.List;
import java.util.Locale;

import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.Device;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.assembly.Scaling;
import org.logah.ghn.decoder.ParameterDecoder;
import org.logah.ghn.features.Domain;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;

/**
 * One prediction followed step by step: the table that docs/architecture.md shows. A fresh LoGAH-Tiny predicts a GPT-2 of two
 * layers, and one of its weights is looked at.
 */
final class WorkedExample {
    private static final String MODEL = "gpt2:layers=2,heads=4,width=64,vocabulary=256,positions=64,tied=false";
    private static final String WEIGHT = "transformer.h.0.attn.c_proj.weight";
    private final StringBuilder table = new StringBuilder();

    private WorkedExample() {}

    /** The table in Markdown. */
    static String table() {
        WorkedExample e = new WorkedExample();
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            e.fill(device);
        }
        return e.table.toString();
    }

    private void fill(Device device) {
        TargetNetwork target = ModelCatalog.parse(MODEL);
        HyperNetwork logah = new HyperNetwork(Variant.TINY.config(Domain.LANGUAGE));
        Parameters weights = logah.initialized(device, new RandomStream(1));
        table.append("| step | what there is | numbers |\n|---|---|---|\n");
        row("target", "`" + MODEL + "`", "%d tensors, %,d parameters", target.parameters().size(),
                target.parameterCount());
        row("hypernetwork", "`tiny`, fresh, seed 1", "%,d parameters, d = %d", logah.parameterCount(),
                logah.config().hidden());

        ComputationGraph graph = logah.graphOf(target);
        GraphNode node = graph.nodes().stream().filter(n -> WEIGHT.equals(n.parameter())).findFirst().orElseThrow();
        row("1 tracing", "graph", "%d nodes, %d edges", graph.size(), graph.edgeCount());
        List<GraphNode> before = graph.predecessors(node.index()).stream().map(graph.nodes()::get).toList();
        row("", "node of `" + WEIGHT + "`", "number %d, `%s`, shape %s, behind `%s`", node.index(),
                node.primitive().label(), node.requireShape(), before.getFirst().primitive().label());
        int cutoff = logah.config().graph().cutoff();
        row("", "shortest path from the input, and to the head", "%d and %d edges",
                graph.distances(cutoff)[0][node.index()], graph.distances(cutoff)[node.index()][graph.size() - 1]);
        row("2 features", "row of the primitive's table; shape as four axes", "%d of %d; %d x %d x %d x %d",
                logah.config().features().primitives().indexOf(node.primitive()),
                logah.config().features().primitives().size(), node.shape4()[0], node.shape4()[1], node.shape4()[2],
                node.shape4()[3]);
        try (Tape tape = Tape.inference(device)) {
            Functions f = new Functions(tape);
            Variable states = logah.encode(f, weights, graph);
            Tensor state = states.value().slice(node.index(), 1);
            row("3 encoding", "states of all nodes", "%s", states.shape());
            row("", "this node's, after the final norm", "%s; deviation %.3f", start(state),
                    deviation(state.toFloats()));
            decode(f, logah, weights, graph, node, states);
            ParameterSpec spec = target.parameters().stream().filter(s -> s.name().equals(WEIGHT)).findFirst()
                    .orElseThrow();
            Tensor predicted = logah.predict(f, weights, target, new RandomStream(2)).parameters().get(WEIGHT).value();
            var factor = (Scaling.Factor.ToDeviation) logah.config().scaling().factor(spec, graph.depth());
            row("5 assembly", "scaled to a deviation of " + factor.deviation(), "%s; deviation %.4f", start(predicted),
                    deviation(predicted.toFloats()));
        }
    }

    private void decode(Functions f, HyperNetwork logah, Parameters weights, ComputationGraph graph, GraphNode node,
            Variable states) {
        logah.decoder().stream(f, weights, graph, states, new ParameterDecoder.Receiver() {
            @Override
            public void whole(Functions g, GraphNode other, Variable raw) {}

            @Override
            public void product(GraphNode other, Tensor a, Tensor b) {
                if (!other.equals(node)) return;
                row("4 decoding", "A and B", "%s and %s", a.shape(), b.shape());
                float[] raw = multiplied(a, b);
                row("", "first entry of A B^T", "sum over %d products: %.4f", a.shape().last(), raw[0]);
                row("", "deviation of all its entries", "%.4f", deviation(raw));
            }
        });
    }

    private static float[] multiplied(Tensor a, Tensor b) {
        int r = a.shape().last();
        float[] left = a.toFloats();
        float[] right = b.toFloats();
        float[] out = new float[a.shape().dim(0) * b.shape().dim(0)];
        for (int i = 0; i < out.length; i++) {
            double sum = 0;
            for (int k = 0; k < r; k++)
                sum += (double) left[i / b.shape().dim(0) * r + k] * right[i % b.shape().dim(0) * r + k];
            out[i] = (float) sum;
        }
        return out;
    }

    private void row(String step, String what, String format, Object... numbers) {
        table.append("| ").append(step).append(" | ").append(what).append(" | ")
                .append(String.format(Locale.ROOT, format, numbers)).append(" |\n");
    }

    private static String start(Tensor t) {
        float[] v = t.toFloats();
        return String.format(Locale.ROOT, "%.4f, %.4f, %.4f, ...", v[0], v[1], v[2]);
    }

    private static double deviation(float[] values) {
        double sum = 0;
        double squares = 0;
        for (float v : values) {
            sum += v;
            squares += (double) v * v;
        }
        return Math.sqrt((squares - sum * sum / values.length) / (values.length - 1));
    }
}
