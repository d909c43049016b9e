package org.logah.autograd.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.autograd.Parameters;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.io.ShardedWriter;
import org.logah.engine.io.TensorEntry;
import org.logah.engine.random.RandomStream;

class ParameterFileTest {
    private final CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN);
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private List<ParameterSpec> specs = List.of();
    @TempDir
    Path folder;

    /** A linear map and a norm; the file holds one tensor more than they have. */
    @BeforeEach
    void fill() {
        List<ParameterSpec> all = new ArrayList<>(new LayerNorm("norm", 4, 1e-5).parameters());
        all.addAll(new LayerNorm("other", 6, 1e-5).parameters());
        specs = all;
        RandomStream random = new RandomStream(5);
        for (ParameterSpec s : specs) {
            Tensor t = device.zeros(s.shape());
            random.split(s.name()).fillNormal(t, 0, 1);
            tensors.put(s.name(), t);
        }
        tensors.put("more", device.zeros(Shape.of(3)));
    }

    @AfterEach
    void close() { device.close(); }

    private void check(Parameters read) {
        assertEquals(specs.stream().map(ParameterSpec::name).toList(), List.copyOf(read.names()));
        for (String name : read.names()) {
            assertArrayEquals(tensors.get(name).toFloats(), read.get(name).value().toFloats(), name);
            assertTrue(read.get(name).requiresGradient(), name);
        }
    }

    @Test
    void oneFileAndSeveralGiveTheSameParameters() throws IOException {
        Path one = folder.resolve("one.safetensors");
        SafetensorsWriter.write(one, Map.of(), tensors);
        check(ParameterFile.read(one, specs, "the net", device));
        Path several = folder.resolve("several.safetensors");
        List<TensorEntry> entries = new ArrayList<>();
        tensors.forEach((name, t) -> entries.add(new TensorEntry(name, t.type(), t.shape())));
        try (ShardedWriter writer = new ShardedWriter(several, Map.of(), entries, 40)) {
            assertTrue(writer.count() > 1);
            for (Map.Entry<String, Tensor> e : tensors.entrySet()) writer.put(e.getKey(), e.getValue());
            writer.finish();
        }
        check(ParameterFile.read(folder.resolve("several.safetensors.index.json"), specs, "the net", device));
    }

    @Test
    void namesMayHaveAPrefix() throws IOException {
        Path file = folder.resolve("prefixed.safetensors");
        Map<String, Tensor> prefixed = new LinkedHashMap<>();
        tensors.forEach((name, t) -> prefixed.put("start." + name, t));
        SafetensorsWriter.write(file, Map.of(), prefixed);
        try (SafetensorsReader in = SafetensorsReader.open(file)) {
            check(ParameterFile.read(in, "start.", specs, "the net", device));
        }
    }

    @Test
    void whatDoesNotFitIsNamed() throws IOException {
        Path file = folder.resolve("x.safetensors");
        Tensor bias = tensors.remove("other.bias");
        SafetensorsWriter.write(file, Map.of(), tensors);
        fails(file, "x.safetensors: has no tensor 'other.bias', which the net has");
        tensors.put("other.bias", device.zeros(Shape.of(7)));
        SafetensorsWriter.write(file, Map.of(), tensors);
        fails(file, "x.safetensors: 'other.bias' has shape [7], the net has " + bias.shape());
        fails(folder.resolve("none.safetensors"), "none.safetensors: no such file");
    }

    private void fails(Path file, String message) {
        String said = assertThrows(FileFormatException.class,
                () -> ParameterFile.read(file, specs, "the net", device)).getMessage();
        assertTrue(said.endsWith(message), said);
    }
}
