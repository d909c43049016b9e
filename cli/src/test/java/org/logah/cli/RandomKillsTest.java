package org.logah.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import java.util.zip.CRC32;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.logah.engine.io.ShardedReader;
import org.logah.training.data.text.GrammarText;

/**
 * Programs that are killed at random moments, again and again, and saving all the time: what they come to in the end is what an
 * undisturbed one comes to, bit by bit, and nothing else is left. {@code -Dlogah.kills=200} kills that often.
 */
class RandomKillsTest extends CommandLineTest {
    /** For each test; the property says how many there are for all six. */
    private static final int KILLS = Math.max(1, Integer.getInteger("logah.kills", 20) / 6);
    private final long seed = Long.getLong("logah.seed", System.nanoTime());
    private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);

    @BeforeEach
    void writeText() throws IOException {
        System.out.println("moments of kills from -Dlogah.seed=" + seed);
        Files.writeString(folder.resolve("text.txt"), GrammarText.generate(20_000, 3));
        Files.createDirectories(folder.resolve("whole"));
    }

    private static String[] command(String name, String folder) {
        return switch (name) {
            case "train" -> new String[]{name, "--model", TINY_GPT, "--data", "@/text.txt", "--batch", "2", "--steps",
                    "300", "--save-every", "0", "--resume", "--out", "@/" + folder + "/o.safetensors", "--metrics",
                    "@/" + folder + "/m.csv"};
            case "train-ghn" ->
                new String[]{name, "--data", "@/text.txt", "--batch", "1", "--meta-batch", "1", "--steps",
                        "40", "--save-every", "0", "--resume", "--out", "@/" + folder + "/o.safetensors", "--metrics",
                        "@/" + folder + "/m.csv"};
            case "train --best" -> new String[]{"train", "--model", TINY_GPT, "--data", "@/text.txt", "--batch", "2",
                    "--steps", "100", "--save-every", "0", "--resume", "--out", "@/" + folder + "/o.safetensors",
                    "--eval-every", "5", "--keep", "3", "--best", "--out-weights",
                    "@/" + folder + "/w.safetensors"};
            case "train --lr" -> new String[]{"train", "--model", TINY_GPT, "--data", "@/text.txt", "--batch", "2",
                    "--lr", "1e-3,3e-3", "--seed", "1,2", "--steps", "50", "--save-every", "0", "--resume", "--out",
                    "@/" + folder + "/runs", "--eval-every", "20", "--best"};
            default -> new String[]{name, "--data", "@/text.txt", "--batch", "1", "--meta-steps", "20", "--train-steps",
                    "60", "--starts", "random", "--layers", "2", "--width", "32", "--out", "@/" + folder};
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "train --best", "train --lr", "train-ghn", "demo"})
    void whatIsKilledComesToTheSameEnd(String name) throws Exception {
        works(command(name, "whole"));
        int kills = 0;
        for (int run = 0; kills < KILLS; run++) {
            String part = "part" + run;
            Files.createDirectories(folder.resolve(part));
            while (kills < KILLS && killed(command(name, part))) kills++;
            works(command(name, part));
            assertEquals(results("whole"), results(part), "after " + kills + " kills, seed " + seed);
        }
    }

    /** Either the set that was there or the new one, never a mixture; a set that is written to its end leaves nothing else. */
    @Test
    void aShardedPredictionThatIsKilledLeavesOneSet() throws Exception {
        String[] common = {"predict", "--model", "gpt2:layers=2,heads=4,width=128,vocabulary=4000"};
        String[] old = with(common, "--seed", "1", "--shards", "1M", "--out", "@/part/o.safetensors");
        String[] other = with(common, "--seed", "2", "--shards", "2M", "--out", "@/part/o.safetensors");
        Files.createDirectories(folder.resolve("part"));
        works(other);
        Map<String, String> complete = results("part");
        works(old);
        Map<String, String> before = results("part");
        assertTrue(before.size() > complete.size() && complete.size() > 2, before + " " + complete);
        for (int kills = 0; kills < KILLS;) {
            if (killed(other)) kills++;
            Map<String, String> after = results("part");
            after.keySet().retainAll(indexed());
            assertTrue(after.equals(before) || after.equals(complete), () -> "a mixture, seed " + seed + ": " + after);
            works(old);
            assertEquals(before, results("part"), "seed " + seed);
        }
    }

    /** The index and the files that it names; there is always one, since the two sets have files of different names. */
    private Set<String> indexed() throws IOException {
        Path index = folder.resolve("part/o.safetensors.index.json");
        Set<String> names = new HashSet<>(Set.of(index.getFileName().toString()));
        try (ShardedReader set = ShardedReader.open(index)) {
            names.addAll(set.files());
        }
        return names;
    }

    /** @return whether it was killed, and not done before */
    private boolean killed(String... args) throws Exception {
        Process process = start(args);
        boolean done = process.waitFor(random.nextInt(300, 2500), TimeUnit.MILLISECONDS);
        process.destroyForcibly();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end");
        if (done) assertEquals(0, process.exitValue(), () -> read(folder.resolve("err.txt")));
        return !done;
    }

    /** Digests of a folder's files, by name; of metrics without the last column, the rate, of what says how long it took only the name. */
    private Map<String, String> results(String name) throws IOException {
        Path root = folder.resolve(name);
        Map<String, String> results = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path f : files.filter(Files::isRegularFile).toList())
                results.put(root.relativize(f).toString(), digest(f));
        }
        return results;
    }

    private static String digest(Path file) throws IOException {
        return switch (file.getFileName().toString()) {
            case "table.txt", "curves.json" -> "";
            case "m.csv" -> read(file).lines().map(l -> l.replaceFirst(",[^,]*$", "")).toList().toString();
            default -> {
                CRC32 digest = new CRC32();
                digest.update(Files.readAllBytes(file));
                yield Long.toHexString(digest.getValue());
            }
        };
    }
}
