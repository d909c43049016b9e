package org.logah.fuzz;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.logah.autograd.nn.Parameterized;
import org.logah.autograd.nn.ParameterSpec;
import org.logah.engine.DType;
import org.logah.engine.Shape;
import org.logah.engine.io.FileFormatException;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.Variant;
import org.logah.ghn.decoder.ConvDecoder;
import org.logah.ghn.encoder.GatedGnn;
import org.logah.ghn.features.Domain;
import org.logah.ghn.graph.ComputationGraph;
import org.logah.ghn.graph.GraphNode;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;

/** Seeds that nobody writes by hand: files of the smallest networks that there can be, in {@link TensorText}. */
final class Seeds {
    private static final String HYPERNETWORK = """
            {"language": true, "hid": 4, "heads": 1, "layers": 1, "lora": true, "lora_r": 1, "max_ck_lora": 64, "max_shape": [16, 16, 1, 1]}""";
    private static final String OTHER_HYPERNETWORK = """
            {"hid": 4, "is_ghn2": true, "lora": false, "max_shape": [4, 4, 3, 3], "num_classes": 2}""";
    private static final String OPTIMIZER = """
            {"lr": 0.001, "weight_decay": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-08, "clip_grad_norm": 1.0}""";
    private static final String GPT2 = """
            {"layers": 1, "heads": 1, "dim": 4, "vocab": 5, "pos": 4}""";
    private static final String VIT = """
            {"layers": 1, "heads": 1, "dim": 4, "patch": 2, "img": 4, "classes": 2}""";
    private static final String LLAMA = """
            {"family": "llama", "layers": 1, "heads": 2, "kvheads": 1, "dim": 4, "mlp": 4, "vocab": 5, "pos": 4, "base": 100}""";
    private final Map<String, String> all = new LinkedHashMap<>();
    private final TargetNetwork gpt2 = ModelCatalog.parse(FuzzTargets.MODEL);
    private final TargetNetwork vit = ModelCatalog
            .parse("vit:layers=1,heads=1,width=4,mlp=16,image=4,patch=2,classes=2");
    private final TargetNetwork llama = ModelCatalog
            .parse("llama:layers=1,heads=2,kvheads=1,width=4,mlp=4,vocabulary=5,positions=4,tied=false");

    private Seeds() {}

    /** The hypernetwork whose training is resumed. */
    static GhnConfig hypernetwork() {
        try {
            return GhnFile.config(Path.of("seed"), HYPERNETWORK).withClasses(5);
        } catch (FileFormatException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The seeds by their paths in the corpus. */
    static Map<String, byte[]> all() throws FileFormatException {
        Seeds seeds = new Seeds();
        seeds.addHypernetworks();
        seeds.addStates();
        seeds.addReferenceNumbers();
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        seeds.all.forEach((path, text) -> bytes.put(path, text.getBytes(StandardCharsets.UTF_8)));
        return Collections.unmodifiableMap(bytes);
    }

    private void addHypernetworks() throws FileFormatException {
        GhnConfig mini = Variant.MINI.config(Domain.LANGUAGE);
        Map<String, GhnConfig> configs = Map.of("low-rank", mini, "cosine",
                Variant.COSINE_MINI.config(Domain.VISION), "convolutional",
                mini.withEncoder(new GatedGnn.Config())
                        .withDecoder(new ConvDecoder.Config(4, 4, 3, ConvDecoder.Window.CENTRE)));
        configs.forEach(
                (name, c) -> all.put("hypernetwork-config/valid-" + name, GhnFile.header(c).getOrDefault("ghn", "")));
        all.put("hypernetwork-config/valid-reference", HYPERNETWORK);
        all.put("hypernetwork-config/valid-reference-gated", OTHER_HYPERNETWORK);
        for (String json : List.of(HYPERNETWORK, OTHER_HYPERNETWORK)) {
            String name = json.equals(HYPERNETWORK) ? "low-rank" : "convolutional";
            GhnConfig config = GhnFile.config(Path.of("seed"), json);
            all.put("hypernetwork/valid-reference-" + name, "ghn=" + json + "\n" + weights("", config));
            all.put("hypernetwork/valid-" + name, header(config) + weights("", config));
            all.put("hypernetwork/valid-averaged-" + name,
                    "average=0.9\n" + header(config) + weights("average.", config));
        }
    }

    private void addStates() {
        String model = "model=" + gpt2.describe() + "\n" + tensors("", gpt2.shapes());
        all.put("target-file/valid-gpt2", model);
        all.put("target-file/valid-vit", "model=" + vit.describe() + "\n" + tensors("", vit.shapes()));
        all.put("other-classes/valid", "model=" + vit.describe() + "\n" + tensors("", vit.shapes()));
        all.put("other-classes/valid-no-model", tensors("", vit.shapes()));
        all.put("target-file/valid-llama", "model=" + llama.describe() + "\n" + tensors("", llama.shapes()));
        String steps = "step=3\noptimizer.steps=3\nrun.seed=1\n";
        all.put("training-state/valid", steps + "run.data=a\nkernels=cpu\nvalidation.best=2 1.5\n" + model
                + tensors("optimizer.m.", gpt2.shapes()) + tensors("optimizer.v.", gpt2.shapes()));
        GhnConfig config = hypernetwork();
        all.put("meta-training-state/valid", steps + header(config) + weights("", config)
                + weights("optimizer.m.", config) + weights("optimizer.v.", config));
        all.put("meta-training-state/valid-skipped",
                "step=5\noptimizer.steps=3\nrun.seed=1\nskipped=2\n" + header(config) + weights("", config)
                        + weights("optimizer.m.", config) + weights("optimizer.v.", config));
    }

    private void addReferenceNumbers() throws FileFormatException {
        all.put("reference-numbers/valid-gpt2", prediction("gpt2", GPT2, HYPERNETWORK, gpt2));
        all.put("reference-numbers/valid-vit", prediction("vit", VIT, OTHER_HYPERNETWORK, vit)
                + tensor("I64", "target", Shape.of(1)));
        all.put("reference-numbers/valid-llama", "kind=llama\nmodel=" + LLAMA + "\nparams=" + shapes(llama) + "\n"
                + tensors("param.", llama.shapes()) + tensors("gradparam.", llama.shapes()) + outputs(llama));
        String steps = "steps=1\noptimizer=" + OPTIMIZER + "\n" + tensor("F32", "losses", Shape.of(1))
                + tensor("F32", "grad_norms", Shape.of(1));
        all.put("reference-numbers/valid-gpt2-train", "kind=gpt2-train\nmodel=" + GPT2 + "\n" + steps
                + tensor("I64", "input", Shape.of(1, 1, 4)) + tensors("init.", gpt2.shapes())
                + tensors("final.", gpt2.shapes()));
        GhnConfig config = GhnFile.config(Path.of("seed"), OTHER_HYPERNETWORK);
        all.put("reference-numbers/valid-ghn-train",
                "kind=ghn-train\nmodels=[" + VIT + "]\nghn=" + OTHER_HYPERNETWORK + "\n" + steps
                        + tensor("F32", "step0.input", vit.data().inputShape(1))
                        + tensor("I64", "step0.target", Shape.of(1)) + tensor("F32", "step0.pos0", Shape.of(4))
                        + weights("init.", config) + weights("final.", config));
    }

    private static String prediction(String kind, String model, String hypernetwork, TargetNetwork target)
            throws FileFormatException {
        GhnConfig config = GhnFile.config(Path.of("seed"), hypernetwork).withClasses(target.classes());
        ComputationGraph graph = new HyperNetwork(config).graphOf(target);
        int n = graph.size();
        return "kind=" + kind + "\nscaling=" + (kind.equals("vit") ? "fan-in" : "std") + "\nmodel=" + model + "\nghn="
                + hypernetwork + "\nparams=" + shapes(target) + "\ngraph=" + nodes(graph) + "\n"
                + tensor("I64", "graph.op", Shape.of(n)) + tensor("I64", "graph.adj", Shape.of(n, n))
                + tensor("F32", "encoder.out", Shape.of(n, config.hidden())) + weights("ghn.", config)
                + tensors("pred.", target.shapes()) + outputs(target);
    }

    private static String outputs(TargetNetwork target) {
        Shape input = target.data().inputShape(1);
        return tensor(target.data().inputType() == DType.F32 ? "F32" : "I64", "input", input)
                + tensor("F32", "logits", Shape.of(target.data().targets(1), target.classes()))
                + tensor("F32", "loss", Shape.scalar());
    }

    private static String shapes(TargetNetwork target) {
        JsonObject o = new JsonObject();
        target.shapes().forEach((name, shape) -> o.add(name, dims(shape)));
        return o.toString();
    }

    private static String nodes(ComputationGraph graph) {
        JsonArray nodes = new JsonArray();
        for (GraphNode node : graph.nodes()) {
            JsonObject o = new JsonObject();
            o.addProperty("op", node.primitive().label());
            o.addProperty("param", node.parameter());
            Shape shape = node.shape();
            o.add("shape", shape == null ? JsonNull.INSTANCE : dims(shape));
            nodes.add(o);
        }
        JsonObject all = new JsonObject();
        all.add("nodes", nodes);
        return all.toString();
    }

    private static JsonArray dims(Shape shape) {
        JsonArray a = new JsonArray();
        for (int d : shape.toArray()) a.add(d);
        return a;
    }

    private static String header(GhnConfig config) {
        return GhnFile.header(config).entrySet().stream().map(e -> e.getKey() + "=" + e.getValue() + "\n")
                .collect(Collectors.joining());
    }

    private static String weights(String prefix, GhnConfig config) {
        Parameterized network = new HyperNetwork(config);
        return tensors(prefix, network.parameters().stream().collect(Collectors.toMap(ParameterSpec::name,
                ParameterSpec::shape, (a, _) -> a, LinkedHashMap::new)));
    }

    private static String tensors(String prefix, Map<String, Shape> shapes) {
        return shapes.entrySet().stream().map(e -> tensor("F32", prefix + e.getKey(), e.getValue()))
                .collect(Collectors.joining());
    }

    private static String tensor(String type, String name, Shape shape) {
        return "@" + type + " " + Arrays.stream(shape.toArray()).mapToObj(Integer::toString)
                .collect(Collectors.joining(",")) + " " + name + "\n";
    }
}
