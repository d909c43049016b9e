package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.logah.models.ModelCatalog;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/** Sets of architectures in files, and hypernetworks that are trained on them in all that the paper has. */
class ArchitectureSetsTest extends CommandLineTest {
    private static final String[] SMALL = {"architectures", "small", "--count", "12", "--vocabulary", "256",
            "--positions", "64", "--out"};
    private static final String[] TRAIN = {"train-ghn", "--batch", "1", "--context", "16", "--meta-batch", "2",
            "--variant", "mini", "--out", "@/g.safetensors"};

    private List<JsonObject> lines(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name)).stream().map(l -> JsonParser.parseString(l).getAsJsonObject())
                .toList();
    }

    @Test
    void aSetIsDrawnIntoAFileWithItsHistogram() throws IOException {
        Outcome o = works(with(SMALL, "@/set.jsonl"));
        assertTrue(o.out()
                .matches("(?s).*12 architectures, [\\d.]+ \u00b1 [\\d.]+K \\([\\d.]+\\.\\.[\\d.]+K\\) parameters; "
                        + "\\d+ different graphs.*"),
                o.out());
        assertEquals(12, lines("set.jsonl").size());
        for (JsonObject line : lines("set.jsonl")) {
            var network = ModelCatalog.parse(line.get("model").getAsString());
            assertEquals(network.parameterCount(), line.get("parameters").getAsLong());
            assertEquals(ModelCatalog.options(network).get("width"), line.get("width").getAsString());
            assertEquals(4 * line.get("width").getAsInt(), line.get("mlp").getAsInt());
        }
        assertTrue(Files.readString(folder.resolve("set.svg")).startsWith("<svg "));
        works(with(SMALL, "@/again.jsonl"));
        assertEquals(-1, Files.mismatch(folder.resolve("set.jsonl"), folder.resolve("again.jsonl")));
        works(with(SMALL, "@/other.jsonl", "--seed", "2"));
        assertTrue(Files.mismatch(folder.resolve("set.jsonl"), folder.resolve("other.jsonl")) >= 0);
        o = works(with(SMALL, "@/set.jsonl", "--distinct"));
        assertTrue(o.out().contains("; 12 different graphs"), o.out());
        fails(1, "the set 'small' has no 16 different architectures: 15 were found among", "architectures", "small",
                "--count", "16", "--distinct", "--vocabulary", "256", "--out", "@/set.jsonl");
        fails(1, "the name of a list of architectures ends in .jsonl", with(SMALL, "@/set.json"));
        fails(1, "unknown set 'mlps'", "architectures", "mlps", "--out", "@/x.jsonl");
    }

    @Test
    void aSetOfRangesIsDrawnIntoAFile() throws IOException {
        Files.writeString(folder.resolve("own.json"),
                "{\"family\": \"vit\", \"layers\": [1, 2], \"width\": 16, \"heads\": 2, \"patch\": 8}");
        works("architectures", "@/own.json", "--count", "5", "--out", "@/own.jsonl");
        for (JsonObject line : lines("own.jsonl"))
            assertTrue(line.get("model").getAsString()
                    .matches("vit:layers=[12],heads=2,width=16,mlp=64,patch=8,image=32,classes=10"), line.toString());
        Files.writeString(folder.resolve("own.json"), "{\"family\": \"vit\", \"depth\": 1}");
        fails(1, "own.json: has no ranges of architectures: 'depth' is no option of vit", "architectures", "@/own.json",
                "--out", "@/x.jsonl");
    }

    @Test
    void aHypernetworkIsTrainedOnAFileAndValidatedOnWhatIsHeldOut() throws IOException {
        works(with(SMALL, "@/set.jsonl", "--distinct"));
        String[] train = with(TRAIN, "--set", "@/set.jsonl", "--steps", "3", "--eval-every", "2", "--metrics",
                "@/m.jsonl");
        Outcome o = works(train);
        assertTrue(o.err().contains("validation ") && o.err().contains("wider "), o.err());
        List<JsonObject> rows = lines("m.jsonl");
        assertEquals(3, rows.size());
        for (int i = 0; i < 3; i++) {
            assertEquals(i % 2 == 0, rows.get(i).has("validation"));
            assertEquals(i % 2 == 0, rows.get(i).has("wider"));
            assertEquals(0, rows.get(i).get("skipped").getAsDouble());
        }
        assertTrue(rows.getFirst().get("wider").getAsDouble() > 0);
        String[] plain = with(TRAIN, "--set", "@/set.jsonl", "--steps", "3", "--resume");
        fails(1, "is of a run with another number of architectures, 6 instead of 12", plain);
        Files.writeString(folder.resolve("set.jsonl"), Files.readString(folder.resolve("set.jsonl")) + "\n");
        fails(1, "is of a run with another set, file of digest ", with(train, "--resume"));
        Files.writeString(folder.resolve("set.jsonl"), "{\"model\": \"vit-tiny\"}\n{\"model\": 7}\n");
        fails(1, "set.jsonl: line 2: 'model' is 7, not a text", with(train, "--force"));
    }

    @Test
    void aTrainingGoesOnWithItsScheduleOnly() {
        works(with(TRAIN, "--steps", "2"));
        fails(1, "g.safetensors holds a hypernetwork, mini, not a model's parameters; predict --ghn ", "inspect",
                "@/g.safetensors");
        fails(1, "is of a run with another schedule, 2 steps instead of 3", with(TRAIN, "--steps", "3", "--resume"));
        fails(1, "is of a run with another schedule, 2 steps instead of 2 epochs of 1 steps",
                with(TRAIN, "--epochs", "2", "--epoch-steps", "1", "--resume"));
        fails(1, "is of a run with another clip", with(TRAIN, "--steps", "2", "--clip", "1", "--resume"));
        works(with(TRAIN, "--steps", "2", "--resume"));
    }

    /** Of a set without end, what is trained on depends on what is held out. */
    @Test
    void aTrainingWithoutWhatIsHeldOutGoesOnAsSuch() {
        works(with(TRAIN, "--steps", "2"));
        fails(1, "is of a run with another number of architectures, 0 instead of endless without 5",
                with(TRAIN, "--steps", "2", "--eval-every", "1", "--resume"));
        works(with(TRAIN, "--steps", "2", "--eval-every", "1", "--force"));
        works(with(TRAIN, "--steps", "2", "--eval-every", "2", "--resume"));
        fails(1, "is of a run with another number of architectures, endless without 5 instead of 0",
                with(TRAIN, "--steps", "2", "--resume"));
    }

    @Test
    void statesAndTheBestWeightsAreKept() throws IOException {
        String[] train = with(TRAIN, "--steps", "4");
        fails(1, "--keep and --best are of validations; say when to validate with --eval-every", with(train, "--best"));
        works(with(train, "--eval-every", "2", "--keep", "1", "--best", "--out-weights", "@/w.safetensors"));
        assertTrue(Files.exists(folder.resolve("g.step-4.safetensors")));
        assertTrue(Files.exists(folder.resolve("g.best.safetensors")));
        assertArrayEquals(values("g.safetensors", "embed.weight"), values("w.safetensors", "embed.weight"));
        works("predict", "--model", TINY_GPT, "--ghn", "@/g.best.safetensors", "--out", "@/p.safetensors");
    }

    @Test
    void clippingAtZeroIsNone() throws IOException {
        works(with(TRAIN, "--steps", "2", "--clip", "0"));
        float[] any = values("g.safetensors", "embed.weight");
        works(with(TRAIN, "--steps", "2", "--clip", "1e30", "--force"));
        assertArrayEquals(values("g.safetensors", "embed.weight"), any);
    }

    @Test
    void anAverageOfTooFewStepsIsWarnedOf() {
        Outcome o = works(with(TRAIN, "--steps", "3", "--average", "0.999"));
        String warning = "the average of the weights is 99.7 % its start after 3 steps: --average 0.999 takes some 1000;"
                + " choose a smaller one, at most 0.666";
        assertEquals(1, o.err().lines().filter(warning::equals).count(), o.err());
        o = works(with(TRAIN, "--steps", "3", "--average", "0.6", "--force"));
        assertFalse(o.err().contains("the average of the weights"), o.err());
    }

    @Test
    void averagedWeightsArePredictedWith() throws IOException {
        String predict = "gpt2:layers=1,heads=2,width=32,vocabulary=256,positions=16,tied=false";
        works(with(TRAIN, "--steps", "3", "--average", "0.9"));
        Outcome o = works("predict", "--model", predict, "--ghn", "@/g.safetensors", "--out", "@/a.safetensors");
        assertTrue(o.out().contains("g.safetensors's averaged weights"), o.out());
        works(with(TRAIN, "--steps", "3", "--force", "--recompute"));
        o = works("predict", "--model", predict, "--ghn", "@/g.safetensors", "--out", "@/b.safetensors");
        assertFalse(o.out().contains("averaged"), o.out());
        assertTrue(Files.mismatch(folder.resolve("a.safetensors"), folder.resolve("b.safetensors")) >= 0);
        fails(1, "has no average of the weights, this training an average",
                with(TRAIN, "--steps", "3", "--average", "0.9", "--resume"));
    }

    /** The paper's rate rises along the line of five epochs from 1e-5. */
    @Test
    void thePapersValuesAreOneOption() throws IOException {
        String[] paper = with(TRAIN, "--paper", "--epochs", "3", "--epoch-steps", "2", "--metrics", "@/m.jsonl");
        works(paper);
        List<JsonObject> rows = lines("m.jsonl");
        for (int i = 0; i < 6; i++)
            assertEquals(1e-5 + (1e-4 - 1e-5) * (i / 2) / 4, rows.get(i).get("learning_rate").getAsDouble(), 1e-12);
        Path metrics = folder.resolve("m.jsonl");
        works(with(paper, "--lr", "2e-4", "--force"));
        assertTrue(Files.readString(metrics).contains("\"learning_rate\":1.0E-5"));
        assertEquals(1e-5 + (2e-4 - 1e-5) / 4, lines("m.jsonl").get(2).get("learning_rate").getAsDouble(), 1e-12);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"--paper | a training in epochs needs --epoch-steps",
            "--epochs 3 | a training in epochs needs --epoch-steps",
            "--epoch-steps 3 | say how many with --epochs",
            "--epochs 3 --epoch-steps 3 --steps 3 | leave one out",
            "--epochs 100000 --epoch-steps 100000 | are more than 2147483647 steps"})
    void lengthsThatDoNotGoTogetherAreRefused(String options, String message) {
        fails(1, message, with(TRAIN, options.split(" ")));
        fails(2, "1 is no number from 0 to below 1", with(TRAIN, "--average", "1"));
    }
}
