package org.logah.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.logah.engine.random.RandomStream;

/** What every reader makes of the corpus, and of some changes of it that are the same in each run. */
@Timeout(60)
class ReadersTest {
    private static final int CHANGES = 40;

    static Set<String> targets() throws IOException {
        try (FuzzTargets targets = new FuzzTargets()) {
            return new TreeSet<>(targets.names());
        }
    }

    @Test
    void everyTargetHasAFolderOfSeedsAndEveryFolderATarget() throws IOException {
        try (Stream<Path> folders = Files.list(Corpus.FOLDER)) {
            assertEquals(targets(),
                    folders.map(f -> f.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    /** {@code -Dlogah.write=true} on Maven's command line writes them anew. */
    @Test
    void seedsThatAreMadeAreUpToDate() throws IOException {
        for (Map.Entry<String, byte[]> seed : Seeds.all().entrySet()) {
            Path file = Corpus.FOLDER.resolve(seed.getKey());
            if (Boolean.getBoolean("logah.write")) Files.write(file, seed.getValue());
            assertArrayEquals(seed.getValue(), Files.readAllBytes(file),
                    file + ": to write it anew: mvn -pl fuzz -am test -Dlogah.write=true");
        }
    }

    @ParameterizedTest
    @MethodSource("targets")
    void corpusAndChangesOfIt(String name) throws IOException {
        try (FuzzTargets targets = new FuzzTargets()) {
            FuzzTarget target = targets.named(name);
            Judge judge = targets.judge(target);
            Map<String, byte[]> corpus = Corpus.of(target);
            assertFalse(corpus.isEmpty());
            for (Map.Entry<String, byte[]> seed : corpus.entrySet()) {
                boolean read = judge.reads(seed.getValue());
                assertTrue(read || !seed.getKey().startsWith("valid"), seed.getKey() + " is refused");
                for (int i = 0; i < CHANGES; i++) {
                    try {
                        judge.reads(Mutation.of(seed.getValue(), new RandomStream(i).split(seed.getKey())));
                    } catch (AssertionError e) {
                        throw new AssertionError(seed.getKey() + ", changed with seed " + i + ": " + e.getMessage(), e);
                    }
                }
            }
        }
    }
}
