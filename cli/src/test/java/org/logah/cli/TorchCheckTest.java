package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.autograd.Functions;
import org.logah.autograd.Parameters;
import org.logah.autograd.Tape;
import org.logah.engine.DType;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.random.RandomStream;
import org.logah.models.TargetNetwork;
import org.logah.training.weights.TargetFile;

/** PyTorch reads the folders that we write, and computes the same; skipped, and said so, where there is no PyTorch. */
@Timeout(600)
class TorchCheckTest extends CommandLineTest {
    private static final Path SCRIPT = Path.of("../docs/python/check_torch.py");
    private static final int TOKENS = 24;

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "vit-base",
            "gpt2:layers=2,heads=4,width=32,mlp=48,vocabulary=61,positions=30,tied=false"})
    void pyTorchComputesTheSameLogits(String model) throws Exception {
        String python = python();
        works("predict", "--model", model, "--out", "@/model/");
        Path logits = logits(folder.resolve("model"));
        Process check = new ProcessBuilder(python, SCRIPT.toString(), folder.resolve("model").toString(),
                logits.toString()).redirectErrorStream(true).start();
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        System.out.print(model + ": " + said);
        assertEquals(0, check.waitFor(), said);
        assertTrue(said.contains("largest difference"), said);
    }

    /** What this program computes from the folder. */
    private Path logits(Path weights) throws IOException {
        TargetNetwork network = TargetFile.network(weights, null);
        Path file = folder.resolve("logits.safetensors");
        try (CpuDevice device = new CpuDevice(); Tape tape = Tape.inference(device)) {
            Parameters p = TargetFile.read(weights, network, device);
            RandomStream random = new RandomStream(1);
            Tensor input;
            if (network.data().inputType() == DType.F32) {
                input = device.zeros(network.data().inputShape(1));
                random.fillNormal(input, 0, 1);
            } else {
                input = device.ofInts(Shape.of(1, TOKENS),
                        IntStream.range(0, TOKENS).map(_ -> random.nextInt(network.classes())).toArray());
            }
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put("input", input);
            tensors.put("logits", network.forward(new Functions(tape), p, input).value());
            SafetensorsWriter.write(file, Map.of(), tensors);
        }
        return file;
    }

    private static String python() throws IOException, InterruptedException {
        for (String python : List.of("python3", "/usr/bin/python3")) {
            try {
                Process p = new ProcessBuilder(python, "-c", "import torch, torchvision").redirectErrorStream(true)
                        .start();
                p.getInputStream().readAllBytes();
                if (p.waitFor() == 0) return python;
            } catch (IOException e) {
                continue; // there is none of that name
            }
        }
        String skipped = "skipped: PyTorch's logits (python3 has no torch and torchvision; apt install python3-torch python3-torchvision)";
        System.out.println(skipped);
        return abort(skipped);
    }
}
