package org.logah.ghn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.Tensor;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.io.SafetensorsReader;
import org.logah.engine.io.SafetensorsWriter;
import org.logah.engine.io.TensorEntry;
import org.logah.ghn.assembly.MeanFieldScaling;
import org.logah.ghn.decoder.CosineDecoder;
import org.logah.ghn.encoder.Graphormer;
import org.logah.ghn.features.Domain;
import org.logah.ghn.features.ShapeForm;

/** What a hypernetwork's file promises is compared with what it holds before anything of that size is made. */
@Timeout(20)
class GhnFileTest {
    private static final Path WHOLE = Path.of("src/test/resources/first-version/graphormer-lowrank.safetensors");
    @TempDir
    Path folder;

    /** What is replaced in the header, by what, and what is said of it. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\0', value = {
            "\"layers\":\\d+; \"layers\":2147483647; cannot be read: graphormer: layers 2147483647 is too large; it may be 1 to 4096",
            "\"layers\":\\d+; \"layers\":4096; has no tensor 'gnn.1.ln1.weight', which the variant in its header has",
            "\"layers\":\\d+; \"layers\":\"two\"; cannot be read: 'layers' is \"two\", not a whole number",
            "\"layers\":\\d+; \"layers\":[[1]]; cannot be read: 'layers' is [[1]], not a whole number",
            "\"heads\":\\d+; \"heads\":0; cannot be read: graphormer: heads 0 must be positive; it may be 1 to 4194304",
            "\"hid\":\\d+; \"hid\":1e999; cannot be read: 'hid' is 1e999, not a whole number",
            "\"hid\":\\d+; \"hid\":2147483644; cannot be read: hypernetwork: hidden size 2147483644 is too large",
            "\"hid\":\\d+,; ; cannot be read: 'hid' is missing",
            "\"hid\":\\d+; \"hid\":64; 'ln.weight' has shape",
            "\"lora_r\":\\d+; \"lora_r\":4000000; cannot be: low-rank: its last layer: 2 x 4000000 x 4000000 is more than",
            "\"max_ck_lora\":\\d+; \"max_ck_lora\":16777216; 'decoder.l2.weight' has shape",
            "\"max_shape\":\\[(\\d+),(\\d+),\\d+; \"max_shape\":[$1,$2,2147483647; low-rank: largest kernel 2147483647 is too large",
            "\"max_shape\":\\[(\\d+),(\\d+),\\d+; \"max_shape\":[$1,$2,1000; 'shape_enc.embed_spatial.weight' has shape",
            "\"max_shape\":\\[[^]]*; \"max_shape\":[1; cannot be read: 'max_shape' is [1], not a list of outputs, inputs, kernel",
            "\"max_shape\":\\[[^]]*; \"max_shape\":[1,{},3; cannot be read: 'max_shape[1]' is {}, not a whole number",
            "\\}$; ; cannot be read: is no JSON, see line 1 column"})
    void promisesThatTheFileDoesNotKeep(String there, String instead, String message) throws IOException {
        Path file = folder.resolve("lying.safetensors");
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            String before = rewrite(file, there, instead == null ? "" : instead, device);
            String found = assertThrows(FileFormatException.class, () -> GhnFile.read(file, device), before)
                    .getMessage();
            assertTrue(found.startsWith(file + ": ") && found.contains(message), found);
            assertEquals(1, found.lines().count());
        }
    }

    @Test
    void theFileAsItIsIsRead() throws IOException {
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            Path file = folder.resolve("same.safetensors");
            rewrite(file, "\"hid\":", "\"hid\":", device);
            assertEquals(GhnFile.read(WHOLE, device).network().config(), GhnFile.read(file, device).network().config());
        }
    }

    /** Nor of what means are over, of biases, and of scores: these were otherwise. */
    @Test
    void withoutAWordItStandardizesOverNodesAndLeavesBiasesAndScores() throws FileFormatException {
        GhnConfig now = Variant.COSINE_MINI.config(Domain.LANGUAGE);
        String json = GhnFile.header(now).get("ghn");
        String earlier = json.replace(",\"standardization\":\"kinds\"", "").replace(",\"residual_biases\":true", "")
                .replace(",\"score_factor\":10.0", "");
        GhnConfig found = GhnFile.config(WHOLE, earlier);
        assertEquals(now.withScaling(new MeanFieldScaling(1, false)).withDecoder(
                new CosineDecoder.Config(32, 64, 512, 16, CosineDecoder.Standardization.NODES)), found);
        assertEquals(found, GhnFile.config(WHOLE, GhnFile.header(found).get("ghn")));
        assertEquals(now, GhnFile.config(WHOLE, json));
        String wrong = json.replace("\"score_factor\":10.0", "\"score_factor\":0");
        String message = assertThrows(FileFormatException.class, () -> GhnFile.config(WHOLE, wrong)).getMessage();
        assertTrue(message.contains("mean-field: a score factor of 0.0 is not from 0.001 to 1000.0"), message);
    }

    /** Headers of earlier versions say nothing of shapes: there was one form. */
    @Test
    void withoutAFormOfShapesItIsTheReferences() throws FileFormatException {
        GhnConfig relative = Variant.COSINE_MINI.config(Domain.LANGUAGE);
        String json = GhnFile.header(relative).get("ghn");
        assertEquals(relative, GhnFile.config(WHOLE, json));
        String earlier = json.replace(",\"shapes\":\"relative\"", "");
        assertNotEquals(json, earlier);
        assertEquals(relative.withShapes(ShapeForm.BINNED), GhnFile.config(WHOLE, earlier));
        String wrong = json.replace("\"relative\"", "\"round\"");
        String message = assertThrows(FileFormatException.class, () -> GhnFile.config(WHOLE, wrong)).getMessage();
        assertTrue(message.contains("'features.shapes' is \"round\", not one of binned, relative"), message);
    }

    /** Headers of earlier versions say nothing of how far distances are told: all were. */
    @Test
    void withoutAWordAllDistancesAreToldApart() throws FileFormatException {
        GhnConfig nearby = Variant.COSINE_MINI.config(Domain.LANGUAGE);
        GhnConfig all = nearby.withEncoder(new Graphormer.Config(4, 2));
        String json = GhnFile.header(nearby).get("ghn");
        assertEquals(nearby, GhnFile.config(WHOLE, json));
        GhnConfig found = GhnFile.config(WHOLE, json.replace(",\"farthest\":3", ""));
        assertEquals(all, found);
        assertEquals(found, GhnFile.config(WHOLE, GhnFile.header(found).get("ghn")));
        for (String[] wrong : new String[][]{{"0", "must be positive"}, {"255", "is too large; it may be 1 to 254"}}) {
            String bad = json.replace("\"farthest\":3", "\"farthest\":" + wrong[0]);
            String message = assertThrows(FileFormatException.class, () -> GhnFile.config(WHOLE, bad)).getMessage();
            assertTrue(message.contains("graphormer: farthest " + wrong[0] + " " + wrong[1]), message);
        }
    }

    /** Headers of earlier versions say nothing of siblings: nobody told them apart. */
    @Test
    void withoutAWordSiblingsAreNotToldApart() throws FileFormatException {
        GhnConfig now = Variant.COSINE_MINI.config(Domain.LANGUAGE);
        String json = GhnFile.header(now).get("ghn");
        GhnConfig found = GhnFile.config(WHOLE, json.replace(",\"siblings\":true", ""));
        assertFalse(found.features().siblings());
        assertEquals(now, found.withSiblings(true));
        assertEquals(found, GhnFile.config(WHOLE, GhnFile.header(found).get("ghn")));
    }

    private static String rewrite(Path file, String there, String instead, CpuDevice device) throws IOException {
        try (SafetensorsReader in = SafetensorsReader.open(WHOLE)) {
            Map<String, String> header = new LinkedHashMap<>(in.metadata());
            String before = String.valueOf(header.get("ghn")).replace(" ", "");
            assertTrue(before.matches("(?s).*" + there.replace("$", "\\z") + ".*"), there + " in " + before);
            header.put("ghn", before.replaceFirst(there, instead));
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (TensorEntry e : in.entries()) tensors.put(e.name(), in.read(e.name(), device));
            SafetensorsWriter.write(file, header, tensors);
            return before;
        }
    }
}
