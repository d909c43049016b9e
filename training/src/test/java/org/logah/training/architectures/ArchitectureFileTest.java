package org.logah.training.architectures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.engine.TensorException;
import org.logah.engine.io.FileFormatException;
import org.logah.engine.random.RandomStream;
import org.logah.models.DataFormat.Tokens;
import org.logah.models.DataKind;
import org.logah.models.ModelCatalog;
import org.logah.models.TargetNetwork;
import org.logah.training.meta.ArchitectureSet;

class ArchitectureFileTest {
    private static final Tokens BYTES = new Tokens(256, 16);
    private static final String MODEL = "gpt2:layers=%d,heads=2,width=16,mlp=64,vocabulary=256,positions=16,tied=false";
    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static List<String> described(ArchitectureSet set) {
        return IntStream.range(0, set.size()).mapToObj(i -> set.architecture(i).describe()).toList();
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        ArchitectureSet gpts = new ArchitectureSet(ModelCatalog.sampler("gpts"), BYTES, new RandomStream(1)).sized(30);
        List<TargetNetwork> all = IntStream.range(0, 30).mapToObj(gpts::architecture).toList();
        Path file = folder.resolve("set.jsonl");
        ArchitectureFile.write(file, all);
        ArchitectureFile read = ArchitectureFile.read(file);
        assertEquals(described(gpts), described(read.set(BYTES, new RandomStream(2))));
        assertEquals(DataKind.TOKENS, read.dataKind());
        assertFalse(read.endless());
        String line = Files.readAllLines(file).getFirst();
        assertTrue(line.matches("\\{\"model\":\"gpt2:[^\"]+\",\"layers\":\\d,\"heads\":8,\"width\":\\d+,\"mlp\":\\d+,"
                + "\"parameters\":\\d+\\}"), line);
    }

    @Test
    void aListByHandNeedsItsModelsOnly() throws IOException {
        ArchitectureFile read = ArchitectureFile.read(file("set.jsonl",
                "{\"model\": \"gpt2:layers=2,heads=2,width=16,vocabulary=256,positions=64\"}\n\n{\"model\": \""
                        + MODEL.formatted(3) + "\"}\n"));
        ArchitectureSet set = read.set(BYTES, new RandomStream(1));
        assertEquals(2, set.size());
        assertEquals(MODEL.formatted(3), set.architecture(1).describe());
        assertThrows(TensorException.class, () -> read.set(new Tokens(300, 16), new RandomStream(1)));
        for (int i = 0; i < 20; i++) assertTrue(described(set).contains(set.chosen(i, 0).describe()));
        assertThrows(TensorException.class, () -> set.sized(3));
        assertEquals(List.of(described(set).getFirst()), described(set.sized(1)));
    }

    @Test
    void theLastOfAListAreHeldOut() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= 10; i++) text.append("{\"model\": \"").append(MODEL.formatted(i)).append("\"}\n");
        ArchitectureSet set = ArchitectureFile.read(file("set.jsonl", text.toString())).set(BYTES, new RandomStream(1));
        ArchitectureSet.Split split = set.withHeldOut(3);
        assertEquals(described(set).subList(0, 7), described(split.training()));
        assertEquals(described(set).subList(7, 10),
                split.heldOut().stream().map(TargetNetwork::describe).toList());
        assertEquals(5, set.withHeldOut(8).heldOut().size(), "at most half");
        ArchitectureSet one = set.sized(1);
        assertTrue(assertThrows(TensorException.class, () -> one.withHeldOut(8)).getMessage()
                .contains("has architectures of one shape only"));
    }

    /** A set of a thousand draws has each shape several times; nothing that is trained on has one that is held out. */
    @Test
    void whatIsHeldOutHasShapesOfItsOwn() {
        ArchitectureSet gpts = new ArchitectureSet(ModelCatalog.sampler("gpts"), BYTES, new RandomStream(1));
        ArchitectureSet.Split split = gpts.withHeldOut(8);
        assertEquals(8, split.heldOut().size());
        assertTrue(split.training().size() > 700 && split.training().size() < 992, split.training()::name);
        for (TargetNetwork held : split.heldOut())
            for (int i = 0; i < split.training().size(); i++)
                assertFalse(held.shapes().equals(split.training().architecture(i).shapes()));
        assertEquals(split.heldOut().stream().map(TargetNetwork::describe).toList(),
                gpts.withHeldOut(8).heldOut().stream().map(TargetNetwork::describe).toList(), "the same each time");
        ArchitectureSet small = new ArchitectureSet(ModelCatalog.sampler("small"), BYTES, new RandomStream(1));
        assertEquals(7, small.sized(1000).withHeldOut(8).heldOut().size(), "half of the 15 that there are");
    }

    @Test
    void rangesAreDrawnFrom() throws IOException {
        ArchitectureFile read = ArchitectureFile.read(file("set.json", """
                {"family": "gpt2", "layers": [2, 3], "width": [16, 32], "heads": 2, "count": 12}
                """));
        ArchitectureSet set = read.set(BYTES, new RandomStream(1));
        assertEquals(12, described(set).size());
        assertEquals(described(set), described(read.set(BYTES, new RandomStream(1))));
        assertEquals(3, described(read.set(BYTES, new RandomStream(1)).distinct(3)).stream().distinct().count());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "set.jsonl | {} | line 1: 'model' is missing",
            "set.jsonl | {\"model\": \"gpt9\"} | line 1: unknown model 'gpt9'; did you mean gpt2?",
            "set.jsonl | {\"model\": \"gpt2:layers=1\"}\\n{\"model\" | line 2: is no JSON",
            "set.jsonl | {\"model\": \"gpt2:layers=1\"}\\n\\n{\"model\": \"vit-tiny\"} | line 3: its model reads images, those before it tokens",
            "set.jsonl | {\"model\": \"gpt2:layers=1\", \"parameters\": 5} | parameters, not 5; correct or remove 'parameters'",
            "set.jsonl | \\n | has no architectures",
            "set.json | {\"family\": \"gpt2\", \"layers\": 0.5} | has no ranges of architectures: 'layers' is 0.5, not a whole number",
            "set.json | {\"model\": \"gpt2\"} | has no ranges of architectures: 'family' is missing",
            "set.txt | {} | is no set of architectures; the name of a list ends in .jsonl, that of ranges in .json"})
    void whatIsWrongIsNamedWithItsLine(String name, String text, String message) throws IOException {
        Path file = file(name, text.replace("\\n", "\n"));
        String said = assertThrows(FileFormatException.class, () -> ArchitectureFile.read(file)).getMessage();
        assertTrue(said.startsWith(file.toString()) && said.contains(message), said);
    }

    @Test
    void aSetThatIsTooLargeIsRefusedBeforeItIsMade() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20; i++) text.append("{\"model\": \"gpt2:layers=").append(4000 + i).append("\"}\n");
        Path file = file("set.jsonl", text.toString());
        assertTrue(assertThrows(FileFormatException.class, () -> ArchitectureFile.read(file)).getMessage()
                .contains("tensors, more than 150,000; leave architectures out"));
    }
}
