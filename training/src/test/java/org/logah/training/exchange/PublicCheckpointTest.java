package org.logah.training.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.autograd.Parameters;
import org.logah.engine.Device;
import org.logah.engine.Shape;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.io.TensorEntry;
import org.logah.engine.io.TensorReader;
import org.logah.engine.random.RandomStream;
import org.logah.ghn.GhnConfig;
import org.logah.ghn.GhnFile;
import org.logah.ghn.HyperNetwork;
import org.logah.ghn.ReferenceConfig;
import org.logah.ghn.decoder.ConvDecoder;
import org.logah.ghn.encoder.Graphormer;
import org.logah.ghn.features.Domain;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/** Hypernetworks as the public programs save them. */
class PublicCheckpointTest {
    private static final Path FILES = Path.of("src/test/resources/checkpoints");
    private static final Path LOGAH = FILES.resolve("ghn-vit.pt");
    @TempDir
    Path folder;
    private final Device device = new CpuDevice(1, KernelChoice.LOOPS);

    @AfterEach
    void close() { device.close(); }

    /** Every tensor of the public program's file, bit by bit, whatever way it is read. */
    @Test
    void aCheckpointIsImportedToTheTensorsThatItHolds() throws IOException {
        Path out = folder.resolve("imported.safetensors");
        WeightsImport.Report report = WeightsImport.write(LOGAH, out, null);
        try (SafetensorsReader expected = SafetensorsReader.open(FILES.resolve("ghn-vit-expected.safetensors"));
                SafetensorsReader imported = SafetensorsReader.open(out);
                TensorReader direct = TensorReader.open(LOGAH)) {
            assertEquals(List.copyOf(expected.entries()), List.copyOf(imported.entries()));
            for (TensorEntry e : expected.entries()) {
                byte[] wanted = expected.bytes(e.name()).toArray(ValueLayout.JAVA_BYTE);
                assertArrayEquals(wanted, imported.bytes(e.name()).toArray(ValueLayout.JAVA_BYTE), e.name());
                direct.stored(e.name(), bytes -> assertArrayEquals(wanted, bytes.toArray(ValueLayout.JAVA_BYTE)));
            }
            assertEquals(JsonParser.parseString(String.valueOf(expected.metadata("config"))),
                    JsonParser.parseString(String.valueOf(direct.metadata("config"))));
            assertEquals(new WeightsImport.Report("LoGAH", 51,
                    expected.entries().stream().mapToLong(TensorEntry::bytes).sum(), List.of(), null), report);
        }
        GhnFile.Loaded one = GhnFile.read(LOGAH, device);
        GhnFile.Loaded other = GhnFile.read(out, device);
        assertEquals(one.network().config(), other.network().config());
        assertEquals(16, one.network().config().hidden());
        assertEquals(new Graphormer.Config(4, 2), one.network().config().encoder());
        one.parameters().values().forEach((name, t) -> assertArrayEquals(t.toFloats(),
                other.parameters().get(name).value().toFloats(), name));
    }

    private Map<String, Tensor> weights(GhnConfig config) {
        Parameters p = new HyperNetwork(config).initialized(device, new RandomStream(1));
        return new LinkedHashMap<>(p.values());
    }

    private static GhnConfig config(String json) {
        return ReferenceConfig.read(JsonParser.parseString(json).getAsJsonObject());
    }

    /** GHN-2's program keeps its maps as convolutions of one pixel, and says neither that it is one nor what its decoder is. */
    @Test
    void ghn2IsKnownByItsTensors() throws IOException {
        GhnConfig config = config("""
                {"hid": 8, "is_ghn2": true, "lora": false, "max_shape": [8, 8, 11, 11], "num_classes": 10}""");
        Map<String, Tensor> weights = weights(config);
        for (String map : List.of("decoder.conv.0.weight", "decoder.conv.2.weight",
                "decoder.class_layer_predictor.1.weight"))
            weights.computeIfPresent(map,
                    (_, t) -> t.reshape(Shape.of(t.shape().dim(0), t.shape().dim(1), 1, 1)));
        JsonObject said = JsonParser.parseString("""
                {"max_shape": [8, 8, 11, 11], "num_classes": 10, "hypernet": "gatedgnn", "decoder": "conv",
                "weight_norm": true, "ve": true, "layernorm": true, "hid": 8}""").getAsJsonObject();
        Path file = folder.resolve("ghn2.safetensors");
        SafetensorsWriter.write(file, Map.of("config", said.toString()), weights);
        GhnFile.Loaded read = GhnFile.read(file, device);
        assertEquals(config, read.network().config());
        assertEquals("GHN-2", WeightsImport.write(file, folder.resolve("o.safetensors"), null).kind());
        assertEquals(config, GhnFile.read(folder.resolve("o.safetensors"), device).network().config());
    }

    /** The published ones are weights alone, with tables outside of the first layer. */
    @Test
    void ghn3IsReadWithoutAConfiguration() throws IOException {
        GhnConfig config = config(
                """
                        {"hid": 16, "heads": 8, "layers": 3, "lora": false, "max_shape": [16, 16, 16, 16], "num_classes": 1000}""");
        Map<String, Tensor> weights = new LinkedHashMap<>();
        weights(config).forEach((name, t) -> weights.put("module."
                + name.replaceFirst("^gnn\\.0\\.(centrality|input_dist)", "$1"), t));
        Path file = folder.resolve("ghn3.safetensors");
        SafetensorsWriter.write(file, Map.of(), weights);
        GhnFile.Loaded read = GhnFile.read(file, device);
        assertEquals(config, read.network().config());
        assertEquals(ConvDecoder.Window.CENTRE, ((ConvDecoder.Config) read.network().config().decoder()).window());
        assertEquals(Domain.VISION, read.network().config().features().domain());
        assertEquals("GHN-3", WeightsImport.write(file, folder.resolve("o.safetensors"), null).kind());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"\"layernorm\": false | layernorm' is false",
            "\"use_1d_decoder\": true | is true",
            "\"hid\": 7 | not a multiple of 4", "\"heads\": \"x\" | heads' is \"x\"", "\"ve\": false | is false",
            "\"layers\": 1 | has a tensor 'gnn.1."})
    void whatIsBuiltOtherwiseIsRefused(String changed, String problem) throws IOException {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        String said;
        try (TensorReader in = TensorReader.open(LOGAH)) {
            for (String name : in.names()) weights.put(name, in.read(name, device));
            said = String.valueOf(in.metadata("config"));
        }
        JsonObject config = JsonParser.parseString(said).getAsJsonObject();
        JsonParser.parseString("{" + changed + "}").getAsJsonObject().asMap().forEach(config::add);
        Path file = folder.resolve("x.safetensors");
        SafetensorsWriter.write(file, Map.of("config", config.toString()), weights);
        String message = assertThrows(FileFormatException.class, () -> GhnFile.read(file, device)).getMessage();
        assertTrue(message.startsWith(file + ": ") && message.contains(problem), message);
    }
}
