package org.logah.training.reference;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.part.JsonFields;
import org.logah.engine.part.JsonValues;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.assembly.RandomDraws;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;
import org.logah.models.TargetNetwork;

import com.google.gson.JsonElement;

/** One prediction: graph, encoder, parameters, the target run with them, and all gradients. */
record PredictionCheck(GoldenFile file, Device device, Tolerances tolerances, Comparison result) {

    private static final String POSITIONS = "encoder.pos_embedding";

    void run() throws IOException {
        TargetNetwork target = file.target(file.object("model"));
        GhnConfig config = file.ghn(target);
        file.requireParameters("pred.", target);
        file.requireBatch(target, "input", "target");
        HyperNetwork network = new HyperNetwork(config);
        Parameters weights = GhnFile.readWeights(file.reader(), "ghn.", network, device);
        ComputationGraph graph = network.graphOf(target);
        compareGraph(graph, config);
        TargetCheck outputs = new TargetCheck(file, device, tolerances, result);
        outputs.compareNames("graph", target);
        Map<String, Tensor> expected = file.tensors("pred.", device);
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            HyperNetwork.Prediction prediction = network.predict(f, weights, target, graph,
                    new RandomDraws(shape -> frontRows(expected, shape), new RandomStream(0)));
            prediction.parameters().all().forEach(Variable::keepGradient);
            result.tensor("encoder", tolerances.encoder(), "encoder.out", prediction.states().value().toFloats(),
                    file.floats("encoder.out", device));
            Map<String, float[]> predicted = new LinkedHashMap<>();
            prediction.parameters().values().forEach((name, t) -> predicted.put(name, t.toFloats()));
            Verifier.compareAll(result, "predicted parameters", tolerances.predictions(), 0, predicted, expected);
            outputs.run(f, target, prediction.parameters());
            Verifier.compareAll(result, "gradients of hypernetwork", tolerances.hyperGradients(),
                    tolerances.small().floor(),
                    TargetCheck.gradients(weights), file.tensors("grad.", device));
            Verifier.compareAll(result, "gradients of predictions", tolerances.targetGradients(),
                    tolerances.small().floor(),
                    TargetCheck.gradients(prediction.parameters()), file.tensors("gradpred.", device));
        }
    }

    /** The rows in front of a vision position table are random in the reference: they are taken from the file. */
    private Tensor frontRows(Map<String, Tensor> expected, Shape shape) {
        Tensor table = Objects.requireNonNull(expected.get(POSITIONS), POSITIONS);
        Tensor rows = table.reshape(Shape.of(table.shape().rows(), table.shape().last()));
        return rows.slice(0, shape.dim(1)).reshape(shape);
    }

    private void compareGraph(ComputationGraph graph, GhnConfig config) throws IOException {
        int[] ops = file.reader().readIndices("graph.op", device).toInts();
        int[] distances = file.reader().readIndices("graph.adj", device).toInts();
        List<JsonElement> nodes = file.object("graph").list("nodes");
        int n = graph.size();
        boolean sized = ops.length == n && distances.length == (long) n * n && nodes.size() == n;
        result.exact("graph", "number of nodes", sized);
        if (!sized) return;
        int[][] ours = graph.distances(config.graph().cutoff());
        for (GraphNode node : graph.nodes()) {
            int i = node.index();
            JsonFields theirs = JsonFields.of("graph.nodes[" + i + "]", nodes.get(i));
            result.exact("graph", "primitive of node " + i,
                    config.features().primitives().indexOf(node.primitive()) == ops[i]
                            && node.primitive().label().equals(theirs.text("op")));
            result.exact("graph", "parameter of node " + i,
                    Objects.equals(node.parameter(), string(theirs, "param")));
            result.exact("graph", "shape of node " + i, Objects.equals(node.shape(), shape(theirs, "shape")));
            boolean same = true;
            for (int j = 0; j < n; j++) same &= ours[i][j] == distances[i * n + j];
            result.exact("graph", "distances from node " + i, same);
        }
    }

    private static boolean none(JsonFields o, String key) { return !o.has(key) || o.get(key).isJsonNull(); }

    private static @Nullable String string(JsonFields o, String key) { return none(o, key) ? null : o.text(key); }

    static @Nullable Shape shape(JsonFields o, String key) {
        if (none(o, key)) return null;
        return Shape.of(o.list(key).stream().mapToInt(e -> JsonValues.integer(o.path(key), e)).toArray());
    }
}
