package org.logah.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The inputs of {@code src/test/resources/corpus}, a folder for each target; those called {@code valid...} must be read. */
final class Corpus {
    static final Path FOLDER = Path.of("src/test/resources/corpus");

    private Corpus() {}

    /** The inputs of a target by their names. */
    static Map<String, byte[]> of(FuzzTarget target) throws IOException {
        Map<String, byte[]> inputs = new TreeMap<>();
        try (Stream<Path> files = Files.list(FOLDER.resolve(target.name()))) {
            for (Path f : files.toList()) inputs.put(f.getFileName().toString(), Files.readAllBytes(f));
        }
        return inputs;
    }
}
