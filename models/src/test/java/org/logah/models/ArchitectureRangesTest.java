package org.logah.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.TensorException;
import org.logah.engine.part.JsonFields;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat.Images;
import org.logah.models.DataFormat.Tokens;

class ArchitectureRangesTest {
    private static ArchitectureSampler sampler(String json) {
        return new ArchitectureRanges(JsonFields.parse("", json)).sampler("own");
    }

    @Test
    void everyValueIsDrawnAndNoOther() {
        ArchitectureSampler s = sampler("""
                {"family": "gpt2", "layers": {"from": 3, "to": 5}, "width": {"from": 72, "to": 100, "step": 8},
                 "heads": [4, 8], "mlp": 128, "count": 50}""");
        assertEquals(50, s.size());
        assertEquals(DataKind.TOKENS, s.dataKind());
        Map<String, Set<String>> seen = new TreeMap<>();
        for (int i = 0; i < 300; i++) {
            TargetNetwork network = s.draw().draw(new RandomStream(i), new Tokens(300, 20));
            ModelCatalog.options(network).forEach((key, v) -> seen.computeIfAbsent(key, _ -> new HashSet<>()).add(v));
        }
        assertEquals(Map.of("layers", Set.of("3", "4", "5"), "width", Set.of("72", "80", "88", "96"), "heads",
                Set.of("4", "8"), "mlp", Set.of("128"), "vocabulary", Set.of("300"), "positions", Set.of("20"), "tied",
                Set.of("false")), seen);
    }

    @Test
    void sizesThatDoNotGoTogetherOrAreTooLargeAreDrawnAgain() {
        ArchitectureSampler s = sampler(
                """
                        {"family": "vit", "layers": [1, 40], "width": [30, 32], "heads": [4], "patch": 4, "parameters": 100000}""");
        assertTrue(s.endless());
        for (int i = 0; i < 50; i++) {
            TargetNetwork network = s.draw().draw(new RandomStream(i), new Images(3, 16, 7));
            assertEquals("vit:layers=1,heads=4,width=32,mlp=128,patch=4,image=16,classes=7", network.describe());
        }
        assertEquals("vit:layers=6,heads=4,width=64,mlp=256,patch=4,image=16,classes=7",
                s.sized().network(6, 64, new Images(3, 16, 7)).describe());
        ArchitectureSampler none = sampler("{\"family\": \"vit\", \"width\": 30, \"heads\": 4}");
        String said = assertThrows(TensorException.class,
                () -> none.draw().draw(new RandomStream(1), new Images(3, 32, 7))).getMessage();
        assertTrue(said.startsWith("none of 10,000 architectures fits the ranges, the last because"), said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"layers\": 3} | 'family' is missing",
            "{\"family\": \"gpt\"} | 'family' is 'gpt'; choose one of gpt2, llama, vit",
            "{\"family\": \"gpt2\", \"depth\": 3} | 'depth' is no option of gpt2; there are layers, heads, width, mlp, tied, parameters and count",
            "{\"family\": \"gpt2\", \"vocabulary\": 3} | 'vocabulary' follows the data; leave it out",
            "{\"family\": \"gpt2\", \"layers\": \"3..9\"} | 'layers' is \"3..9\", not a whole number",
            "{\"family\": \"gpt2\", \"layers\": []} | 'layers' has no value to choose",
            "{\"family\": \"gpt2\", \"layers\": {\"from\": 5, \"to\": 3}} | 'layers' has no value to choose",
            "{\"family\": \"gpt2\", \"layers\": {\"from\": 5}} | 'layers.to' is missing",
            "{\"family\": \"gpt2\", \"layers\": {\"from\": 5, \"to\": 9, \"by\": 2}} | 'layers.by': a range has from, to and step",
            "{\"family\": \"gpt2\", \"layers\": {\"from\": 1, \"to\": 9, \"step\": 0}} | 'layers.step' is 0; 1 is the least",
            "{\"family\": \"gpt2\", \"layers\": {\"from\": -2147483648, \"to\": 2147483647}} | 'layers' has more than 10000 values",
            "{\"family\": \"gpt2\", \"count\": 0} | 'count' is 0; 1 is the least",
            "{\"family\": \"gpt2\", \"tied\": 1} | 'tied' is 1, not true or false"})
    void whatIsNoRangeIsNamed(String json, String message) {
        String said = assertThrows(TensorException.class, () -> sampler(json)).getMessage();
        assertTrue(said.contains(message), said);
    }

    @Test
    void aWiderNetworkIsOfTheSameDepth() {
        for (String name : List.of("gpt2", "llama-2-7b", "vit-tiny")) {
            TargetNetwork network = ModelCatalog.parse(name);
            TargetNetwork wider = ModelCatalog.wider(network, 2);
            Map<String, String> before = ModelCatalog.options(network);
            Map<String, String> after = ModelCatalog.options(wider);
            assertEquals(before.keySet(), after.keySet());
            before.forEach((key, v) -> assertEquals(
                    key.equals("width") || key.equals("mlp") ? 2 * Integer.parseInt(v) + "" : v, after.get(key), key));
        }
    }

    @Test
    void publishedNamesOfSetsAreUnderstood() {
        for (String name : List.of("vits", "gpts", "llamas"))
            assertEquals(name, ModelCatalog.sampler(name + "-1k").name());
        assertThrows(TensorException.class, () -> ModelCatalog.sampler("small-1k"));
    }
}
