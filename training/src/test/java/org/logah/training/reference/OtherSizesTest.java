package org.logah.training.reference;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.autograd.Variable;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.random.RandomStream;
import org.logah.engine.part.JsonFields;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.ReferenceConfig;
import org.logah.ghn.assembly.Scaling;
import org.logah.ghn.features.Domain;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphDrawing;
import org.logah.models.TargetNetwork;
import org.logah.models.gpt2.Gpt2;
import org.logah.models.gpt2.Gpt2Config;
import org.logah.models.vit.Vit;
import org.logah.models.vit.VitConfig;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/**
 * Verification of files of sizes that the reference's own files do not have: other class counts, depths past the distances'
 * cutoff of GHN-2, tensors larger than the decoder's largest shape. Written with plain kernels, verified with vector ones.
 */
class OtherSizesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"vit, graphormer, true, fan-in, 1, 24, 100", "vit, gatedgnn, true, fan-in, 3, 40, 7",
            "vit, graphormer, false, fan-in, 2, 24, 5",
            "vit, gatedgnn, false, fan-in, 1, 32, 100", "vit, graphormer, true, fan-in, 23, 8, 10",
            "gpt2, graphormer, true, std, 1, 40, 300",
            "gpt2, graphormer, true, paper, 4, 24, 50", "gpt2, gatedgnn, true, paper, 2, 56, 97"})
    void filesOfAnySizeAreVerified(String kind, String encoder, boolean lowRank, String scaling, int layers, int width,
            int classes) throws IOException {
        boolean language = kind.equals("gpt2");
        TargetNetwork target = language
                ? new Gpt2(Gpt2Config.of(layers, 2, width, classes, 12, false))
                : new Vit(VitConfig.of(layers, 2, width, 4, 16, classes));
        JsonObject ghn = ghn(encoder, lowRank);
        GhnConfig config = ReferenceConfig
                .read(JsonFields.of("", ghn), language ? Domain.LANGUAGE : Domain.VISION, Scaling.parse(scaling))
                .withClasses(classes);
        Path file = folder.resolve("other.safetensors");
        try (CpuDevice plain = new CpuDevice(1, KernelChoice.PLAIN)) {
            write(file, kind, ghn, config, target, plain, 1);
            assertVerified(file, true);
            write(file, kind, ghn, config, target, plain, 1.001f);
            assertVerified(file, false);
        }
    }

    /** As the reference writes it. */
    private static JsonObject ghn(String encoder, boolean lowRank) {
        JsonObject o = new JsonObject();
        JsonArray shape = new JsonArray();
        for (int m : lowRank ? new int[]{64, 64, 16, 16} : new int[]{12, 12, 16, 16}) shape.add(m);
        o.add("max_shape", shape);
        o.addProperty("lora", lowRank);
        o.addProperty("lora_r", 6);
        o.addProperty("max_ck_lora", 320);
        o.addProperty("hid", 24);
        o.addProperty("heads", 3);
        o.addProperty("layers", 1);
        o.addProperty("is_ghn2", encoder.equals("gatedgnn"));
        return o;
    }

    private static void assertVerified(Path file, boolean expected) throws IOException {
        try (CpuDevice device = new CpuDevice(2, KernelChoice.VECTOR)) {
            Comparison c = new Verifier(device, Tolerances.CPU).verify(file);
            if (expected) c.groups().forEach(g -> assertTrue(g.passed(), g.toString()));
            else assertFalse(c.passed());
        }
    }

    /** @param lossFactor multiplies the loss written, to make a file that lies */
    private static void write(Path file, String kind, JsonObject ghn, GhnConfig config, TargetNetwork target,
            Device device,
            float lossFactor) throws IOException {
        boolean language = kind.equals("gpt2");
        RandomStream random = new RandomStream(3);
        HyperNetwork network = new HyperNetwork(config);
        Parameters weights = network.initialized(device, random.split("ghn"));
        ComputationGraph graph = network.graphOf(target);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        weights.values().forEach((name, t) -> tensors.put("ghn." + name, t));
        int n = graph.size();
        int[] distances = new int[n * n];
        for (int i = 0; i < n * n; i++) distances[i] = graph.distances(config.graph().cutoff())[i / n][i % n];
        tensors.put("graph.adj", device.ofInts(Shape.of(n, n), distances));
        tensors.put("graph.op",
                device.ofInts(Shape.of(n), graph.nodes().stream()
                        .mapToInt(v -> config.features().primitives().indexOf(v.primitive())).toArray()));
        try (Tape tape = new Tape(device)) {
            Functions f = new Functions(tape);
            HyperNetwork.Prediction p = network.predict(f, weights, target, random.split("rows"));
            p.parameters().all().forEach(Variable::keepGradient);
            tensors.put("encoder.out", copy(p.states().value()));
            p.parameters().values().forEach((name, t) -> tensors.put("pred." + name, copy(t)));
            Tensor input = language ? tokens(device, random, target.classes()) : device.zeros(Shape.of(2, 3, 16, 16));
            if (!language) random.split("images").fillNormal(input, 0, 1);
            tensors.put("input", input);
            Tensor targets = device.ofInts(Shape.of(2), 1, 3);
            Variable logits = target.forward(f, p.parameters(), input);
            Variable loss;
            if (language) {
                int[] next = input.toInts();
                System.arraycopy(input.toInts(), 1, next, 0, next.length - 1);
                for (int i = 7; i < next.length; i += 8) next[i] = -1;
                loss = f.crossEntropy(f.reshape(logits, Shape.of(16, target.classes())),
                        device.ofInts(Shape.of(16), next), 0);
            } else {
                tensors.put("target", targets);
                loss = f.crossEntropy(logits, targets, 0);
            }
            tensors.put("logits", copy(logits.value()));
            tensors.put("loss", device.of(Shape.of(1), loss.value().item() * lossFactor));
            tape.backward(loss);
            for (String name : weights.names())
                if (weights.get(name).gradient() != null) tensors.put("grad." + name, weights.get(name).gradient());
            for (String name : p.parameters().names())
                tensors.put("gradpred." + name, copy(p.parameters().get(name).gradient()));
        }
        SafetensorsWriter.write(file, metadata(kind, ghn, config, target, graph), tensors);
    }

    private static Tensor copy(Tensor t) { return t.device().allocate(t.shape(), t.type()).set(t); }

    private static Tensor tokens(Device device, RandomStream random, int vocabulary) {
        int[] values = new int[16];
        for (int i = 0; i < values.length; i++) values[i] = random.nextInt(vocabulary);
        return device.ofInts(Shape.of(2, 8), values);
    }

    private static Map<String, String> metadata(String kind, JsonObject ghn, GhnConfig config, TargetNetwork target,
            ComputationGraph graph) {
        JsonObject model = new JsonObject();
        if (target instanceof Gpt2 g) {
            model.addProperty("layers", g.config().layers());
            model.addProperty("heads", g.config().heads());
            model.addProperty("dim", g.config().width());
            model.addProperty("vocab", g.config().vocabulary());
            model.addProperty("pos", g.config().positions());
        } else if (target instanceof Vit v) {
            model.addProperty("layers", v.config().layers());
            model.addProperty("heads", v.config().heads());
            model.addProperty("dim", v.config().width());
            model.addProperty("patch", v.config().patch());
            model.addProperty("img", v.config().image());
            model.addProperty("classes", v.config().classes());
        }
        JsonObject params = new JsonObject();
        target.shapes().forEach((name, shape) -> {
            JsonArray dims = new JsonArray();
            for (int d : shape.toArray()) dims.add(d);
            params.add(name, dims);
        });
        return Map.of("kind", kind, "scaling", config.scaling().kind(), "model", model.toString(), "ghn",
                ghn.toString(), "params", params.toString(), "graph",
                JsonParser.parseString(GraphDrawing.json(graph)).toString(), "seed", "3");
    }
}
