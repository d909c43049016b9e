package org.logah.training.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.logah.engine.cpu.CpuDevice;
import org.logah.engine.cpu.KernelChoice;
import org.logah.ghn.GhnFile;
import org.logah.training.data.text.GrammarText;
import org.logah.training.run.TrainingListener;

/** The example of the documentation does what it says. */
class MetaTrainingExampleTest {
    private static final MetaTrainingRecipe RECIPE = new MetaTrainingRecipe(4, 2, 2, 16, 1e-3, 0, 1);
    @TempDir
    Path folder;

    @Test
    void thePageShowsTheExampleThatIsCompiled() throws IOException {
        String source = Files
                .readString(Path.of("src/test/java/org/logah/training/meta/MetaTrainingExample.java"));
        String example = source.substring(source.indexOf("// README: begin\n") + 17, source.indexOf("// README: end"));
        assertTrue(Files.readString(Path.of("../docs/architecture.md")).contains("```java\n" + example + "```"),
                "docs/architecture.md does not show MetaTrainingExample as it is");
    }

    @Test
    void theExampleTrainsSavesAndGoesOn() throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), GrammarText.generate(10_000, 1));
        Path file = folder.resolve("ghn.safetensors");
        List<Integer> steps = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void stepped(StepReport report) { steps.add(report.step().index()); }
        };
        assertEquals(4, MetaTrainingExample.train(text, file, RECIPE, listener).position());
        assertEquals(6, MetaTrainingExample.train(text, file, RECIPE.withSteps(6), listener).position());
        assertEquals(List.of(0, 1, 2, 3, 4, 5), steps);
        try (CpuDevice device = new CpuDevice(1, KernelChoice.PLAIN)) {
            assertEquals(32, GhnFile.read(file, device).network().config().hidden());
        }
    }
}
