package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

/** What the README shows is what is compiled here. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..");

    @Test
    void theExampleIsTheOneThatCompiles() throws IOException {
        String source = Files.readString(Path.of("src/test/java/org/logah/cli/EmbeddingExample.java"));
        String example = source.substring(source.indexOf("// README: begin\n") + 17, source.indexOf("// README: end"));
        String readme = Files.readString(ROOT.resolve("README.md"));
        assertTrue(readme.contains("```java\n" + example + "```"), "README.md does not show EmbeddingExample as it is");
    }

    @Test
    void theExampleRuns() {
        float loss = EmbeddingExample.loss();
        assertEquals(loss, EmbeddingExample.loss());
        assertTrue(loss > 0 && loss < 20, "loss " + loss);
    }
}
