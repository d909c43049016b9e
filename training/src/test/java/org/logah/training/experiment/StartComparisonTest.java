package org.logah.training.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.engine.TensorException;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.engine.io.FileFormatException;
import org.logah.training.data.image.ShapeImages;
import org.logah.training.data.image.ShapePairs;
import org.logah.training.data.text.ByteText;
import org.logah.training.data.text.GrammarDataSet;
import org.logah.training.experiment.StartComparison.Result;
import org.logah.training.meta.MetaTrainingRecipe;
import org.logah.training.run.DivergedException;
import org.logah.training.run.TrainingListener;

class StartComparisonTest {
    private static final ByteText TEXT = GrammarDataSet.text();
    @TempDir
    private Path folder;
    private final CpuDevice device = new CpuDevice(2, KernelChoice.AUTO);

    @AfterEach
    void close() { device.close(); }

    private static ComparisonConfig config(long seed, List<Double> rates, String... others) {
        return new ComparisonConfig(new MetaTrainingRecipe(3, 2, 2, 16, 1e-2, 0, seed), "small", List.of("cosine-mini"),
                List.of(others),
                new UnseenTarget.Sized(2, 16), 4, rates);
    }

    private Result run(ComparisonConfig config, StartComparison.Listener listener, Result first) throws IOException {
        return new StartComparison(config, TEXT, device, listener, folder).run(first);
    }

    @Test
    void aFolderGoesOnWhereItWasStoppedAndSaysTheSame() throws IOException {
        ComparisonConfig config = config(1, List.of(1e-3, 3e-3), "random");
        Result whole = new StartComparison(config, TEXT, device, new StartComparison.Listener() {
        }, null).run(null);
        StartComparison.Listener stops = new StartComparison.Listener() {
            @Override
            public TrainingListener training(StartComparison.Stage stage, String start, double rate) {
                if (start.equals("random")) throw new IllegalStateException("stopped");
                return TrainingListener.NONE;
            }
        };
        assertThrows(IllegalStateException.class, () -> run(config, stops, null));
        Result gone = run(config, new StartComparison.Listener() {
            @Override
            public TrainingListener metaTraining(StartComparison.Stage stage, String variant) {
                return new TrainingListener() {
                    @Override
                    public void stepped(StepReport report) { throw new IllegalStateException("meta-trained again"); }
                };
            }
        }, null);
        assertEquals(whole.curves(), gone.curves());
        assertEquals(0, gone.metaSeconds());
    }

    /** What a name means depends on what the targets read: for images mini has another scaling. */
    @Test
    void oneHypernetworkUnderTwoNamesIsRefused() {
        for (String twice : List.of("small: cosine-mini,cosine-mini+nearby", "small: mini,mini+paper",
                "small-vits: mini,mini+fan-in", "small-vits: mini+low-rank,mini"))
            assertTrue(assertThrows(TensorException.class, () -> of(twice)).getMessage()
                    .endsWith(" are one hypernetwork; leave one of them out"), twice);
        for (String two : List.of("small-vits: mini,mini+paper", "small: mini,mini+fan-in"))
            assertEquals(2, of(two).variants().size());
    }

    /** Or a folder made with one name would be another experiment's with the other. */
    @Test
    void oneSetHasOneName() { assertEquals(of("gpts: cosine-mini"), of("gpts-1k: cosine-mini")); }

    /** {@code set: variant,variant}. */
    private static ComparisonConfig of(String text) {
        String[] parts = text.split(": ", -1);
        return new ComparisonConfig(new MetaTrainingRecipe(3, 2, 2, 16, 1e-2, 0, 1), parts[0],
                List.of(parts[1].split(",", -1)), List.of(), new UnseenTarget.Sized(2, 16), 4, List.of(1e-3));
    }

    @Test
    void laterSeedsTakeTheBestRateOfTheFirst() throws IOException {
        List<String> stages = new ArrayList<>();
        StartComparison.Listener counts = new StartComparison.Listener() {
            @Override
            public TrainingListener metaTraining(StartComparison.Stage stage, String variant) {
                stages.add(stage.number() + "/" + stage.count() + " " + variant);
                return TrainingListener.NONE;
            }

            @Override
            public TrainingListener training(StartComparison.Stage stage, String start, double rate) {
                stages.add(stage.number() + "/" + stage.count() + " " + start);
                return TrainingListener.NONE;
            }
        };
        Result first = run(config(1, List.of(1e-3, 1e-2), "random"), counts, null);
        assertEquals(List.of("1/5 cosine-mini", "2/5 cosine-mini", "3/5 cosine-mini", "4/5 random", "5/5 random"),
                stages);
        stages.clear();
        Result second = run(config(2, List.of(1e-3, 1e-2), "random"), counts, first);
        assertEquals(List.of("1/3 cosine-mini", "2/3 cosine-mini", "3/3 random"), stages);
        // What is there counts, too.
        stages.clear();
        Files.delete(folder.resolve("runs/random-0.01-1.json"));
        run(config(1, List.of(1e-3, 1e-2), "random"), counts, null);
        assertEquals(List.of("1/5 cosine-mini", "5/5 random"), stages);
        // What another hypernetwork predicted does not, and of other seeds and starts everything does.
        stages.clear();
        Path hypernetwork = folder.resolve("ghn-cosine-mini-1.safetensors");
        for (String rate : List.of("0.001", "0.01")) {
            Path curve = folder.resolve("runs/cosine-mini-" + rate + "-1.json");
            Files.writeString(curve, Files.readString(curve).replaceFirst("\"hypernetwork\": \"..", "$0f0"));
        }
        run(config(1, List.of(1e-3, 1e-2), "random"), counts, null);
        run(config(2, List.of(1e-3, 1e-2), "random"), counts, first);
        assertEquals(List.of("1/5 cosine-mini", "2/5 cosine-mini", "3/5 cosine-mini", "1/3 cosine-mini"), stages);
        // Once it is as it was, made anew to the same numbers, so are the curves.
        Files.delete(hypernetwork);
        assertEquals(first.curves(), run(config(1, List.of(1e-3, 1e-2), "random"), counts, null).curves());
        stages.clear();
        Files.delete(hypernetwork);
        run(config(1, List.of(1e-3, 1e-2), "random"), counts, null);
        assertEquals(List.of("1/5 cosine-mini"), stages);
        assertEquals(4, first.curves().size());
        assertEquals(2, second.curves().size());
        for (Curve c : second.curves())
            assertEquals(Curve.best(first.curves(), c.start()).rate(), c.rate());
        StartReport report = new StartReport(List.of(first, second), TEXT.tokenizer());
        String text = report.text();
        for (String expected : List.of("cosine-mini", "random", "1e-3", "1e-2", "(2 seeds, mean and spread)",
                "Does the random start overtake cosine-mini within 4 steps?",
                "When does cosine-mini reach the random start's last loss?", "seed 2 ",
                "cosine-mini writes before its first step"))
            assertTrue(text.contains(expected), expected + " in\n" + text);
        report.write(folder, "a command");
        assertTrue(
                Files.readString(folder.resolve("curves.json")).startsWith("{\"command\":\"a command\",\"curves\":[{"));
    }

    /** Whoever copies a hypernetwork of another text, of other steps or of another seed into a folder is told so. */
    @Test
    void aHypernetworkOfAnotherTrainingIsRefused(@TempDir Path elsewhere) throws IOException {
        StartComparison.Listener nobody = new StartComparison.Listener() {
        };
        ComparisonConfig config = config(1, List.of(1e-3));
        run(config, nobody, null);
        Path hypernetwork = folder.resolve("ghn-cosine-mini-1.safetensors");
        ByteText text = new ByteText("to be or not to be ".repeat(60));
        Map<ComparisonConfig, String> others = Map.of(
                config(2, List.of(1e-3)), "another seed, 2 instead of 1",
                new ComparisonConfig(config.meta().withSteps(2), config.set(), config.variants(), config.others(),
                        config.unseen(), config.trainSteps(), config.rates()),
                "another schedule, 2 steps instead of 3 steps",
                config, "another data, " + text.digest());
        for (Map.Entry<ComparisonConfig, String> other : others.entrySet()) {
            Path its = elsewhere.resolve(other.getValue().replace(' ', '-'));
            new StartComparison(other.getKey(), other.getKey() == config ? text : TEXT, device, nobody, its).run(null);
            Files.copy(its.resolve("ghn-cosine-mini-" + other.getKey().meta().seed() + ".safetensors"), hypernetwork,
                    StandardCopyOption.REPLACE_EXISTING);
            String message = assertThrows(FileFormatException.class, () -> run(config, nobody, null)).getMessage();
            assertTrue(message.contains(other.getValue()), message);
        }
    }

    @Test
    void theLongestCurveIsTheBestThenTheLowest() {
        Curve low = new Curve(1, "a", 1e-3, List.of(0, 5), List.of(3.0, 1.0), true, "", "", List.of(), "");
        Curve lower = new Curve(1, "a", 3e-3, List.of(0, 5), List.of(3.0, 0.5), true, "", "", List.of(), "");
        Curve ended = new Curve(1, "a", 1, List.of(0), List.of(0.1), false, "", "", List.of(), "");
        assertEquals(lower, Curve.best(List.of(low, lower, ended), "a"));
    }

    @Test
    void aFolderOfAnotherExperimentIsRefused() throws IOException {
        run(config(1, List.of(1e-3)), new StartComparison.Listener() {
        }, null);
        ComparisonConfig other = new ComparisonConfig(new MetaTrainingRecipe(3, 2, 2, 16, 2e-2, 0, 1), "small",
                List.of("cosine-mini"),
                List.of(), new UnseenTarget.Sized(2, 16), 4, List.of(1e-3));
        String message = assertThrows(FileFormatException.class,
                () -> run(other, new StartComparison.Listener() {
                }, null)).getMessage();
        assertTrue(message.contains("its metaRate is 0.01, this one's 0.02"), message);
        String text = assertThrows(FileFormatException.class,
                () -> new StartComparison(config(1, List.of(1e-3)), new ByteText("x".repeat(1000)), device,
                        new StartComparison.Listener() {
                        }, folder).run(null))
                .getMessage();
        assertTrue(text.contains("its data is"), text);
    }

    /** In the meta-training, and in a start's training: nothing that was finished is done again, and all ends the same. */
    @Test
    void aComparisonThatIsStoppedGoesOnToTheSameEnd() throws IOException {
        ComparisonConfig config = config(1, List.of(1e-3), "random");
        Result whole = new StartComparison(config, TEXT, device, new StartComparison.Listener() {
        }, null).run(null);
        StartComparison[] running = new StartComparison[1];
        TrainingListener stops = new TrainingListener() {
            @Override
            public void stepped(StepReport report) { if (report.done() == 2) running[0].stop(); }
        };
        List<StartComparison.Listener> listeners = List.of(new StartComparison.Listener() {
            @Override
            public TrainingListener metaTraining(StartComparison.Stage stage, String variant) { return stops; }
        }, new StartComparison.Listener() {
            @Override
            public TrainingListener training(StartComparison.Stage stage, String start, double rate) {
                return start.equals("random") ? stops : TrainingListener.NONE;
            }
        });
        for (StartComparison.Listener listener : listeners) {
            running[0] = new StartComparison(config, TEXT, device, listener, folder);
            assertNull(running[0].run(null));
        }
        assertTrue(Files.exists(folder.resolve("runs/cosine-mini-0.001-1.json")));
        assertTrue(Files.notExists(folder.resolve("runs/random-0.001-1.json")));
        assertEquals(whole.curves(), run(config, new StartComparison.Listener() {
        }, null).curves());
    }

    /** Before the folder is written to. */
    @Test
    void aTargetThatCannotBeIsRefused() throws IOException {
        ComparisonConfig odd = new ComparisonConfig(new MetaTrainingRecipe(3, 2, 2, 16, 1e-2, 0, 1), "small",
                List.of("cosine-mini"),
                List.of(), new UnseenTarget.Sized(2, 17), 4,
                List.of(1e-3));
        assertThrows(TensorException.class,
                () -> new StartComparison(odd, TEXT, device, new StartComparison.Listener() {
                }, folder));
        try (var files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void runsWithoutTheirExperimentAreRefused() throws IOException {
        ComparisonConfig config = config(1, List.of(1e-3));
        run(config, new StartComparison.Listener() {
        }, null);
        Files.delete(folder.resolve("experiment.json"));
        assertTrue(assertThrows(FileFormatException.class, () -> run(config, new StartComparison.Listener() {
        }, null))
                .getMessage().contains("has runs of some experiment"));
    }

    /** A report would take its place at the end. */
    @Test
    void aTableOfSomethingElseIsNotReplaced() throws IOException {
        Path table = Files.writeString(folder.resolve("table.txt"), "a thesis");
        assertEquals(
                table + ": is there already, of no experiment in this folder; move it away, or choose another folder",
                assertThrows(FileFormatException.class,
                        () -> run(config(1, List.of(1e-3)), new StartComparison.Listener() {
                        }, null)).getMessage());
        assertEquals("a thesis", Files.readString(table));
    }

    @Test
    void aDamagedCurveIsNamed() throws IOException {
        ComparisonConfig config = config(1, List.of(1e-3));
        run(config, new StartComparison.Listener() {
        }, null);
        Path curve = folder.resolve("runs/cosine-mini-0.001-1.json");
        for (String content : List.of("{}", "x", "{\"seed\":1}")) {
            Files.writeString(curve, content);
            assertTrue(assertThrows(FileFormatException.class,
                    () -> run(config, new StartComparison.Listener() {
                    }, null)).getMessage().contains("cosine-mini-0.001-1.json"),
                    content);
        }
    }

    /** A rate that is far too high ends the curve, not the experiment. */
    @Test
    void aStartThatDivergesHasAShortCurve() throws IOException {
        List<String> diverged = new ArrayList<>();
        Result result = run(config(1, List.of(1e30, 1e-3), "random"), new StartComparison.Listener() {
            @Override
            public void diverged(StartComparison.Stage stage, String start, double rate, DivergedException why) {
                diverged.add(stage.number() + "/" + stage.count() + " " + start + " " + rate + ": " + why.getMessage());
            }
        }, null);
        assertTrue(diverged.stream().anyMatch(d -> d.startsWith("4/5 random 1.0E30: step ")), diverged.toString());
        Curve wild = result.curves().stream().filter(c -> c.start().equals("random") && c.rate() == 1e30).findFirst()
                .orElseThrow();
        assertTrue(!wild.finished() && wild.steps().size() < 5, wild::toString);
        assertEquals(1e-3, Curve.best(result.curves(), "random").rate());
        assertTrue(new StartReport(List.of(result), TEXT.tokenizer()).text().contains("no number"));
    }

    /** Images and Llamas: the same experiment on other data, with other networks. */
    @Test
    void otherFamiliesAreComparedToo() throws IOException {
        for (String set : List.of("small-vits", "small-llamas")) {
            boolean images = set.equals("small-vits");
            ComparisonConfig config = new ComparisonConfig(new MetaTrainingRecipe(2, 2, 4, 16, 1e-2, 0, 1), set,
                    List.of("cosine-mini"), List.of("random"), new UnseenTarget.Sized(2, 16), 4, List.of(1e-3));
            StartComparison comparison = new StartComparison(config, images ? new ShapeImages() : TEXT, device,
                    new StartComparison.Listener() {
                    }, null);
            assertTrue(comparison.target().describe().startsWith(images ? "vit:" : "llama:"),
                    comparison.target().describe());
            Result result = comparison.run(null);
            assertTrue(result.curves().stream().allMatch(c -> c.finished() && c.after().isEmpty() == images));
            String text = new StartReport(List.of(result), TEXT.tokenizer()).text();
            assertTrue(text.contains(images
                    ? "nats per image of an unseen ViT of 2 layers and width 16"
                    : "nats per byte of an unseen Llama of 2 layers"), text);
            assertEquals(!images, text.contains("writes before its first step"), text);
        }
        assertThrows(TensorException.class, () -> new StartComparison(config(1, List.of(1e-3)), new ShapeImages(),
                device, new StartComparison.Listener() {
                }, null), "GPTs on images");
    }

    @Test
    void nothingToCompareIsRefused() {
        assertThrows(TensorException.class, () -> config(1, List.of(), "random"));
        assertThrows(TensorException.class, () -> config(1, List.of(1e-3), "random", "random"));
        assertThrows(TensorException.class, () -> config(1, List.of(1e-3), "usual"));
        MetaTrainingRecipe recipe = new MetaTrainingRecipe(3, 2, 2, 16, 1e-2, 0, 1);
        for (String unknown : List.of("micro", "mini+none"))
            assertThrows(TensorException.class,
                    () -> new ComparisonConfig(recipe, "small", List.of(unknown), List.of(),
                            new UnseenTarget.Sized(2, 16), 4,
                            List.of(1e-3)));
        assertEquals(List.of("mini+mean-field", "mini+relative+mean-field"), new ComparisonConfig(recipe, "small",
                List.of("Mini+mean-field", "mini+mean-field+Relative"), List.of(), new UnseenTarget.Sized(2, 16), 4,
                List.of(1e-3)).starts());
        List<String> twice = List.of("mini+relative+mean-field", "mini+mean-field+relative");
        assertEquals("the start mini+relative+mean-field is there twice; name it once",
                assertThrows(TensorException.class, () -> new ComparisonConfig(recipe, "small", twice, List.of(),
                        new UnseenTarget.Sized(2, 16), 4, List.of(1e-3))).getMessage());
    }

    /** Ten classes are known, a hundred are asked for: all but the class layer is predicted, and that starts anew. */
    @Test
    void aTransferPredictsAllButTheClassLayer() throws IOException {
        ComparisonConfig config = new ComparisonConfig(new MetaTrainingRecipe(2, 2, 4, 16, 1e-2, 0, 1), "small-vits",
                List.of("cosine-mini"), List.of("random"),
                new UnseenTarget.Named("vit:layers=2,heads=4,width=16,patch=4"), 2,
                List.of(1e-3));
        StartComparison.Data data = new StartComparison.Data(new ShapeImages(), new ShapePairs());
        StartComparison comparison = new StartComparison(config, data, device, new StartComparison.Listener() {
        }, new StartComparison.Folders(folder, folder.resolve("hypernetworks")));
        assertEquals(100, comparison.target().classes());
        Result result = comparison.run(null);
        assertEquals(2, result.curves().size());
        for (Curve c : result.curves()) assertTrue(c.finished());
        // The body's prediction is that of ten classes: a loss near that of guessing among a hundred, and no error of shapes.
        assertEquals(Math.log(100), result.curves().getFirst().losses().getFirst(), 1.5);
        assertTrue(Files.exists(folder.resolve("hypernetworks/ghn-cosine-mini-1.safetensors")));
        assertTrue(Files.readString(folder.resolve("experiment.json")).contains("\"metaData\""));
    }
}
